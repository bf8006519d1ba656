#include "operators/decide/offers/arbiter.h"

#include <algorithm>
#include <cmath>

#include "core/decision.h"
#include "core/limits.h"
#include "operators/decide/guards/offer_catalog.h"
#include "operators/decide/offers/assignment.h"
#include "operators/decide/offers/offer_answer.h"
#include "operators/decide/offers/pricing.h"
#include "operators/decide/offers/reservation.h"
#include "operators/decide/value/slates.h"

namespace rekindle::operators {
namespace {

// One decision under way.
class Arbiter {
 public:
  Arbiter(const OfferView& view, const DecideGrounds& grounds, Decision& decision)
      : x_view(view),
        x_grounds(grounds),
        x_decision(decision),
        x_products(std::move(decision.offers)),
        x_policy(policy_of(view.book.offering(), view.visitor.key)),
        x_is_held_out(is_universal_ghost(view.book.offering(), view.visitor.key)) {
    decision.offers.clear();
    // Only asking must not be a way to know what will be chosen, but is the same when repeated.
    x_seed =
        grounds.id != 0 ? grounds.id : view.visitor.key.low ^ static_cast<uint64_t>(view.now.ms);
  }

  void run() {
    for (const OfferRule* rule : x_view.book.in(x_view.site.id, x_view.request.placement)) {
      x_is_governed |= rule->config.type == OfferType::kRecommendation;
      judge(*rule);
    }
    choose();
    fill_up();
    explain_nothing();
    if (x_grounds.asked != nullptr) weigh();
    if (x_grounds.id != 0) log();
  }

 private:
  struct Chosen {  // what is to be logged; texts live in rules and offers
    const Arm* arm;
    std::string product;
    bool is_ghost;
    uint32_t probability_ppm;
  };

  void judge(const OfferRule& rule) {
    const bool needs_products = rule.config.type == OfferType::kRecommendation;
    if (needs_products && x_products.empty()) {
      reject(rule, "nothing_to_recommend");
      return;
    }
    const Product* const product = x_view.catalog == nullptr || rule.product == kNoName
                                       ? nullptr
                                       : x_view.catalog->find(rule.product);
    std::string_view why_not;
    bool any = false;
    for (uint32_t rung = 0; rung < rule.arms.size(); ++rung) {
      const int64_t price = price_of(x_view, rule, product);
      const OfferJudged judged{x_view, rule, rung, product, price, discount_of(rule, rung, price),
                               {}};
      const std::string_view stopped = stopped_by(judged);
      if (!stopped.empty()) {
        if (why_not.empty()) why_not = stopped;
        continue;
      }
      any = true;
      x_arms.push_back({&rule, rung, product, price, judged.discount,
                        beliefs_of(x_view, rule, rung, price), factor_of(x_view, rule),
                        fatigue_cost_of(x_view, rule)});
    }
    if (!any) reject(rule, why_not);
  }

  static std::string_view stopped_by(const OfferJudged& judged) {
    for (const OfferGuard& guard : kOfferGuards) {
      if (guard.stops(judged)) return guard.name;
    }
    return {};
  }

  void choose() {
    Random random(x_seed);
    std::vector<double> gains;
    const bool is_greedy = x_policy == "greedy";
    for (const Arm& arm : x_arms) {
      gains.push_back(is_greedy ? arm.gain() : arm.gain(BeliefDraws(arm.beliefs), random));
    }
    const auto order = ranked(x_arms, gains);
    x_slots = std::min<size_t>(x_view.request.offers_max, limits::kOffersMax);
    const Room room{x_slots, x_products.size()};
    if (!is_greedy) x_slates.draw(x_arms, room, x_seed + 1);
    x_chances = is_greedy ? std::vector<uint32_t>(x_arms.size() + 1, 1'000'000)
                          : x_slates.chances(x_arms.size());
    for (size_t i = 0; i < x_arms.size(); ++i) {
      const auto is_of = [&](size_t j) { return x_arms[j].rule == x_arms[i].rule; };
      const bool is_last_rung = i + 1 == x_arms.size() || x_arms[i + 1].rule != x_arms[i].rule;
      if (is_last_rung && std::none_of(order.begin(), order.end(), is_of)) {
        reject(*x_arms[i].rule, "no_gain");
      }
    }
    for (const size_t i : order) {
      if (x_slots == 0) {
        reject(*x_arms[i].rule, "outbid");
      } else {
        take(x_arms[i], x_chances[i]);
      }
    }
    add_own_draw();
  }

