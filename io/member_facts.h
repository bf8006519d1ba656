// What is known of a member that a hand-over may need: identifiers from its traits, its consent,
// what it spent. Made on the shard from the visitor's state, read on the errand thread.
//
// Shops name traits in several ways; trait_names() lists those that are understood. Of several that
// a visitor has for one thing, the one that changed last counts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/site.h"
#include "core/visitor.h"
#include "io/handover/person.h"

namespace rekindle::io {

struct MemberFacts {
  std::string visitor;
  std::string user_id;
  std::string email;
  std::string phone;
  std::string first_name;
  std::string last_name;
  std::string gender;
  std::string birth_date;
  std::string city;
  std::string state;
  std::string zip;
  std::string country;
  std::string mobile_id;
  std::optional<Money> revenue;  // of visitors with an order
  bool may_share = false;        // with ad platforms
  bool may_personalise = false;
  bool may_be_listed = true;  // data of it may have gone to ad platforms
};

[[nodiscard]] MemberFacts facts_of(const Visitor& visitor, const Site& site);
// MemberFacts::may_share alone.
[[nodiscard]] bool may_share(const Visitor& visitor, const Site& site);
// Whether a trait fills the field. Copies nothing.
[[nodiscard]] bool has_field(const Visitor& visitor, std::string MemberFacts::*field);

// As a hand-over format takes it. The views are those of `facts` and `site`.
[[nodiscard]] Person person_of(const MemberFacts& facts, const Site& site);

// Which traits fill a field, the proper name first.
struct TraitNames {
  std::string MemberFacts::*field;
  std::span<const std::string_view> names;
};
[[nodiscard]] std::span<const TraitNames> trait_names();

}  // namespace rekindle::io
