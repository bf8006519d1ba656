// The audience definitions in force, as they stand in the log. A change of definitions is a log
// record, so that replay compiles the same rules at the same place.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/ids.h"
#include "core/operator.h"

namespace rekindle {

struct AudienceRule {
  AudienceId id{};
  uint32_t version = 1;  // grows by one whenever `when` changes
  std::string name;      // unique, [a-z0-9_]{1,64}
  std::string title;
  std::string purpose;
  std::string when;  // the expression's source
};

// An audience that is no more. Its changes stay in the feed, which has to name it.
struct RetiredAudience {
  AudienceId id{};
  std::string name;
};

struct Rules {
  uint32_t version = 0;                  // 0: no rules yet
  uint16_t next_id = 0;                  // the id of the next new audience; ids are never reused
  std::vector<AudienceRule> audiences;   // ascending by id
  std::vector<RetiredAudience> retired;  // ascending by id; the newest limits::kAudiencesMax

  [[nodiscard]] const AudienceRule* find(std::string_view name) const;
  [[nodiscard]] const AudienceRule* find(AudienceId id) const;
};

// What a configuration file says, before ids and versions are given.
struct AudienceDefinition {
  std::string name;
  std::string title;
  std::string purpose;
  std::string when;
};

// `before` brought to `wanted`: keeps ids, raises versions of changed expressions. Nothing when
// both say the same. Errors: kInvalidArgument when over limits::kAudiencesMax.
[[nodiscard]] Result<std::optional<Rules>> amend(const Rules& before,
                                                 const std::vector<AudienceDefinition>& wanted);

void encode_rules(const Rules& rules, std::string& out);
[[nodiscard]] Result<Rules> decode_rules(std::string_view bytes);

// Builds the operators for a set of rules. Given by the program; see operators/catalog.h.
using MakeOperators = std::function<Result<Operators>(const Rules&)>;

}  // namespace rekindle
