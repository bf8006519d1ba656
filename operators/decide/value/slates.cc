#include "operators/decide/value/slates.h"

#include <algorithm>

namespace rekindle::operators {
namespace {

constexpr int kDraws = 64;

double share(uint32_t of) {
  return static_cast<double>(of) / kWholeShare;
}

double held_out(const Arm& arm) {
  return arm.rule->is_marketing() ? share(arm.rule->config.holdout) : 0;
}

}  // namespace

std::vector<size_t> fitting(const std::vector<Arm>& arms, const std::vector<size_t>& order,
                            Room room) {
  std::vector<size_t> taken;
  for (const size_t i : order) {
    if (room.slots == 0) break;
    const bool is_products = arms[i].rule->config.type == OfferType::kRecommendation;
    const size_t size = is_products ? std::min(room.slots, room.products) : 1;
    if (size == 0) continue;
    room.slots -= size;
    if (is_products) room.products -= size;
    taken.push_back(i);
  }
  return taken;
}

void Slates::add(std::vector<size_t> taken, uint32_t draws) {
  std::sort(taken.begin(), taken.end());
  x_draws += draws;
  const auto known = std::find_if(x_slates.begin(), x_slates.end(),
                                  [&](const Slate& slate) { return slate.arms == taken; });
  if (known != x_slates.end()) {
    known->draws += draws;
  } else {
    x_slates.push_back({std::move(taken), draws});
  }
}

void Slates::draw(const std::vector<Arm>& arms, Room room, uint64_t seed) {
  Random random(seed);
  std::vector<double> gains(arms.size());
  std::vector<BeliefDraws> draws;
  for (const Arm& arm : arms) draws.emplace_back(arm.beliefs);
  for (int draw = 0; draw < kDraws; ++draw) {
    for (size_t i = 0; i < arms.size(); ++i) gains[i] = arms[i].gain(draws[i], random);
    add(fitting(arms, ranked(arms, gains), room));
  }
}

std::vector<uint32_t> Slates::chances(size_t arms) const {
  std::vector<uint32_t> wins(arms + 1, 1);  // never 0: so few draws cannot tell
  for (const Slate& slate : x_slates) {
    for (const size_t arm : slate.arms) wins[arm] += slate.draws;
    if (slate.arms.empty()) wins.back() += slate.draws;
  }
  for (uint32_t& win : wins) {
    win = static_cast<uint32_t>(uint64_t{win} * 1'000'000 / (x_draws + 2));
  }
  return wins;
}

double Slates::chance_of(std::span<const size_t> shown, const std::vector<Arm>& arms,
                         uint32_t universal) const {
  double sum = 0;
  for (const Slate& slate : x_slates) {
    if (!std::includes(slate.arms.begin(), slate.arms.end(), shown.begin(), shown.end())) continue;
    double seen = 1 - share(universal);
    bool is_rest_service = true;
    bool shows_marketing = false;
    for (const size_t arm : slate.arms) {
      const bool is_shown = std::binary_search(shown.begin(), shown.end(), arm);
      seen *= is_shown ? 1 - held_out(arms[arm]) : held_out(arms[arm]);
      const bool is_marketing = arms[arm].rule->is_marketing();
      is_rest_service &= is_shown || is_marketing;
      shows_marketing |= is_shown && is_marketing;
    }
    // Who is in the universal holdout sees the service messages of a slate, and nothing else.
    if (is_rest_service && !shows_marketing) seen += share(universal);
    sum += seen * slate.draws;
  }
  return x_draws == 0 ? 0 : sum / x_draws;
}

double Slates::chance_of(size_t arm, const std::vector<Arm>& arms, uint32_t universal) const {
  uint32_t draws = 0;
  for (const Slate& slate : x_slates) {
    if (std::binary_search(slate.arms.begin(), slate.arms.end(), arm)) draws += slate.draws;
  }
  const double seen =
      arms[arm].rule->is_marketing() ? (1 - share(universal)) * (1 - held_out(arms[arm])) : 1;
  return x_draws == 0 ? 0 : seen * draws / x_draws;
}

}  // namespace rekindle::operators
