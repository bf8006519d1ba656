// Test, then learn: how well the model of decide foretells what comes next on real histories, when
// it learns from every session as it closes, once a day, or not at all after the first days.
//
//     ./dev prequential            tables on standard output
//
// Settings are compared on days before those the curves show. Needs yoochoose_100k for the first
// set (tests/support/session_sets.h); UCI's invoices are part of this repository. HR@20: the next
// product is among the 20 best; MRR@20: 1 / its rank there.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <queue>

#include "cli/presets/input_file.h"
#include "cli/presets/uci.h"
#include "operators/decide/learnt/next_products.h"
#include "operators/decide/learnt/site_learning.h"
#include "operators/decide/model_snapshot.h"
#include "tests/support/session_sets.h"

namespace {

using namespace rekindle;
using namespace rekindle::operators;
using SiteModel = rekindle::operators::SiteModel;  // core has another

constexpr Duration kIdle = minutes(30);
constexpr int64_t kDayMs = 86'400'000;

struct Way {
  std::string name;
  NextConfig next;
};

struct Score {
  size_t positions = 0;
  double hits = 0;
  double reciprocal = 0;
  void add(const std::vector<ScoredProduct>& best, NameHash wanted) {
    ++positions;
    for (size_t rank = 0; rank < best.size(); ++rank) {
      if (best[rank].product != wanted) continue;
      ++hits;
      reciprocal += 1 / static_cast<double>(rank + 1);
      return;
    }
  }
  void add(const Score& other) {
    positions += other.positions;
    hits += other.hits;
    reciprocal += other.reciprocal;
  }
  [[nodiscard]] std::string text() const {
    const double n = static_cast<double>(std::max<size_t>(1, positions));
    return fmt::format("{:.4f}/{:.4f}", hits / n, reciprocal / n);
  }
};

LearningConfig everything() {
  LearningConfig config;
  config.sessions = {.sessions_max = 1'000'000, .age_max = days(4'000)};
  config.memory_bytes_max = size_t{4} << 30;
  return config;
}

SiteLearning make_learning() {
  return SiteLearning(everything(), std::make_shared<const ProductCatalog>());
}

// Where a session is asked what comes next: the first lines, and the product after them.
struct Question {
  std::vector<NameHash> shown;
  NameHash wanted = kNoName;
  EventTime at;
};

// Clicks at every position; a basket, whose lines have one time, in its middle only.
std::vector<Question> questions_of(const ClosedSession& session) {
  std::vector<Question> questions;
  std::vector<NameHash> shown;
  const bool is_basket = session.start == session.end;
  const size_t middle = session.lines.size() / 2;
  for (size_t i = 0; i < session.lines.size(); ++i) {
    if (i > 0 && (!is_basket || i == middle)) {
      questions.push_back({shown, session.lines[i].product, session.lines[i - 1].at});
    }
    shown.push_back(session.lines[i].product);
  }
  return questions;
}

std::vector<ClosedSession> by_start(std::vector<ClosedSession> sessions) {
  std::stable_sort(sessions.begin(), sessions.end(),
                   [](const auto& a, const auto& b) { return a.start < b.start; });
  return sessions;
}

// Settings side by side: learnt from `past`, asked about `next`.
void compare(const std::vector<ClosedSession>& past, const std::vector<ClosedSession>& next,
             const std::vector<Way>& ways, size_t every) {
  SiteLearning learning = make_learning();
  for (const ClosedSession& session : past) learning.learn(session);
  const SiteModel model = learning.publish();
  std::vector<Score> scores(ways.size());
  std::vector<double> microseconds(ways.size());
  size_t asked = 0;
  for (const ClosedSession& session : next) {
    for (const Question& question : questions_of(session)) {
      if (asked++ % every != 0) continue;
      for (size_t w = 0; w < ways.size(); ++w) {
        const auto from = std::chrono::steady_clock::now();
        const auto best = next_products(model, question.shown, question.at, ways[w].next, 20);
        microseconds[w] +=
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - from)
                .count();
        scores[w].add(best, question.wanted);
      }
    }
  }
  fmt::print("  learnt from {} sessions, asked at {} positions\n", past.size(),
             scores[0].positions);
  for (size_t w = 0; w < ways.size(); ++w) {
    fmt::print("  {:<44} HR@20/MRR@20 {}   {:.1f} us\n", ways[w].name, scores[w].text(),
               microseconds[w] / static_cast<double>(scores[w].positions));
  }
}

// One model that learns a session once it has been idle, on asking; one that is published at
// midnight; one that stays as it was.
class Curve {
 public:
  Curve(NextConfig next, EventTime from, int64_t period_ms)
      : x_next(std::move(next)), x_from(from), x_period_ms(period_ms) {}

  void run(const std::vector<ClosedSession>& sessions) {
    SiteLearning learning = make_learning();
    std::optional<SiteModel> still, daily;
    SiteModel online = learning.publish();
    int64_t day = 0;
    bool is_news = false;
    // The next question of each session, by time.
    struct Turn {
      EventTime at;
      size_t session;
      size_t question;
      bool operator<(const Turn& other) const {
        return std::tie(at, session, question) > std::tie(other.at, other.session, other.question);
      }
    };
    std::priority_queue<Turn> turns;
    for (size_t s = 0; s < sessions.size(); ++s) {
      const auto questions = questions_of(sessions[s]).size();
      for (size_t q = 0; q < questions; ++q) {
        turns.push({questions_of(sessions[s])[q].at, s, q});
      }
      turns.push({sessions[s].end + kIdle, s, kCloses});
    }
    for (; !turns.empty(); turns.pop()) {
      const Turn& turn = turns.top();
      if (turn.question == kCloses) {
        learning.learn(sessions[turn.session]);
        is_news = true;
        continue;
      }
      if (turn.at < x_from) continue;
      if (std::exchange(is_news, false)) online = learning.publish();
      if (!still) still = online;
      if (!daily || turn.at.ms / kDayMs != day) daily = online;
      day = turn.at.ms / kDayMs;
      ask(questions_of(sessions[turn.session])[turn.question], {&*still, &*daily, &online});
    }
    print();
  }

 private:
  static constexpr size_t kCloses = SIZE_MAX;
  static constexpr const char* kNames[] = {"static", "daily", "online"};

  void ask(const Question& question, const std::array<const SiteModel*, 3>& models) {
    auto& scores = x_scores[question.at.ms / x_period_ms];
    for (size_t m = 0; m < models.size(); ++m) {
      scores[m].add(next_products(*models[m], question.shown, question.at, x_next, 20),
                    question.wanted);
    }
  }
  void print() const {
    fmt::print("  {:<12} {:>9}   {:<16} {:<16} {:<16}\n", "from", "positions", kNames[0], kNames[1],
               kNames[2]);
    std::array<Score, 3> all;
    for (const auto& [period, scores] : x_scores) {
      const EventTime at{period * x_period_ms};
      print_line(fmt::format("day {}", (at - x_from).ms / kDayMs), scores);
      for (size_t m = 0; m < 3; ++m) all[m].add(scores[m]);
    }
    print_line("all", all);
  }
  static void print_line(const std::string& name, const std::array<Score, 3>& scores) {
    fmt::print("  {:<12} {:>9}   {:<16} {:<16} {:<16}\n", name, scores[0].positions,
               scores[0].text(), scores[1].text(), scores[2].text());
  }

  NextConfig x_next;
  EventTime x_from;
  int64_t x_period_ms;
  std::map<int64_t, std::array<Score, 3>> x_scores;
};

std::vector<Way> ways() {
  std::vector<Way> all;
  KnnConfig session_idf = KnnConfig::vmis(500, 100, 9);
  session_idf.idf = KnnIdf::kSessions;
  KnnConfig added = session_idf;
  added.idf_added = true;
  const std::pair<const char*, KnnConfig> knns[] = {
      {"VMIS m500 k100 last9", KnnConfig::vmis(500, 100, 9)},
      {"VMIS m1500 k300 last4", KnnConfig::vmis(1'500, 300, 4)},
      {"VMIS m500 k100 last9, 1+idf", added},
      {"V-SKNN m1000 k100 quadratic quadratic",
       KnnConfig::vsknn(1'000, 100, KnnDecay::kQuadratic, KnnDecay::kQuadratic, 0)},
      {"V-SKNN m5000 k500 quadratic div idf5",
       KnnConfig::vsknn(5'000, 500, KnnDecay::kQuadratic, KnnDecay::kDiv, 5)},
      {"STAN m5000 k500 1.02 5 2.05", KnnConfig::stan(5'000, 500, 1.02, 5, 2.05)},
      {"VSTAN m5000 k500 1.02 5 2.05 1.02 idf5",
       KnnConfig::vstan(5'000, 500, 1.02, 5, 2.05, 1.02, 5)},
      {"VSTAN m1000 k200 1.02 5 2.05 1.02 idf5",
       KnnConfig::vstan(1'000, 200, 1.02, 5, 2.05, 1.02, 5)},
      {"VSTAN m1000 k200 1.02 - 2.05 1.02 idf5",
       KnnConfig::vstan(1'000, 200, 1.02, 0, 2.05, 1.02, 5)},
  };
  all.push_back({"rules only", {.knn = {}, .rules = 1}});
  for (const auto& [name, knn] : knns) {
    for (const double rules : {0.0, 0.15, 0.3, 0.5}) {
      all.push_back({fmt::format("{} + {:.2f} rules", name, rules), {knn, rules}});
    }
  }
  return all;
}

std::vector<ClosedSession> closed(const testing::ClickSet& set) {
  std::vector<ClosedSession> sessions;
  for (const auto& session : set.sessions) {
    sessions.push_back(testing::closed_session(session, SiteId{1}));
  }
  return by_start(std::move(sessions));
}

void clicks_of_yoochoose() {
  const std::string archive = testing::archive_path(RK_SOURCE_DIR, "yoochoose_100k.tar.zst");
  if (!std::filesystem::exists(archive)) {
    fmt::print("yoochoose_100k: skipped: data absent\n");
    return;
  }
  const std::string base = "yoochoose_100k/yoochoose-clicks-100k_";
  const auto load = [&](const char* part) {
    return closed(testing::load_clicks(archive, base + part + ".txt"));
  };
  fmt::print("\nyoochoose_100k: settings, on the validation split\n");
  compare(load("train_tr"), load("train_valid"), ways(), 4);
  auto sessions = load("train_full");
  const EventTime first = sessions.front().start;
  for (auto& session : load("test")) sessions.push_back(std::move(session));
  fmt::print("\nyoochoose_100k: curve of the default from the fourth day on\n");
  Curve({}, EventTime{(first.ms / kDayMs + 3) * kDayMs}, kDayMs).run(by_start(std::move(sessions)));
}

std::vector<ClosedSession> uci_baskets() {
  auto bytes = cli::open_input_file(std::string(RK_SOURCE_DIR) + "/data/uci_online_retail.csv.zst");
  auto source = cli::UciSource::make(std::move(*bytes)).value();
  std::vector<ClosedSession> baskets;
  cli::SourceEvent event;
  while (source->next(event)) {
    if (event.type != "purchase") continue;
    ClosedSession& basket = baskets.emplace_back();
    basket.site = SiteId{1};
    basket.visitor = visitor_key(basket.site, event.visitor);
    basket.start = basket.end = EventTime{event.at_ms};
    const size_t first =
        event.items.size() - std::min(event.items.size(), limits::kSessionLinesMax);
    for (size_t i = first; i < event.items.size(); ++i) {
      basket.lines.push_back({EventType::kPurchase, basket.end,
                              item_name_hash(event.items[i].product), kNoName, kNoName});
    }
  }
  return by_start(std::move(baskets));
}

void baskets_of_uci() {
  const std::vector<ClosedSession> baskets = uci_baskets();
  const EventTime first = baskets.front().start;
  const auto split = [&](int64_t from, int64_t to) {
    std::vector<ClosedSession> part;
    for (const ClosedSession& basket : baskets) {
      const int64_t day = (basket.start - first).ms / kDayMs;
      if (day >= from && day < to) part.push_back(basket);
    }
    return part;
  };
  fmt::print("\nUCI Online Retail: {} baskets; settings, days 90 to 119\n", baskets.size());
  compare(split(0, 90), split(90, 120), ways(), 1);
  fmt::print("\nUCI Online Retail: curve of the default from day 120 on, by 30 days\n");
  Curve({}, EventTime{first.ms + 120 * kDayMs}, 30 * kDayMs).run(baskets);
}

}  // namespace

int main() {
  clicks_of_yoochoose();
  baskets_of_uci();
}
