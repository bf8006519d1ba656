// Our session neighbours against a plain exact scan over all sessions, the answers compared first;
// and the time that Serenade publishes for the same question (its toy set, its settings): 66 us at
// the 90th percentile. Prints a JSON object a figure. `./dev peers` runs it. Argument: rounds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <vector>

#include "core/clock.h"
#include "operators/decide/learnt/session_store.h"
#include "operators/decide/learnt/site_learning.h"
#include "operators/decide/model_snapshot.h"
#include "tests/support/session_sets.h"

namespace {

using namespace rekindle;
using namespace rekindle::operators;

constexpr size_t kMost = 21;
constexpr double kPublishedP90 = 66;

// The definition, read off the drawing in knn_config.h, for VMIS.
class Scan {
 public:
  Scan(const KnnModel& model, const KnnConfig& config) : x_model(model), x_config(config) {
    for (SessionSlot slot = 0; slot < model.sessions.size(); ++slot) {
      if (model.sessions[slot] != nullptr) x_sessions.push_back(model.sessions[slot].get());
    }
    std::sort(x_sessions.begin(), x_sessions.end(),
              [](const auto* a, const auto* b) { return is_older(*b, *a); });
    for (const LearntSession* session : x_sessions) {
      for (const LearntLine& line : session->lines) x_sessions_with[line.product] += line.is_last;
    }
  }

  std::vector<ScoredProduct> ask(std::span<const NameHash> session) {
    if (session.size() > x_config.items) session = session.last(x_config.items);
    struct Asked {
      NameNumber product;
      double weight;
      size_t distance;
    };
    std::vector<Asked> asked;  // each product once, at its newest place
    for (size_t place = session.size(); place > 0; --place) {
      const NameNumber product = x_model.names.find(session[place - 1]);
      const bool is_there = std::any_of(asked.begin(), asked.end(),
                                        [&](const Asked& a) { return a.product == product; });
      if (is_there) continue;
      asked.push_back({product, static_cast<double>(place) / static_cast<double>(session.size()),
                       session.size() - place + 1});
    }
    std::vector<Near> met;
    for (size_t rank = 0; rank < x_sessions.size() && met.size() < x_config.recent; ++rank) {
      Near near{x_sessions[rank], 0, 0, rank};
      for (const Asked& one : asked) {
        if (!holds(*x_sessions[rank], one.product)) continue;
        if (near.distance == 0) near.distance = one.distance;
        near.similarity += one.weight;
      }
      if (near.distance > 0) met.push_back(near);
    }
    for (Near& near : met) near.similarity *= 1 / static_cast<double>(asked.size());
    std::sort(met.begin(), met.end(), [](const Near& a, const Near& b) {
      return a.similarity != b.similarity ? a.similarity > b.similarity : a.rank < b.rank;
    });
    if (met.size() > x_config.neighbours) met.resize(x_config.neighbours);
    return scored(met);
  }

 private:
  struct Near {
    const LearntSession* session;
    size_t distance;
    double similarity;
    size_t rank;
  };
  static bool holds(const LearntSession& session, NameNumber product) {
    return std::any_of(session.lines.begin(), session.lines.end(),
                       [&](const LearntLine& line) { return line.product == product; });
  }
  std::vector<ScoredProduct> scored(const std::vector<Near>& met) const {
    std::map<NameNumber, double> sums;
    for (const Near& near : met) {
      const double step = std::max(0.0, 1 - 0.1 * static_cast<double>(near.distance));
      if (near.similarity * step <= 0) continue;
      for (const LearntLine& line : near.session->lines) {
        if (line.is_last) sums[line.product] += near.similarity * step;
      }
    }
    std::vector<ScoredProduct> all;
    for (const auto& [product, sum] : sums) {
      const double idf = std::log(static_cast<double>(x_model.pairs) / x_sessions_with.at(product));
      all.push_back({x_model.names.name_of(product), sum * idf});
    }
    std::sort(all.begin(), all.end(), [](const ScoredProduct& a, const ScoredProduct& b) {
      return a.score != b.score ? a.score > b.score : a.product < b.product;
    });
    if (all.size() > kMost) all.resize(kMost);
    return all;
  }

  const KnnModel& x_model;
  const KnnConfig x_config;
  std::vector<const LearntSession*> x_sessions;  // newest first
  std::map<NameNumber, uint32_t> x_sessions_with;
};

void print(std::string_view name, double value, std::string_view unit, size_t samples) {
  fmt::print(R"({{"name":"{}","value":{:.4f},"unit":"{}","samples":{},"spread":0}})"
             "\n",
             name, value, unit, samples);
}

double at_share(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(static_cast<double>(values.size() - 1) * share)];
}

template <typename Do>
double microseconds(const Do& action) {
  const int64_t began = monotonic_ns();
  action();
  return static_cast<double>(monotonic_ns() - began) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 10;
  const std::string archive = testing::archive_path(RK_SOURCE_DIR, "bolcom_serenade.tar.zst");
  LearningConfig learning_config;
  learning_config.sessions.age_max = days(4'000);
  SiteLearning learning(learning_config, std::make_shared<ProductCatalog>());
  const auto train = testing::load_clicks(archive, "bolcom_serenade/train.txt");
  for (const auto& session : train.sessions) {
    learning.learn(testing::closed_session(session, SiteId{1}));
  }
  const SiteModel model = learning.publish();
  const KnnConfig config = KnnConfig::vmis(500, 50, 2);
  Scan scan(model.knn, config);
  const auto test = testing::load_clicks(archive, "bolcom_serenade/test.txt");
  std::vector<double> ours;
  std::vector<double> plain;
  for (int round = 0; round < rounds; ++round) {
    for (const auto& session : test.sessions) {
      std::vector<NameHash> shown;
      for (const auto& click : session.clicks) {
        shown.push_back(click.product());
        std::vector<ScoredProduct> found;
        std::vector<ScoredProduct> wanted;
        const EventTime now{click.at_ms};
        plain.push_back(microseconds([&] { wanted = scan.ask(shown); }));
        ours.push_back(
            microseconds([&] { found = nearest_sessions(model.knn, shown, now, config, kMost); }));
        bool is_same = found.size() == wanted.size();
        for (size_t i = 0; is_same && i < found.size(); ++i) {
          is_same = std::abs(found[i].score - wanted[i].score) <= 1e-9 * wanted[i].score;
        }
        if (!is_same) {
          fmt::print(stderr, "bench_scan: an answer differs from the scan's\n");
          return 1;
        }
      }
    }
  }
  const double p90 = at_share(ours, 0.9);
  print("neighbours.p50_us", at_share(ours, 0.5), "us", ours.size());
  print("neighbours.p90_us", p90, "us", ours.size());
  print("neighbours.scan_p90_us", at_share(plain, 0.9), "us", plain.size());
  print("neighbours.vs_scan", at_share(plain, 0.9) / p90, "ratio", plain.size());
  print("neighbours.vs_serenade", kPublishedP90 / p90, "ratio", ours.size());
  return 0;
}
