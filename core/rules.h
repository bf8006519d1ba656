// The audience definitions as they stand in the log: those in force, and what is to come into
// force. A change of definitions is a log record, so that replay compiles the same rules at the
// same place.
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

enum class AudienceOrigin : uint8_t { kConfiguration, kInterface };
[[nodiscard]] std::string_view name_of(AudienceOrigin origin);  // "configuration", "interface"

struct AudienceRule {
  AudienceId id{};
  uint32_t version = 1;  // grows by one whenever `when` changes, or what it refers to while running
  std::string name;      // unique, [a-z0-9_]{1,64}
  std::string title;
  std::string purpose;
  std::string when;                                        // the expression's source
  AudienceOrigin origin = AudienceOrigin::kConfiguration;  // who defined it last
  // Fingerprint of what the configuration said of this name when it was last read; 0: nothing.
  uint64_t configured = 0;
  [[nodiscard]] AudienceVersion key() const { return {id, version}; }
  friend bool operator==(const AudienceRule&, const AudienceRule&) = default;
};

// An audience that is no more. Its changes stay in the feed, which has to name it.
struct RetiredAudience {
  AudienceId id{};
  std::string name;
  friend bool operator==(const RetiredAudience&, const RetiredAudience&) = default;
};

// Removed through the interface while the configuration defines it: it stays removed until the
// configuration says something else.
struct DroppedAudience {
  std::string name;
  uint64_t configured = 0;
  friend bool operator==(const DroppedAudience&, const DroppedAudience&) = default;
};

// What an audience will be once every visitor was evaluated for it.
struct PendingRule {
  AudienceRule rule;
  bool removes = false;
};

struct Rules {
  uint32_t version = 0;                  // 0: no rules yet
  uint16_t next_id = 0;                  // the id of the next new audience; ids are never reused
  std::vector<AudienceRule> audiences;   // in force; ascending by id
  std::vector<RetiredAudience> retired;  // ascending by id; the newest limits::kAudiencesMax
  std::vector<DroppedAudience> dropped;  // ascending by name; at most limits::kAudiencesMax
  std::vector<PendingRule> pending;      // ascending by id; core/redefinition.h

  [[nodiscard]] const AudienceRule* find(std::string_view name) const;
  [[nodiscard]] const AudienceRule* find(AudienceId id) const;
  [[nodiscard]] bool is_in_force(AudienceVersion audience) const {
    const AudienceRule* const rule = find(audience.id);
    return rule != nullptr && rule->version == audience.version;
  }
  // A pending rule that visitors have to be evaluated for.
  [[nodiscard]] bool is_evaluated(const PendingRule& pending_rule) const {
    return !pending_rule.removes && !is_in_force(pending_rule.rule.key());
  }
};

// What a configuration file or a caller says, before ids and versions are given.
struct AudienceDefinition {
  std::string name;
  std::string title;
  std::string purpose;
  std::string when;
};
[[nodiscard]] bool is_audience_name(std::string_view name);
// AudienceRule::configured of a definition that a configuration has; never 0.
[[nodiscard]] uint64_t configured_as(const AudienceDefinition& definition);

// What a configuration says, brought together with what `before` has; nothing when that changes
// nothing. The newest word counts: a definition that the configuration did not change since it was
// last read leaves what the interface made of it, one that it did change replaces it. What the
// configuration no longer names is removed unless the interface defined it. Ids are kept, versions
// of changed expressions raised. REQUIRES: nothing is pending.
// Errors: kInvalidArgument when over limits::kAudiencesMax.
[[nodiscard]] Result<std::optional<Rules>> amend(
    const Rules& before, const std::vector<AudienceDefinition>& configuration);

// Remembers the names of those that `after` does not have any more.
void retire(const Rules& before, Rules& after);

void encode_rules(const Rules& rules, std::string& out);
[[nodiscard]] Result<Rules> decode_rules(std::string_view bytes);

// Builds the operators for a set of rules. Given by the program; see operators/catalog.h.
using MakeOperators = std::function<Result<Operators>(const Rules&)>;

}  // namespace rekindle
