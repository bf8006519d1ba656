// What a term of the audience language is: its name, arguments, type, triggers and evaluation in
// one record. Each lives in its own file under terms/; terms.cc lists them.
//
// Thread: records are constants; measure and holds run on the visitor's shard.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/insights.h"
#include "core/sequence.h"
#include "core/site.h"
#include "core/visitor.h"
#include "core/window.h"
#include "operators/audience/rational.h"
#include "operators/audience/requirement.h"

namespace rekindle::operators::audience {

enum class Type : uint8_t { kNumber, kMoney, kDuration, kBool, kText, kInstant };
[[nodiscard]] std::string_view name_of(Type type);  // "Number"
// Has a sign, can be added and compared by size.
[[nodiscard]] constexpr bool is_quantity(Type type) {
  return type == Type::kNumber || type == Type::kMoney || type == Type::kDuration;
}

// A number, an amount in minor units, or milliseconds, at one instant.
struct Quantity {
  enum class State : uint8_t { kMinusInfinite, kKnown, kInfinite, kUnknown };
  Rational value;  // when kKnown
  State state = State::kKnown;
  bool exact = true;
  EventTime until = EventTime::never();  // other than by growing with time; see is_linear

  static Quantity unknown(bool exact = true, EventTime until = EventTime::never()) {
    return {{}, State::kUnknown, exact, until};
  }
  static Quantity of(const Count& count) {
    return {Rational::whole(count.value), State::kKnown, count.exact, count.until};
  }
  static Quantity infinite(EventTime until = EventTime::never()) {
    return {{}, State::kInfinite, true, until};
  }
};

struct Scope {
  const Visitor& visitor;
  const Site& site;
  int64_t money_scale;
  EventTime now;
  const SiteInsights* insights = nullptr;  // null: nothing is known of the site's customers yet
  const BuiltInLists* lists = nullptr;     // of the visitor; null: requirements are not looked at
};

// The arguments of one use of a term; each kind of argument sets its field.
struct Arguments {
  TypeSelector types;
  AmountField amount = AmountField::kValue;
  DistinctField distinct = DistinctField::kProduct;
  Duration window;  // zero: none was written
  Duration within;
  std::optional<Filter> filter;
  std::vector<Step> steps;
  std::string text;  // a trait's, purpose's or experiment's name
  std::optional<AudienceVersion> audience;
  RankCut cut;             // of top and percentile
  bool below_cut = false;  // whether those below it are meant

  [[nodiscard]] const Filter* filter_or_null() const { return filter ? &*filter : nullptr; }
  [[nodiscard]] WindowQuery query(const Scope& scope) const {
    return {types, window, filter_or_null(), scope.money_scale};
  }
};

// In the order they are written. kFilter and kMaybeLast come last and may be left out.
enum class ArgumentKind : uint8_t {
  kEventType,
  kAmountField,
  kDistinctField,
  kWindow,
  kFilter,
  kSteps,       // two or more: search, view_item[category == "shoes"]
  kStep,        // one
  kThenStep,    // then purchase
  kWithin,      // within 30m
  kLast,        // last 7d
  kMaybeLast,   // the same, or nothing
  kOffer,       // "an offer's id" or any_offer
  kString,      // "country"
  kPurpose,     // ads or "ads"
  kAudience,    // the name of an audience
  kCohortType,  // an event type whose first instant is kept: purchase, any
  kRanked,      // what customers are ranked by: lifetime.revenue
  kPercent,     // 20%
};

// What one more event of a term's trigger does to the term's value, or to a condition's truth.
enum class Effect : uint8_t { kRises, kFalls, kEither };
[[nodiscard]] constexpr Effect opposite(Effect effect) {
  if (effect == Effect::kEither) return effect;
  return effect == Effect::kRises ? Effect::kFalls : Effect::kRises;
}

// What an event may tell about the visitor; see tells() in operators/audience/profile_facets.h.
enum class ProfileFacet : uint8_t { kTraits, kConsent, kCampaign };
inline constexpr size_t kProfileFacets = 3;

// An event that may change a term's value at once.
struct Trigger {
  enum class Reach : uint8_t { kType, kDoneByVisitor, kEvery, kTellsProfile };
  Reach reach = Reach::kEvery;
  EventType type = EventType::kNone;           // kType
  const Filter* filter = nullptr;              // only events that pass it; null: all
  bool earliest_only = false;                  // only an event before all the visitor had
  ProfileFacet facet = ProfileFacet::kTraits;  // kTellsProfile
  // What such an event can do to the whole expression: kRises, only make it true.
  Effect effect = Effect::kEither;

