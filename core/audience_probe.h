// Questions about one audience expression beside those in force: how many visitors it would hold,
// and why it holds for one. Made by the program (operators/audience) for previews, explanations and
// to see which audiences refer to which.
//
// Thread: made on any; evaluate and explain on the visitor's shard. Immutable.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/insights.h"
#include "core/rules.h"
#include "core/site.h"
#include "core/visitor.h"
#include "core/window.h"

namespace rekindle {

// What one term of a condition is worth, for people: "3", "12.50 GBP", "12d 3h", "true",
// "infinite", "unknown".
struct TermReport {
  std::string text;       // as its author wrote it
  std::string_view type;  // "Number", "Money", "Duration", "Bool", "Text", "Instant"
  std::string value;
  bool exact = true;
  EventTime until = EventTime::never();  // holds if nothing happens; a growing one but for growing
};

// One comparison, or one term that is a condition by itself.
struct ConditionReport {
  std::string text;
  Holds holds;
  std::vector<TermReport> terms;  // in the order they are written
};

struct Explanation {
  Holds holds;
  std::vector<ConditionReport> conditions;  // in the order they are written
  // When the whole answer becomes another if nothing happens; never(): not, or nothing if it stays
  // as it is until `looked_until` at least, and nobody looked further.
  std::optional<EventTime> flips_at;
  EventTime looked_until = EventTime::never();
};

class AudienceProbe {
 public:
  virtual ~AudienceProbe() = default;
  // `insights`: what is known of the site's customers as a whole; null: nothing yet.
  [[nodiscard]] virtual Holds evaluate(const Visitor& visitor, const Site& site, EventTime now,
                                       const SiteInsights* insights) const = 0;
  [[nodiscard]] virtual Explanation explain(const Visitor& visitor, const Site& site, EventTime now,
                                            const SiteInsights* insights) const = 0;
  // The audiences it names itself, ascending.
  [[nodiscard]] virtual std::vector<AudienceId> references() const = 0;
  // False when an audience that it rests on has another version in force there.
  [[nodiscard]] virtual bool is_current(const Rules& rules) const = 0;
};

// For a definition that may refer to the audiences in force in `rules`. Errors: kInvalidExpression.
using MakeProbe =
    std::function<Result<std::unique_ptr<AudienceProbe>>(const AudienceDefinition&, const Rules&)>;

}  // namespace rekindle
