#include "operators/decide/learnt/session_knn.h"

#include <algorithm>
#include <cmath>

#include "operators/decide/learnt/score_sums.h"

namespace rekindle::operators {
namespace {

// A product of the visitor's session, and the sessions that hold it.
struct Shared {
  NameNumber product = kNoNumber;
  double weight = 0;
  uint32_t distance = 0;  // from the newest line, which has 1
  RecencyList::Walk walk;
};

struct Neighbour {
  SessionSlot slot = 0;
  uint32_t distance = 0;  // of the newest product shared
  uint32_t rank = 0;      // by recency, 0 the newest
  double similarity = 0;
};

// One question. Its vectors are kept from one to the next.
class Search {
 public:
  void ask(const KnnModel& model, std::span<const NameHash> session, EventTime now,
           const KnnConfig& config, size_t most, std::vector<ScoredProduct>& best) {
    compare(model, session, config);
    meet(model, config);
    weigh(model, now, config);
    keep_nearest(config);
    add_all_lines(model, config);
    rank(model, config, most, best);
  }

 private:
  void compare(const KnnModel& model, std::span<const NameHash> session, const KnnConfig& config);
  void meet(const KnnModel& model, const KnnConfig& config);
  [[nodiscard]] RecencyEntry newest_head(const KnnModel& model) const;
  void weigh(const KnnModel& model, EventTime now, const KnnConfig& config);
  void keep_nearest(const KnnConfig& config);
  void add_all_lines(const KnnModel& model, const KnnConfig& config);
  void add_lines(const KnnModel& model, const Neighbour& neighbour, const KnnConfig& config);
  void rank(const KnnModel& model, const KnnConfig& config, size_t most,
            std::vector<ScoredProduct>& best);
  [[nodiscard]] size_t last_shared_place(const LearntSession& session) const;

