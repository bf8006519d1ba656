#include "io/bots/bot_door.h"

#include <algorithm>

namespace rekindle::io {

BotDoor::BotDoor(const std::vector<BotConfig>& configs, const Sites& sites) {
  for (const Site& site : sites.all()) {
    auto policy = std::make_unique<Policy>();
    policy->name = site.name;
    policy->site = site.id;
    const auto said = std::find_if(configs.begin(), configs.end(), [&](const BotConfig& config) {
      return config.site == site.name;
    });
    if (said != configs.end()) policy->bots = said->bots;
    x_policies.push_back(std::move(policy));
  }
}

Bots BotDoor::judge(SiteId site) const {
  const auto found = std::find_if(x_policies.begin(), x_policies.end(),
                                  [site](const auto& policy) { return policy->site == site; });
  if (found == x_policies.end()) return Bots::kTake;
  (*found)->events.fetch_add(1, std::memory_order_relaxed);
  return (*found)->bots;
}

std::vector<BotDoor::Counts> BotDoor::counts() const {
  std::vector<Counts> counts;
  for (const auto& policy : x_policies) {
    const uint64_t events = policy->events.load(std::memory_order_relaxed);
    Counts& site = counts.emplace_back(Counts{policy->name});
    if (policy->bots == Bots::kFlag) site.flagged = events;
    if (policy->bots == Bots::kQuarantine) site.quarantined = events;
  }
  return counts;
}

}  // namespace rekindle::io
