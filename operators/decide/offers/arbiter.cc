#include "operators/decide/offers/arbiter.h"

#include <algorithm>

#include "core/decision.h"
#include "core/limits.h"
#include "operators/audience/bucket.h"
#include "operators/decide/guards/offer_catalog.h"
#include "operators/decide/offers/offer_answer.h"

namespace rekindle::operators {
namespace {

constexpr std::string_view kHoldoutSalt = "universal_holdout";
constexpr std::string_view kPolicySalt = "policies";

bool is_held_out(std::string_view salt, uint32_t share, VisitorKey visitor) {
  return share > 0 && audience::bucket_of(salt, visitor) < static_cast<int64_t>(share);
}

std::string_view policy_of(const OfferingConfig& offering, VisitorKey visitor) {
  int64_t bucket = audience::bucket_of(kPolicySalt, visitor);
  for (const OfferingConfig::PolicyShare& share : offering.policies) {
    if (bucket < static_cast<int64_t>(share.share)) return share.policy;
    bucket -= share.share;
  }
  return offering.policies.back().policy;
}

// One decision under way.
class Arbiter {
 public:
  Arbiter(const OfferView& view, const DecideGrounds& grounds, Decision& decision)
      : x_view(view),
        x_grounds(grounds),
        x_decision(decision),
        x_products(std::move(decision.offers)),
        x_policy(policy_of(view.book.offering(), view.visitor.key)),
        x_is_held_out(is_held_out(kHoldoutSalt, view.book.offering().holdout, view.visitor.key)) {
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
      const int64_t price = price_of(rule, product);
      const OfferJudged judged{x_view, rule, rung, product, price, discount_of(rule, rung, price),
                               {}};
      const std::string_view stopped = stopped_by(judged);
      if (!stopped.empty()) {
        if (why_not.empty()) why_not = stopped;
        continue;
      }
      any = true;
      x_arms.push_back({&rule, rung, product, price, judged.discount,
                        beliefs_of(x_view, rule, rung, price), factor_of(rule)});
    }
    if (!any) reject(rule, why_not);
  }

  static std::string_view stopped_by(const OfferJudged& judged) {
    for (const OfferGuard& guard : kOfferGuards) {
      if (guard.stops(judged)) return guard.name;
    }
    return {};
  }

  // What the offer is about: its product, else the cart, else what it is said to be worth.
  [[nodiscard]] int64_t price_of(const OfferRule& rule, const Product* product) const {
    if (product != nullptr && product->price != kNoMoney) return product->price;
    if (const int64_t cart = x_view.visitor.cart.value(); cart > 0) return cart;
    return rule.config.worth == kNoMoney ? 0 : rule.config.worth;
  }

  static int64_t discount_of(const OfferRule& rule, uint32_t rung, int64_t price) {
    if (rung >= rule.config.ladder.size()) return 0;
    const OfferDiscount& discount = rule.config.ladder[rung];
    return discount.amount +
           static_cast<int64_t>(static_cast<__int128>(price) * discount.basis_points / kWholeShare);
  }

  [[nodiscard]] double factor_of(const OfferRule& rule) const {
    double factor = 1 + rule.config.weight / 100;
    for (const OfferBoostRule& boost : rule.boosts) {
      if (x_view.holds(boost.when)) factor *= boost.factor;
    }
    return factor;
  }

  void choose() {
    Random random(x_seed);
    std::vector<double> gains;
    const bool is_greedy = x_policy == "greedy";
    for (const Arm& arm : x_arms) gains.push_back(is_greedy ? arm.gain() : arm.gain(random));
    const auto order = ranked(x_arms, gains);
    x_slots = std::min<size_t>(x_view.request.offers_max, limits::kOffersMax);
    x_chances = is_greedy ? std::vector<uint32_t>(x_arms.size() + 1, 1'000'000)
                          : chances(x_arms, x_slots, x_seed + 1);
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
  }

  void take(const Arm& arm, uint32_t chance) {
    const OfferRule& rule = *arm.rule;
    const bool is_ghost =
        rule.is_marketing() &&
        (x_is_held_out || is_held_out(rule.config.id, rule.config.holdout, x_view.visitor.key));
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

  // Budget and stock are shared by all visitors: taken at once, or not at all.
  [[nodiscard]] bool reserve(const Arm& arm) {
    if (x_grounds.id == 0 || x_grounds.tallies == nullptr) return true;
    const OfferRule& rule = *arm.rule;
    const uint64_t budget = tally_key(x_view.site.id, rule.hash, TallyOf::kBudget);
    const int64_t amount = rule.config.cost + arm.discount;
    if (rule.config.budget >= 0 && !is_taken(budget, amount, rule.config.budget, rule, "budget")) {
      return false;
    }
    if (!rule.config.holds_stock) return true;
    const int64_t stock = arm.product->stock == kUnknownStock ? INT64_MAX : arm.product->stock;
    const uint64_t pieces = tally_key(x_view.site.id, rule.product, TallyOf::kStock);
    if (is_taken(pieces, 1, stock, rule, "out_of_stock")) return true;
    if (rule.config.budget >= 0) x_grounds.tallies->add(budget, -amount);
    return false;
  }

  [[nodiscard]] bool is_taken(uint64_t key, int64_t amount, int64_t most, const OfferRule& rule,
                              std::string_view guard) {
    const Tallies::Taken taken = x_grounds.tallies->try_take(key, amount, most);
    if (taken == Tallies::Taken::kTaken) return true;
    reject(rule, taken == Tallies::Taken::kFull ? "tallies_full" : guard);
    return false;
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
    if (x_decision.rejected.size() >= 2 * limits::kOffersMax) return;
    x_decision.rejected.push_back({rule.config.product, std::string(guard), rule.config.id});
  }

  void log() {
    DecisionRecord record;
    record.placement = x_view.request.placement;
    record.policy = x_policy;
    record.is_held_out = x_is_held_out;
    record.nothing_ppm = x_chances.empty() ? 1'000'000 : x_chances.back();
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
  std::vector<Chosen> x_chosen;
  std::vector<Exposure> x_exposures;  // the same, as caps count them
};

}  // namespace

void choose_offers(const OfferView& view, const DecideGrounds& grounds, Decision& decision) {
  Arbiter(view, grounds, decision).run();
}

}  // namespace rekindle::operators