  std::vector<NameHash> x_distinct;
  std::vector<Shared> x_shared;   // newest first
  std::vector<uint64_t> x_heads;  // of their walks, an entry's bits; 0: at its end
  std::vector<Neighbour> x_neighbours;
  ScoreSums x_sums;
  double x_norm = 1;
};

void Search::compare(const KnnModel& model, std::span<const NameHash> session,
                     const KnnConfig& config) {
  x_distinct.clear();
  x_shared.clear();
  if (session.size() > config.items) session = session.last(config.items);
  double squares = 0;
  for (size_t position = session.size(); position > 0; --position) {
    const NameHash product = session[position - 1];
    if (std::find(x_distinct.begin(), x_distinct.end(), product) != x_distinct.end()) continue;
    x_distinct.push_back(product);
    const double weight =
        position_weight(config.position, config.position_scale, position, session.size());
    squares += weight * weight;
    const NameNumber number = model.names.find(product);
    const RecencyList* sessions = model.sessions_with(number);
    if (sessions == nullptr) continue;
    const auto distance = static_cast<uint32_t>(session.size() - position + 1);
    x_shared.push_back({number, weight, distance, sessions->newest_first()});
  }
  x_norm =
      config.norm == KnnNorm::kCosine ? std::sqrt(squares) : static_cast<double>(x_distinct.size());
}

// The newest of the heads. Bits tell, but for sessions that ended in the same step.
RecencyEntry Search::newest_head(const KnnModel& model) const {
  RecencyEntry newest;
  for (const uint64_t head : x_heads) newest.bits = std::max(newest.bits, head);
  bool is_alone = true;
  for (const uint64_t head : x_heads) {
    is_alone &= head == newest.bits || RecencyEntry{head}.steps() != newest.steps();
  }
  if (is_alone) return newest;
  for (const uint64_t head : x_heads) {
    if (head != 0 && is_older(newest, RecencyEntry{head}, model.sessions)) newest.bits = head;
  }
  return newest;
}

// Merges the lists, newest first, until enough sessions are met.
void Search::meet(const KnnModel& model, const KnnConfig& config) {
  x_neighbours.clear();
  x_heads.clear();
  for (const Shared& shared : x_shared) x_heads.push_back((*shared.walk).bits);
  while (x_neighbours.size() < config.recent) {
    const RecencyEntry newest = newest_head(model);
    if (newest.bits == 0) return;
    Neighbour met{newest.slot(), 0, static_cast<uint32_t>(x_neighbours.size()), 0};
    for (size_t i = 0; i < x_heads.size(); ++i) {
      if (x_heads[i] != newest.bits) continue;
      Shared& shared = x_shared[i];
      if (met.distance == 0) met.distance = shared.distance;
      met.similarity += shared.weight;
      shared.walk.next();
      x_heads[i] = shared.walk.at_end() ? 0 : (*shared.walk).bits;
    }
    x_neighbours.push_back(met);
  }
}

void Search::weigh(const KnnModel& model, EventTime now, const KnnConfig& config) {
  constexpr double kDayMs = 86'400'000;
  const bool by_session = config.norm == KnnNorm::kCosine || config.age_days > 0;
  for (Neighbour& neighbour : x_neighbours) {
    double factor = 1 / x_norm;
    if (by_session) {
      const LearntSession& session = *model.sessions[neighbour.slot];
      if (config.norm == KnnNorm::kCosine) factor /= std::sqrt(session.products);
      if (config.age_days > 0) {
        const auto age = static_cast<double>((now - session.end).ms);
        factor *= std::exp(-age / (config.age_days * kDayMs));
      }
    }
    neighbour.similarity *= factor;
  }
}

// Of equal ones the newer. The order is total, so sums are added up in one order only.
void Search::keep_nearest(const KnnConfig& config) {
  const auto is_nearer = [](const Neighbour& a, const Neighbour& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.rank < b.rank;
  };
  if (x_neighbours.size() > config.neighbours) {
    const auto kept = x_neighbours.begin() + static_cast<ptrdiff_t>(config.neighbours);
    std::nth_element(x_neighbours.begin(), kept, x_neighbours.end(), is_nearer);
    x_neighbours.erase(kept, x_neighbours.end());
  }
  std::sort(x_neighbours.begin(), x_neighbours.end(), is_nearer);
}

size_t Search::last_shared_place(const LearntSession& session) const {
  for (size_t place = session.lines.size(); place-- > 0;) {
    const LearntLine& line = session.lines[place];
    if (!line.is_last) continue;
    for (const Shared& shared : x_shared) {
      if (shared.product == line.product) return place;
    }
  }
  return 0;
}

void Search::add_lines(const KnnModel& model, const Neighbour& neighbour, const KnnConfig& config) {
  const double step = step_weight(config.step, config.step_scale, neighbour.distance);
  const double score = neighbour.similarity * step;
  if (score <= 0) return;
  const LearntSession& session = *model.sessions[neighbour.slot];
  const bool by_place = config.nearness_scale > 0;
  const size_t centre = by_place ? last_shared_place(session) : 0;
  for (size_t place = 0; place < session.lines.size(); ++place) {
    const LearntLine& line = session.lines[place];
    if (!line.is_last) continue;
    if (!by_place) {
      x_sums.add(line.product, score);
      continue;
    }
    const size_t apart = place > centre ? place - centre : centre - place;
    x_sums.add(line.product, score * std::exp(-static_cast<double>(apart) / config.nearness_scale));
  }
}

// Each neighbour's lines lie somewhere else in memory, three steps away. Each step is asked for
// some neighbours ahead of where it is needed, so that the waits overlap.
void Search::add_all_lines(const KnnModel& model, const KnnConfig& config) {
  constexpr size_t kAhead = 8;
  constexpr size_t kLinesFetched = 64 / sizeof(LearntLine);  // a cache line's
  const auto session_of = [&](size_t i) -> const std::shared_ptr<const LearntSession>& {
    return model.sessions[x_neighbours[i].slot];
  };
  x_sums.begin();
  const size_t count = x_neighbours.size();
  for (size_t i = 0; i < count + 3 * kAhead; ++i) {
    if (i < count) __builtin_prefetch(&session_of(i));
    if (i >= kAhead && i - kAhead < count) __builtin_prefetch(&session_of(i - kAhead)->lines);
    if (i >= 2 * kAhead && i - 2 * kAhead < count) {
      const std::vector<LearntLine>& lines = session_of(i - 2 * kAhead)->lines;
      for (size_t at = 0; at < lines.size(); at += kLinesFetched) __builtin_prefetch(&lines[at]);
    }
    if (i >= 3 * kAhead) add_lines(model, x_neighbours[i - 3 * kAhead], config);
  }
}

double idf_factor(const KnnModel& model, NameNumber product, const KnnConfig& config) {
  if (config.idf == KnnIdf::kNone) return 1;
  const auto sessions = static_cast<double>(model.sessions_with(product)->size());
  double idf = 0;
  switch (config.idf) {
    case KnnIdf::kPairs: idf = std::log(static_cast<double>(model.pairs) / sessions); break;
    case KnnIdf::kLines:
      idf = std::log(static_cast<double>(model.sessions_count) / model.lines_of[product]);
      break;
    default: idf = std::log(static_cast<double>(model.sessions_count) / sessions); break;
  }
  return config.idf_added ? 1 + config.idf_weight * idf : config.idf_weight * idf;
}

void Search::rank(const KnnModel& model, const KnnConfig& config, size_t most,
                  std::vector<ScoredProduct>& best) {
  std::vector<ScoreSums::Sum>& sums = x_sums.sums();
  for (ScoreSums::Sum& sum : sums) sum.score *= idf_factor(model, sum.product, config);
  const auto is_better = [&](const ScoreSums::Sum& a, const ScoreSums::Sum& b) {
    if (a.score != b.score) return a.score > b.score;
    return model.names.name_of(a.product) < model.names.name_of(b.product);
  };
  const size_t kept = std::min(most, sums.size());
  const auto end = sums.begin() + static_cast<ptrdiff_t>(kept);
  // partial_sort would carry a heap of those kept through all of them.
  if (kept < sums.size()) std::nth_element(sums.begin(), end, sums.end(), is_better);
  std::sort(sums.begin(), end, is_better);
  best.clear();
  best.reserve(kept);
  for (size_t i = 0; i < kept; ++i) {
    best.push_back({model.names.name_of(sums[i].product), sums[i].score});
  }
}

}  // namespace

std::vector<ScoredProduct> nearest_sessions(const KnnModel& model,
                                            std::span<const NameHash> session, EventTime now,
                                            const KnnConfig& config, size_t most) {
  static thread_local Search search;
  std::vector<ScoredProduct> best;
  search.ask(model, session, now, config, most, best);
  return best;
}

}  // namespace rekindle::operators
