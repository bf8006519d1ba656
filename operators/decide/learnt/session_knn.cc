#include "operators/decide/learnt/session_knn.h"

#include <algorithm>
#include <cmath>

#include "operators/decide/learnt/nearest.h"
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

// Where a list's walk stands.
struct Head {
  RecencyEntry entry;
  uint32_t of = 0;  // in Search::x_shared
};

// One question. Its vectors are kept from one to the next.
class Search {
 public:
  void ask(const KnnModel& model, std::span<const NameHash> session, EventTime now,
           const KnnConfig& config, size_t most, std::vector<ScoredProduct>& best) {
    compare(model, session, config);
    meet(model, config);
    weigh(model, now, config);
    x_nearest.keep(x_neighbours, config.neighbours);
    add_all_lines(model, config);
    rank(model, config, most, best);
  }

 private:
  void compare(const KnnModel& model, std::span<const NameHash> session, const KnnConfig& config);
  void meet(const KnnModel& model, const KnnConfig& config);
  void add_head(const KnnModel& model, Head head);
  void advance(const KnnModel& model, size_t place);
  void weigh(const KnnModel& model, EventTime now, const KnnConfig& config);
  void add_all_lines(const KnnModel& model, const KnnConfig& config);
  void add_lines(const KnnModel& model, const Neighbour& neighbour, const KnnConfig& config);
  void rank(const KnnModel& model, const KnnConfig& config, size_t most,
            std::vector<ScoredProduct>& best);
  [[nodiscard]] size_t last_shared_place(const LearntSession& session) const;

  std::vector<NameHash> x_distinct;
  std::vector<Shared> x_shared;  // newest first
  std::vector<Head> x_heads;     // of walks that are not at their end, newest first
  std::vector<Neighbour> x_neighbours;
  Nearest x_nearest;
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

// Of equal entries the one of the newer product.
bool comes_first(const Head& a, const Head& b, const SessionSlots& sessions) {
  if (a.entry == b.entry) return a.of < b.of;
  return is_older(b.entry, a.entry, sessions);
}

void Search::add_head(const KnnModel& model, Head head) {
  x_heads.push_back(head);
  for (size_t at = x_heads.size() - 1; at > 0; --at) {
    if (!comes_first(head, x_heads[at - 1], model.sessions)) return;
    std::swap(x_heads[at], x_heads[at - 1]);
  }
}

// To the next entry of its list, and to the place among the others that this one has: most often
// the same, for lists are long and neighbours in time.
void Search::advance(const KnnModel& model, size_t place) {
  Head head = x_heads[place];
  RecencyList::Walk& walk = x_shared[head.of].walk;
  walk.next();
  if (walk.at_end()) {
    x_heads.erase(x_heads.begin() + static_cast<ptrdiff_t>(place));
    return;
  }
  head.entry = *walk;
  for (; place + 1 < x_heads.size(); ++place) {
    if (comes_first(head, x_heads[place + 1], model.sessions)) break;
    x_heads[place] = x_heads[place + 1];
  }
  x_heads[place] = head;
}

// Merges the lists, newest first, until enough sessions are met.
void Search::meet(const KnnModel& model, const KnnConfig& config) {
  x_neighbours.clear();
  x_heads.clear();
  for (uint32_t i = 0; i < x_shared.size(); ++i) add_head(model, {*x_shared[i].walk, i});
  while (x_neighbours.size() < config.recent && !x_heads.empty()) {
    const RecencyEntry newest = x_heads.front().entry;
    Neighbour met{newest.slot(), x_shared[x_heads.front().of].distance,
                  static_cast<uint32_t>(x_neighbours.size()), 0};
    size_t same = 0;
    for (; same < x_heads.size() && x_heads[same].entry == newest; ++same) {
      met.similarity += x_shared[x_heads[same].of].weight;
    }
    while (same-- > 0) advance(model, same);
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
  const auto is_higher = [&](const ScoreSums::Sum& a, const ScoreSums::Sum& b) {
    if (a.score != b.score) return a.score > b.score;
    return model.names.name_of(a.product) < model.names.name_of(b.product);
  };
  const size_t kept = std::min(most, sums.size());
  const auto end = sums.begin() + static_cast<ptrdiff_t>(kept);
  if (kept < sums.size()) std::nth_element(sums.begin(), end, sums.end(), is_higher);
  best.clear();
  best.reserve(kept);
  for (size_t i = 0; i < kept; ++i) {
    best.push_back({model.names.name_of(sums[i].product), sums[i].score});
  }
}

}  // namespace

std::vector<ScoredProduct> nearest_in_no_order(const KnnModel& model,
                                               std::span<const NameHash> session, EventTime now,
                                               const KnnConfig& config, size_t most) {
  static thread_local Search search;
  std::vector<ScoredProduct> best;
  search.ask(model, session, now, config, most, best);
  return best;
}

std::vector<ScoredProduct> nearest_sessions(const KnnModel& model,
                                            std::span<const NameHash> session, EventTime now,
                                            const KnnConfig& config, size_t most) {
  std::vector<ScoredProduct> best = nearest_in_no_order(model, session, now, config, most);
  std::sort(best.begin(), best.end(), is_better);
  return best;
}

}  // namespace rekindle::operators
