// Decides which audiences a visitor enters or leaves.
//
// In:     the visitor as the operators before left it      Out: Context::set_member, wake_at
// State:  none of its own (Visitor::memberships is written by set_member)
//
// On an event only those audiences are evaluated that the event can change at once: their triggers
// name its type, and its items pass the term's filter. All others keep their answer, because each
// evaluation also says until when it holds without an event, the visitor's deadline is never later
// than the earliest of these instants, and a due deadline is handled before the next event.
//
// Nor is an audience evaluated for an event that could only make true what is true already, or
// false what is false (Trigger::effect): most events of a busy visitor are of that kind.
//
// Definitions that are pending are audiences like the others: events and deadlines evaluate them,
// and so, for each visitor once, does the redefinition. Who hears of it is core/partition.h's
// business.
//
// A visitor's first event evaluates all audiences: some hold for whoever did nothing yet.
//
// An audience that refers to others, by in() or in_for(), is evaluated after them and at the same
// instant, whenever one of them changed or its own triggers say so: a chain of them is consistent
// at every instant.
//
// A visitor over the timeline's cap (core/timeline.h) is the one exception: an event then pushes an
// old entry, perhaps of another type, into tiles. Audiences of that other type are not evaluated
// again for it. Their answer rests on the entry while it was exact, and so does their deadline:
// keeping it is closer to the truth than counting the tile. Thresholds whose newest entries are
// still there do not depend on tiles at all.
//
// A visitor who has companions is not evaluated: their person is, as one (core/voice.h), and the
// deadline keeps to when that is due.
//
// Thread: the shard's. Immutable once made.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <memory>
#include <vector>

#include "core/limits.h"
#include "core/operator.h"
#include "core/rules.h"
#include "operators/audience/known_audience.h"
#include "operators/audience/program.h"

namespace rekindle::operators {

class Audiences final : public Operator {
 public:
  // Errors: kInvalidExpression; the detail shows each fault of each audience that has one.
  [[nodiscard]] static Result<std::unique_ptr<Audiences>> make(const Rules& rules);

  [[nodiscard]] std::string_view name() const override { return "audiences"; }
  void on_event(Event& event, Context& context) override;
  void on_deadline(Context& context) override;
  [[nodiscard]] CustomerNeeds needs() const override { return x_needs; }

 private:
  struct Compiled {
    AudienceVersion audience;
    uint32_t replaces = 0;  // a pending one: the version in force; 0: none
    audience::Program program;
    std::vector<uint32_t> dependents;  // places of those that refer to it
    [[nodiscard]] bool refers() const { return !program.references().empty(); }
  };
  // One audience that events of a type may change: those that pass one of
  // x_filters[first_filter … + filter_count), all if there is none.
  struct Candidate {
    uint32_t place = 0;  // in x_audiences
    uint32_t first_filter = 0;
    uint32_t filter_count = 0;
    audience::Effect effect = audience::Effect::kEither;  // of such events on its truth
  };
  // Which audiences the visitor is in, by place: one bit each.
  using Inside = std::array<uint64_t, limits::kAudiencesMax / 64>;
  using Candidates = std::vector<Candidate>;
  // Which of x_referring are to be evaluated once the others are settled; by place.
  using Due = Inside;

  static void compile(const AudienceRule& rule, const std::vector<audience::KnownAudience>& known,
                      std::vector<Compiled>& audiences, std::string& faults);
  // The first `in_force` are in force, the others pending. `order` is audience::evaluation_order's.
  Audiences(std::vector<Compiled> audiences, size_t in_force, const std::vector<uint32_t>& order);
  void link_references(const std::vector<uint32_t>& order);
  void list_special_triggers();
  [[nodiscard]] Candidates candidates_for(EventType type);
  [[nodiscard]] const Candidates& candidates(EventType type) const;
  [[nodiscard]] bool is_triggered(const Candidate& candidate, const Event& event,
                                  int64_t money_scale) const;
  void mark_inside(const Visitor& visitor, Inside& inside) const;
  [[nodiscard]] uint16_t place_of(AudienceVersion audience) const;  // kNowhere: not defined
  [[nodiscard]] static bool has(const Inside& places, size_t place) {
    return (places[place / 64] >> (place % 64) & 1) != 0;
  }
  [[nodiscard]] static audience::Scope scope_of(const Context& context,
                                                const audience::BuiltInLists* lists);
  // `inside`: whether the visitor is in it. `scope`: of the context.
  static void evaluate(const Compiled& audience, bool inside, const audience::Scope& scope,
                       Context& context);
  static void evaluate(const Compiled& audience, Context& context);
  // At once, or with the rest of x_referring in settle().
  void look_at(uint32_t place, Context& context, Due& due) const;
  void look_at_all(const std::vector<uint32_t>& places, Context& context, Due& due) const;
  void evaluate_and_tell(const Compiled& audience, Context& context, Due& due) const;
  void settle(Context& context, Due& due) const;
  void evaluate_all(Context& context, size_t first_place) const;

  static constexpr uint16_t kNowhere = UINT16_MAX;

  std::vector<Compiled> x_audiences;  // those in force, then those pending; each ascending by id
  size_t x_in_force;
  CustomerNeeds x_needs;  // of all of them
  // In x_audiences, by id: in force, pending; kNowhere: neither.
  std::vector<std::array<uint16_t, 2>> x_places;
  std::vector<const Filter*> x_filters;
  std::array<Candidates, kBuiltInTypes> x_built_in;
  absl::flat_hash_map<uint64_t, Candidates> x_custom;  // custom types that some audience names
  Candidates x_other_custom;
  std::vector<uint32_t> x_referring;    // places of audiences that refer, in order of evaluation
  std::vector<uint32_t> x_on_earliest;  // places; for events before all the visitor had
  std::array<std::vector<uint32_t>, audience::kProfileFacets> x_on_facet;  // places
};

}  // namespace rekindle::operators
