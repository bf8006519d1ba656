// Definitions that change while the server runs. What is wanted becomes pending rules, each a new
// version beside the one in force (if any); every visitor is evaluated for them, in slices beside
// live traffic; then they are switched: put in force in one record a partition, whose changes are
// the differences of the member sets. core/definitions.h says who decides when.
//
// Pure functions, any thread.
#pragma once

#include <span>
#include <vector>

#include "core/rules.h"

namespace rekindle {

// An audience as it shall be, or that it shall be no more.
struct WantedAudience {
  AudienceDefinition definition;
  bool removes = false;
};

// The audiences that a rule refers to, when these are the rules in force.
using ReferencesOf =
    std::function<Result<std::vector<AudienceId>>(const AudienceRule&, const Rules&)>;

// `before` with what is wanted pending, and with new versions of all that refer, directly or not,
// to an audience of which a new version is pending: their members change with it. No pending rules
// when nothing would change. REQUIRES: nothing is pending in `before`; no name is wanted twice.
// Errors: kInvalidArgument (too many audiences, a title too long), those of `references_of`.
[[nodiscard]] Result<Rules> with_pending(const Rules& before,
                                         std::span<const WantedAudience> wanted,
                                         const ReferencesOf& references_of);

// The rules once all that is pending came into force: version + 1, nothing pending.
[[nodiscard]] Rules switched(const Rules& during);

void encode_wanted(std::span<const WantedAudience> wanted, std::string& out);
[[nodiscard]] Result<std::vector<WantedAudience>> decode_wanted(std::string_view bytes);

// What a record of RecordKind::kRedefinition does.
enum class RedefinitionStep : uint8_t { kBegin = 1, kEvaluate = 2, kSwitch = 3 };

}  // namespace rekindle