  static Trigger of(const Arguments& arguments) {
    Trigger trigger;
    trigger.reach = arguments.types.is_any() ? Reach::kDoneByVisitor : Reach::kType;
    trigger.type = arguments.types.type;
    trigger.filter = arguments.filter_or_null();
    return trigger;
  }
  [[nodiscard]] bool matches(EventType other) const {
    return reach == Reach::kEvery || (reach == Reach::kType && type == other) ||
           (reach == Reach::kDoneByVisitor && done_by_visitor(other));
  }
};

struct TermKind {
  std::string_view name;
  std::string_view usage;                   // shown in errors
  std::span<const ArgumentKind> arguments;  // empty: written without parentheses
  Type (*type_of)(const Arguments&);
  // Grows by one millisecond per millisecond between changes (a Duration since an instant).
  bool is_linear;
  uint8_t cost;  // relative; cheap operands of `and` and `or` are looked at first
  // What one more event does to the value while it is known, and whether it can be unknown. Lets an
  // audience be left alone by events that could only make true what is true already.
  Effect effect = Effect::kEither;
  bool may_be_unknown = false;
  void (*add_triggers)(const Arguments&, std::vector<Trigger>&);
  Quantity (*measure)(const Arguments&, const Scope&);  // null for Bool
  Holds (*holds)(const Arguments&, const Scope&);       // Bool only
  // Optional, for whole numbers: value >= k, for k ≥ 1, where that is cheaper or lasts longer.
  Holds (*at_least)(const Arguments&, int64_t k, const Scope&);
  // Text only; nothing: unknown. Neither text nor instant changes with time alone.
  std::optional<std::string_view> (*text)(const Arguments&, const Scope&) = nullptr;
  std::optional<EventTime> (*instant)(const Arguments&, const Scope&) = nullptr;  // kInstant only
  // What `term compare bound` requires; of a Bool, `term >= 1`. `bound` in major units or
  // milliseconds. Null or nothing: unknown.
  std::optional<Requirement> (*requirement)(const Arguments&, Compare,
                                            const Rational& bound) = nullptr;
  // What it reads of Scope::insights; null: nothing.
  void (*add_needs)(const Arguments&, CustomerNeeds&) = nullptr;
};

template <Type kType>
Type always(const Arguments&) {
  return kType;
}
inline void trigger_on_types(const Arguments& arguments, std::vector<Trigger>& triggers) {
  triggers.push_back(Trigger::of(arguments));
}
inline void trigger_on_type(EventType type, std::vector<Trigger>& triggers) {
  Trigger trigger;
  trigger.reach = Trigger::Reach::kType;
  trigger.type = type;
  triggers.push_back(trigger);
}
// What changes a customer's totals of orders and money.
inline void trigger_on_totals(const Arguments&, std::vector<Trigger>& triggers) {
  trigger_on_type(EventType::kPurchase, triggers);
  trigger_on_type(EventType::kRefund, triggers);
}
inline std::optional<Requirement> requires_entry(const Arguments& arguments, Compare compare,
                                                 const Rational& bound) {
  if (!wants_some(compare, bound)) return std::nullopt;
  return Requirement::entries(arguments.types, 1, arguments.window);
}
inline void trigger_on_nothing(const Arguments&, std::vector<Trigger>&) {}
template <ProfileFacet kFacet>
void trigger_on_facet(const Arguments&, std::vector<Trigger>& triggers) {
  Trigger trigger;
  trigger.reach = Trigger::Reach::kTellsProfile;
  trigger.facet = kFacet;
  triggers.push_back(trigger);
}
inline void trigger_on_steps(const Arguments& arguments, std::vector<Trigger>& triggers) {
  for (const Step& step : arguments.steps) {
    Trigger trigger;
    trigger.reach = step.types.is_any() ? Trigger::Reach::kDoneByVisitor : Trigger::Reach::kType;
    trigger.type = step.types.type;
    trigger.filter = step.filter.clauses.empty() ? nullptr : &step.filter;
    triggers.push_back(trigger);
  }
}
inline void trigger_on_every_event(const Arguments&, std::vector<Trigger>& triggers) {
  triggers.push_back({});
}

}  // namespace rekindle::operators::audience