  // What this decision comes to is a draw as well; after chances, which are of further ones.
  void add_own_draw() {
    std::vector<size_t> taken;
    for (const Chosen& chosen : x_chosen) {
      const auto arm = static_cast<size_t>(chosen.arm - x_arms.data());
      if (taken.empty() || taken.back() != arm) taken.push_back(arm);
    }
    x_slates.add(std::move(taken));
  }

  void take(const Arm& arm, uint32_t chance) {
    const OfferRule& rule = *arm.rule;
    const bool is_ghost =
        rule.is_marketing() && (x_is_held_out || is_ghost_of(rule.config, x_view.visitor.key));
    if (rule.config.type == OfferType::kRecommendation) return take_products(arm, chance, is_ghost);
    if (!still_passes(arm) || (!is_ghost && !reserve(arm))) return;
    add(arm, rule.config.product, is_ghost, chance);
    if (is_ghost) return reject(rule, "holdout");
    x_decision.offers.push_back(offer_of(x_view, arm, chance, x_grounds.id != 0));
  }

  // All products that still fit, under the offer's name.
  void take_products(const Arm& arm, uint32_t chance, bool is_ghost) {
    if (is_ghost) reject(*arm.rule, "holdout");
    while (x_slots > 0 && x_next_product < x_products.size()) {
      Offer& product = x_products[x_next_product];
      if (!still_passes(arm) || (!is_ghost && !reserve(arm))) return;
      ++x_next_product;
      add(arm, product.product, is_ghost, chance);
      if (is_ghost) continue;
      dress(x_view, arm, chance, x_grounds.id != 0, product);
      x_decision.offers.push_back(std::move(product));
    }
  }

  void add(const Arm& arm, const std::string& product, bool is_ghost, uint32_t chance) {
    --x_slots;
    x_chosen.push_back({&arm, product, is_ghost, chance});
    Exposure& exposure = x_exposures.emplace_back();
    exposure.decided_at = x_view.now;
    exposure.reserved_until = x_view.now + arm.rule->config.reserve;
    exposure.offer = arm.rule->hash;
    exposure.group = arm.rule->group;
    exposure.channel = arm.rule->channel;
    exposure.stage = is_ghost ? OfferStage::kGhost : OfferStage::kReserved;
    exposure.is_service = !arm.rule->is_marketing();
  }

  // With what this decision has chosen meanwhile: caps are of all its offers together.
  [[nodiscard]] bool still_passes(const Arm& arm) {
    if (!has_room(*arm.rule)) return false;
    const std::string_view stopped = stopped_by(
        {x_view, *arm.rule, arm.rung, arm.product, arm.price, arm.discount, x_exposures});
    if (!stopped.empty()) reject(*arm.rule, stopped);
    return stopped.empty();
  }

  [[nodiscard]] bool has_room(const OfferRule& rule) {
    const OfferHistory* const history = x_view.visitor.offers.get();
    const size_t known = history == nullptr ? 0 : history->exposures.size();
    const size_t most =
        rule.is_marketing() ? limits::kExposuresMarketingMax : limits::kExposuresMax;
    if (known + x_chosen.size() < most) return true;
    reject(rule, "history_full");
    return false;
  }

  [[nodiscard]] bool reserve(const Arm& arm) {
    if (x_grounds.id == 0 || x_grounds.tallies == nullptr || x_grounds.asked != nullptr)
      return true;
    const std::string_view why_not = operators::reserve(arm, x_view.site.id, *x_grounds.tallies);
    if (!why_not.empty()) reject(*arm.rule, why_not);
    return why_not.empty();
  }

  // Where no configured offer is the recommendation, products fill what is left, as ever.
  void fill_up() {
    if (x_is_governed) return;
    while (x_slots > 0 && x_next_product < x_products.size()) {
      x_decision.offers.push_back(std::move(x_products[x_next_product++]));
      --x_slots;
    }
  }

