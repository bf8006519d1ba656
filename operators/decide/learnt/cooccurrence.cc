#include "operators/decide/learnt/cooccurrence.h"

#include <algorithm>

#include "operators/decide/learnt/log_likelihood.h"
#include "operators/decide/learnt/session_store.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {
namespace {

constexpr uint32_t kPurchaseKind = 2;

void add_once(std::vector<NameNumber>& products, NameNumber product) {
  if (products.size() >= limits::kPairedProductsMax) return;
  if (std::find(products.begin(), products.end(), product) != products.end()) return;
  products.push_back(product);
}

}  // namespace

double CooccurrenceModel::strength(NameNumber first, const Pair& pair) const {
  const auto count = [&](int64_t units) { return static_cast<double>(units) * count_per_unit; };
  const OccasionCounts& of_second = seconds.size() == 0 ? firsts : seconds;
  return signed_root_llr(count(pair.units), count(firsts[first]), count(of_second[pair.product]),
                         count(occasions));
}

// The newest products of lines [begin, end).
void Cooccurrence::collect(const LearntSession& session, size_t begin, size_t end) {
  x_occasion.firsts.clear();
  x_occasion.seconds.clear();
  for (size_t i = end; i-- > begin;) {
    const LearntLine& line = session.lines[i];
    const auto type = static_cast<uint8_t>(1u << line.kind);
    if ((x_config.first & type) != 0) add_once(x_occasion.firsts, line.product);
    if (is_one_sided()) continue;
    if ((x_config.second & type) != 0) add_once(x_occasion.seconds, line.product);
  }
}

std::span<const WeighedPair> Cooccurrence::pairs_of(const Occasion& occasion, int64_t units) {
  x_pairs.clear();
  for (const NameNumber first : occasion.firsts) {
    for (const NameNumber second : is_one_sided() ? occasion.firsts : occasion.seconds) {
      if (first != second) x_pairs.push_back({first, second, units});
    }
  }
  return x_pairs;
}

template <typename Do>
void Cooccurrence::for_each_occasion(const LearntSession& session, const Do& action) {
  if (!x_config.by_order) {
    collect(session, 0, session.lines.size());
    x_occasion.at = session.end;
    return action(x_occasion);
  }
  for (size_t begin = 0; begin < session.lines.size();) {
    size_t end = begin + 1;
    const LearntLine& line = session.lines[begin];
    if (line.kind == kPurchaseKind) {
      while (end < session.lines.size() && session.lines[end].kind == kPurchaseKind &&
             session.lines[end].ms == line.ms) {
        ++end;
      }
      collect(session, begin, end);
      x_occasion.at = session.at(line);
      action(x_occasion);
    }
    begin = end;
  }
}

// Adds `units` to what is counted of each product; they may be negative.
void Cooccurrence::count(const Occasion& occasion, int64_t units) {
  x_occasions += units;
  for (const NameNumber first : occasion.firsts) x_firsts.change(first) += units;
  for (const NameNumber second : occasion.seconds) x_seconds.change(second) += units;
}

void Cooccurrence::learn(const LearntSession& session, const SessionStore& store) {
  grow(store);
  for_each_occasion(session, [&](const Occasion& occasion) {
    const int64_t units = x_scale.units(1, occasion.at);
    count(occasion, units);
    x_counts.add(pairs_of(occasion, units));
  });
}

void Cooccurrence::forget(const LearntSession& session, const SessionStore&) {
  for_each_occasion(session, [&](const Occasion& occasion) {
    const int64_t units = x_scale.units(1, occasion.at);
    count(occasion, -units);
    x_counts.subtract(pairs_of(occasion, units));
  });
}

void Cooccurrence::grow(const SessionStore& store) {
  x_firsts.grow(store.names().bound());
  if (!is_one_sided()) x_seconds.grow(store.names().bound());
}

void Cooccurrence::reset(EventTime newest) {
  x_scale.move_to(newest);
  x_counts.clear();
  x_firsts.clear();
  x_seconds.clear();
  x_occasions = 0;
}

CooccurrenceModel Cooccurrence::model(const SessionStore& store) {
  grow(store);
  return {x_counts.lists(), x_firsts, x_seconds, x_occasions, x_scale.per_unit(store.newest_end())};
}

void Cooccurrence::publish(const SessionStore& store, SiteModel& model) {
  model.*x_member = this->model(store);
}

}  // namespace rekindle::operators
