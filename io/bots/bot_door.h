// What each site does with what known crawlers send, and how much of it there was.
//
// Thread: made before the io threads start; used on any of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/site.h"

namespace rekindle::io {

enum class Bots : uint8_t {
  kFlag,        // taken, marked: the visitor has the trait bot, nobody learns from them
  kQuarantine,  // refused as `bot`, to be looked at
  kTake,        // as everybody
};
struct BotConfig {
  std::string site;
  Bots bots = Bots::kFlag;
};

class BotDoor {
 public:
  BotDoor(const std::vector<BotConfig>& configs, const Sites& sites);

  // What to do with an event of a crawler; counted.
  [[nodiscard]] Bots judge(SiteId site) const;

  struct Counts {
    std::string site;
    uint64_t flagged = 0;
    uint64_t quarantined = 0;
  };
  [[nodiscard]] std::vector<Counts> counts() const;  // of each site

 private:
  struct Policy {
    std::string name;
    SiteId site{};
    Bots bots = Bots::kFlag;
    std::atomic<uint64_t> events{0};
  };
  std::vector<std::unique_ptr<Policy>> x_policies;
};

}  // namespace rekindle::io
