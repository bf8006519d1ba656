// Changes as JSON, and which changes somebody wants. One per io thread or errand.
//
//   {"partition":3,"seq":17,"audience":"cart_abandoners","version":1,"visitor":"v1","site":"shop",
//    "change":"entered","reason":"event","cause":"add_to_cart","at":"2026-11-21T20:08:23.000Z"}
//
// A "change" is entered, left, consent_granted or consent_refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/change.h"
#include "core/engine.h"

namespace rekindle::io {

class ChangeJson {
 public:
  explicit ChangeJson(const Engine& engine) : x_engine(engine) {}
  void append(PartitionId partition, const Change& change, std::string& out);
  std::string_view audience_name(AudienceId id);

 private:
  const Engine& x_engine;
  std::vector<std::string> x_names;  // by audience id; never change once given
};

// Some audiences, or all of them (those defined later too).
class AudienceFilter {
 public:
  AudienceFilter() = default;  // all
  // "*" means all. Errors: kNotFound names the unknown one.
  [[nodiscard]] static Result<AudienceFilter> make(const std::vector<std::string>& names,
                                                   const Rules& rules);
  // Only changes of this site's visitors; null: of all.
  void confine(const Site* site) {
    if (site != nullptr) x_site = site->id;
  }
  [[nodiscard]] bool wants(const Change& change) const {
    const AudienceId id = change.audience;
    if (x_site && *x_site != change.site) return false;
    return x_all || (to_index(id) < x_wanted.size() && x_wanted[to_index(id)]);
  }

 private:
  std::optional<SiteId> x_site;
  bool x_all = true;
  std::vector<bool> x_wanted;  // by audience id
};

}  // namespace rekindle::io