  void explain_nothing() {
    if (!x_decision.offers.empty()) {
      x_decision.nothing_because.clear();
    } else if (x_is_held_out) {
      x_decision.nothing_because = "the visitor is in the universal holdout";
    } else {
      x_decision.nothing_because = "no offer of this placement passed its guards and gains";
    }
  }

  void reject(const OfferRule& rule, std::string_view guard) {
    const bool is_new = std::find(x_capped.begin(), x_capped.end(), rule.hash) == x_capped.end();
    if (guard.starts_with("cap_") && is_new && x_capped.size() < limits::kOffersMax) {
      x_capped.push_back(rule.hash);
    }
    if (x_decision.rejected.size() >= 2 * limits::kOffersMax) return;
    x_decision.rejected.push_back({rule.config.product, std::string(guard), rule.config.id});
  }

  [[nodiscard]] static NameHash hash_of(const Arm& arm) { return arm.rule->arms[arm.rung]; }

  // The chance that exactly these arms (ascending) are shown; 0 when one of them cannot be.
  [[nodiscard]] double chance_of(const std::vector<NameHash>& shown) const {
    std::vector<size_t> arms;
    for (size_t i = 0; i < x_arms.size(); ++i) {
      if (std::binary_search(shown.begin(), shown.end(), hash_of(x_arms[i]))) arms.push_back(i);
    }
    if (arms.size() != shown.size()) return 0;
    return x_slates.chance_of(arms, x_arms, x_view.book.offering().holdout);
  }

  void weigh() {
    x_decision.odds.asked = chance_of(*x_grounds.asked);
    for (size_t i = 0; i < x_arms.size(); ++i) {
      const double chance = x_slates.chance_of(i, x_arms, x_view.book.offering().holdout);
      if (chance > 0) x_decision.odds.offers.emplace_back(hash_of(x_arms[i]), chance);
    }
  }

  [[nodiscard]] std::vector<NameHash> shown() const {
    std::vector<NameHash> shown;
    for (const Chosen& chosen : x_chosen) {
      if (!chosen.is_ghost) shown.push_back(hash_of(*chosen.arm));
    }
    std::sort(shown.begin(), shown.end());
    shown.erase(std::unique(shown.begin(), shown.end()), shown.end());  // products of one offer
    return shown;
  }

  void log() {
    DecisionRecord record;
    record.placement = x_view.request.placement;
    record.policy = x_policy;
    record.is_held_out = x_is_held_out;
    record.nothing_ppm = x_chances.empty() ? 1'000'000 : x_chances.back();
    record.slate_ppm = static_cast<uint32_t>(std::lround(chance_of(shown()) * 1e6));
    record.offers_max = static_cast<uint8_t>(std::min<uint32_t>(x_view.request.offers_max, 255));
    record.capped = x_capped;
    for (const Chosen& chosen : x_chosen) {
      record.offers.push_back(
          decided_of(*chosen.arm, chosen.product, chosen.is_ghost, chosen.probability_ppm));
    }
    x_decision.id = x_grounds.id;
    append_decision_record(record, x_decision.record);
  }

  const OfferView& x_view;
  const DecideGrounds& x_grounds;
  Decision& x_decision;
  std::vector<Offer> x_products;  // what sources propose
  std::string_view x_policy;      // by which is decided
  size_t x_next_product = 0;
  bool x_is_held_out;
  bool x_is_governed = false;  // a configured offer is the recommendation
  uint64_t x_seed;
  size_t x_slots = 0;
  std::vector<Arm> x_arms;
  std::vector<uint32_t> x_chances;
  Slates x_slates;
  std::vector<NameHash> x_capped;  // offers that a cap stopped
  std::vector<Chosen> x_chosen;
  std::vector<Exposure> x_exposures;  // the same, as caps count them
};

}  // namespace

void choose_offers(const OfferView& view, const DecideGrounds& grounds, Decision& decision) {
  Arbiter(view, grounds, decision).run();
}

}  // namespace rekindle::operators
