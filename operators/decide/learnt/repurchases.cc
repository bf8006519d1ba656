#include "operators/decide/learnt/repurchases.h"

#include <algorithm>

#include "core/assert.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {

template <typename Do>
void Repurchases::for_each_bought(const LearntSession& session, const Do& action) {
  std::vector<NameNumber> seen;
  for (size_t i = session.lines.size(); i-- > 0;) {
    const LearntLine& line = session.lines[i];
    if (line.type() != EventType::kPurchase) continue;
    if (std::find(seen.begin(), seen.end(), line.product) != seen.end()) continue;
    seen.push_back(line.product);
    action(Owner{session.visitor, line.product}, session.at(line).ms);
  }
}

void Repurchases::count_gap(NameNumber product, int64_t from, int64_t until, int64_t sign) {
  if (until - from < kOneOccasion.ms) return;
  x_sums.grow(product + 1);
  RepurchaseSum& sum = x_sums.change(product);
  sum.minutes += sign * ((until - from) / minutes(1).ms);
  sum.times += sign;
}

void Repurchases::count(NameNumber product, const Times& others, size_t place, int64_t at,
                        int64_t sign) {
  const bool has_before = place > 0;
  const bool has_after = place < others.size();
  if (has_before) count_gap(product, others[place - 1], at, sign);
  if (has_after) count_gap(product, at, others[place], sign);
  if (has_before && has_after) count_gap(product, others[place - 1], others[place], -sign);
}

void Repurchases::learn(const LearntSession& session, const SessionStore&) {
  for_each_bought(session, [&](const Owner& owner, int64_t at) {
    Times& times = x_bought[owner];
    const auto place = std::upper_bound(times.begin(), times.end(), at);
    count(owner.product, times, static_cast<size_t>(place - times.begin()), at, 1);
    times.insert(place, at);
    ++x_times;
  });
}

void Repurchases::forget(const LearntSession& session, const SessionStore&) {
  for_each_bought(session, [&](const Owner& owner, int64_t at) {
    const auto found = x_bought.find(owner);
    RK_ASSERT(found != x_bought.end());
    Times& times = found->second;
    const auto place = std::lower_bound(times.begin(), times.end(), at);
    RK_ASSERT(place != times.end() && *place == at);
    const auto index = static_cast<size_t>(place - times.begin());
    times.erase(place);
    count(owner.product, times, index, at, -1);
    --x_times;
    if (times.empty()) x_bought.erase(found);
  });
}

void Repurchases::reset(EventTime) {
  x_bought.clear();
  x_sums.clear();
  x_times = 0;
}

void Repurchases::publish(const SessionStore&, SiteModel& model) {
  model.repurchases = x_sums;
}

size_t Repurchases::memory_bytes() const {
  constexpr size_t kOwner = 2 * sizeof(std::pair<Owner, Times>);
  return x_bought.size() * kOwner + x_times * sizeof(int64_t);
}

}  // namespace rekindle::operators
