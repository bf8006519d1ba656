// What a visitor allows, as far as an event and its request say, and what the site does about it:
// the event's own consent, a TCF string, and the headers Sec-GPC and DNT become one consent object,
// in which a refusal by a header or a string is not overruled. Then the site's policy decides
// whether the event is taken.
//
// Thread: made before the io threads start; judge() on any of them, with a scratch of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/site.h"
#include "io/consent/collect_config.h"

namespace rekindle::io {

// What a request says for all its events. Views valid as long as the request.
struct ConsentSignals {
  bool gpc = false;
  bool dnt = false;
  std::string_view tcf;  // a TC string; empty: none
  [[nodiscard]] bool any() const { return gpc || dnt || !tcf.empty(); }
};

class ConsentDoor {
 public:
  ConsentDoor(const std::vector<CollectConfig>& configs, const Sites& sites);
  ~ConsentDoor();

  enum class Verdict : uint8_t {
    kTake,
    kCount,  // counted for its site and type, and not taken
    kLeave,  // left out for want of consent
  };
  // `consent`: the event's, becomes the object to keep (maybe a view into `scratch`). A `consent`
  // event without one says it in its props.
  [[nodiscard]] Verdict judge(const Site& site, const Event& event, const ConsentSignals& signals,
                              std::string_view& consent, std::string& scratch) const;
  // Whether the bytes of what became no event may be kept; null: the site is not known.
  [[nodiscard]] bool keeps_raw(const Site* site) const;

  // Of each site that does not take everything: events left out, and those counted by type.
  struct Counts {
    std::string site;
    uint64_t left_out = 0;
    std::vector<std::pair<EventType, uint64_t>> counted;
  };
  [[nodiscard]] std::vector<Counts> counts() const;

 private:
  struct SitePolicy;
  [[nodiscard]] const SitePolicy& policy_of(const Site& site) const;
  std::vector<std::unique_ptr<SitePolicy>> x_policies;  // one a site
  bool x_keeps_all = true;                              // no site asks for consent
};

}  // namespace rekindle::io
