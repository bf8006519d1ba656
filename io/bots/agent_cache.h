// What was found out about User-Agents, so that the next request with the same one costs a hash and
// one look. A verdict takes the place of another that has the same slot: nothing grows, and who
// sends ever new User-Agents only makes others be judged again.
//
// Thread: one io thread an object. Owns: limits::kUserAgentsKnown verdicts.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "core/ids.h"
#include "core/limits.h"
#include "io/bots/crawlers.h"

namespace rekindle::io {

class AgentCache {
 public:
  explicit AgentCache(const Crawlers& crawlers) : x_crawlers(crawlers) {}

  // A User-Agent that is not said is nobody we know.
  [[nodiscard]] Agent judge(std::string_view user_agent) {
    if (user_agent.empty()) return Agent::kUnknown;
    const NameHash hash = name_hash(user_agent.substr(0, limits::kUserAgentBytesMax));
    Known& known = (*x_known)[hash & (limits::kUserAgentsKnown - 1)];
    if (known.hash != hash) {
      known = {hash, x_crawlers.judge(user_agent)};
      ++x_judged;
    }
    return known.agent;
  }
  [[nodiscard]] uint64_t judged() const { return x_judged; }  // by the list itself

 private:
  struct Known {
    NameHash hash = kNoName;
    Agent agent = Agent::kUnknown;
  };
  const Crawlers& x_crawlers;
  std::unique_ptr<std::array<Known, limits::kUserAgentsKnown>> x_known =
      std::make_unique<std::array<Known, limits::kUserAgentsKnown>>();
  uint64_t x_judged = 0;
};

}  // namespace rekindle::io
