#include "cli/simulate/observer.h"

#include <algorithm>

#include "cli/assembly.h"
#include "core/assert.h"
#include "core/tally_key.h"

namespace rekindle::cli {
namespace {

// The chance of exactly what was shown. Version 1 of the record has that of each offer alone, which
// is the same for one offer or none.
double logged_chance(const DecisionRecord& record) {
  if (record.slate_ppm > 0) return record.slate_ppm / 1e6;
  if (record.offers_max > 0 || record.is_held_out || record.offers.size() > 1) return 0;
  if (record.offers.empty()) return record.nothing_ppm / 1e6;
  return record.offers[0].is_ghost ? 0 : record.offers[0].probability_ppm / 1e6;
}

uint64_t seeded(uint64_t id, uint64_t seed) {
  if (seed == 0) return id;
  return std::max<uint64_t>(1, name_hash(decision_text(id) + decision_text(seed)));
}

std::string text_of(const DecisionRecord& record) {
  std::string text;
  for (const DecidedOffer& offer : record.offers) {
    if (offer.is_ghost) continue;
    if (!text.empty()) text.push_back(' ');
    text.append(offer.offer);
    if (offer.rung > 0) text.append("#").append(std::to_string(offer.rung));
    if (!offer.product.empty()) text.append(":").append(offer.product);
  }
  return text;
}

class Observer final : public Operator {
 public:
  explicit Observer(SimulatedWorld& world) : x_world(world) {}
  [[nodiscard]] std::string_view name() const override { return "observer"; }
  void on_deadline(Context&) override {}

  void on_event(Event& event, Context& context) override {
    if (event.type != EventType::kOfferDecided) {
      return x_world.outcomes.look_at(event, context.now());
    }
    const auto record = read_decision_record(event.props);
    if (!record) return;  // never: only shards write it, and read_event checked the length
    hold(*record, context);
    if (x_world.site && *x_world.site != context.site().id) return;
    if (context.now() < x_world.from || context.now() >= x_world.to) return;
    DecisionRow row = row_of(*record, parse_decision(event.decision), context);
    if (row.logged <= 0) {
      ++x_world.without_chance;
      return;
    }
    ask(event, *record, context, row);
    x_world.outcomes.add(event.visitor, std::move(row));
  }

 private:
  void hold(const DecisionRecord& record, const Context& context) {
    const SiteId site = context.site().id;
    for (const DecidedOffer& offer : record.offers) {
      if (offer.is_ghost) continue;
      if (offer.has_budget) {
        x_world.reservations.emplace_back(tally_key(site, name_hash(offer.offer), TallyOf::kBudget),
                                          offer.cost + offer.discount);
      }
      if (offer.holds_stock) {
        x_world.reservations.emplace_back(
            tally_key(site, item_name_hash(offer.product), TallyOf::kStock), 1);
      }
    }
  }

  DecisionRow row_of(const DecisionRecord& record, uint64_t id, const Context& context) {
    DecisionRow row;
    row.id = id;
    row.site = context.site().id;
    const auto next = static_cast<uint32_t>(x_world.placements.size());
    row.placement =
        x_world.placements.try_emplace(std::string(record.placement), next).first->second;
    row.at = context.now();
    row.logged = logged_chance(record);
    row.was_shown = text_of(record);
    for (const DecidedOffer& offer : record.offers) {
      if (offer.is_ghost) continue;
      row.shown.push_back(arm_hash(offer.offer, offer.rung));
      row.given.push_back(
          {name_hash(offer.offer), item_name_hash(offer.product), offer.cost, offer.discount});
    }
    std::sort(row.shown.begin(), row.shown.end());
    row.shown.erase(std::unique(row.shown.begin(), row.shown.end()), row.shown.end());
    return row;
  }

  void ask(const Event& event, const DecisionRecord& record, const Context& context,
           DecisionRow& row) {
    if (!x_world.target.is_logged(row.site, record.placement)) {
      row.target = row.shown.empty() ? 1 : 0;  // the target has no offers there
      return;
    }
    DecideRequest request;
    request.site = context.site().name;
    request.visitor = event.visitor_name;
    request.placement = record.placement;
    request.offers_max =
        std::max<uint32_t>({1, record.offers_max, static_cast<uint32_t>(record.offers.size())});
    DecideGrounds grounds{context.insights(), &x_world.tallies, seeded(row.id, x_world.seed)};
    grounds.asked = &row.shown;
    const Visitor& visitor = context.visitor();
    const Decision decision =
        x_world.target.choose(request, context.site(), &visitor, context.now(), grounds);
    row.target = decision.odds.asked;
    row.offered = decision.odds.offers;
    const auto chosen = read_decision_record(decision.record);
    RK_ASSERT(chosen.has_value());  // it has just been written
    row.chosen = text_of(*chosen);
  }

  SimulatedWorld& x_world;
};

}  // namespace

Result<Operators> make_observed_operators(const Rules& rules, SimulatedWorld& world) {
  auto operators = make_operators(rules);
  if (!operators) return operators;
  const auto offers = std::find_if(operators->begin(), operators->end(),
                                   [](const auto& op) { return op->name() == "offers"; });
  RK_ASSERT(offers != operators->end());
  operators->insert(offers, std::make_unique<Observer>(world));
  return operators;
}

}  // namespace rekindle::cli
