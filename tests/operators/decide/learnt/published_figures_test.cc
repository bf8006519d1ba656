// What others published, with their data and their settings.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "operators/decide/learnt/session_knn.h"
#include "operators/decide/learnt/session_store.h"
#include "tests/support/session_sets.h"

namespace rekindle::operators {
namespace {

using testing::ClickSession;
using testing::ClickSet;

constexpr SessionBounds kAll{.sessions_max = 1'000'000, .age_max = days(4'000)};

std::string serenade() {
  return testing::archive_path(RK_SOURCE_DIR, "bolcom_serenade.tar.zst");
}
std::string yoochoose() {
  return testing::archive_path(RK_SOURCE_DIR, "yoochoose_100k.tar.zst");
}

// The lines of a session up to, and without, one of its clicks.
std::vector<NameHash> before(const ClickSession& session, size_t click) {
  std::vector<NameHash> products;
  for (size_t i = 0; i < click; ++i) products.push_back(session.clicks[i].product());
  return products;
}

struct Learnt {
  SessionStore store{kAll};
  SessionKnn knn;
  explicit Learnt(const ClickSet& set, size_t clicks_max = limits::kSessionLinesMax) {
    for (const ClickSession& session : set.sessions) {
      if (session.clicks.size() > clicks_max) continue;
      const auto* added = store.add(testing::closed_session(session, SiteId{1}), {});
      if (added != nullptr) knn.learn(*added, store);
    }
  }
};

// Serenade leaves out sessions longer than 99.5 % of them.
size_t usual_clicks(const ClickSet& set) {
  std::vector<size_t> lengths;
  for (const ClickSession& session : set.sessions) lengths.push_back(session.clicks.size());
  std::sort(lengths.begin(), lengths.end());
  return lengths[lengths.size() * 995 / 1'000];
}

struct Figures {
  size_t positions = 0;
  double hit_rate = 0;
  double reciprocal_rank = 0;
  double recall = 0;
};

// Of the 20 best at each position, without the product shown there (Serenade's rule).
Figures evaluate(const KnnModel& model, const ClickSet& set, const KnnConfig& config) {
  Figures figures;
  for (const ClickSession& session : set.sessions) {
    for (size_t click = 1; click < session.clicks.size(); ++click) {
      const auto shown = before(session, click);
      auto best =
          nearest_sessions(model, shown, EventTime{session.clicks[click - 1].at_ms}, config, 21);
      std::erase_if(best, [&](const auto& scored) { return scored.product == shown.back(); });
      if (best.size() > 20) best.resize(20);
      std::set<NameHash> rest;
      for (size_t i = click; i < session.clicks.size(); ++i) {
        rest.insert(session.clicks[i].product());
      }
      double hits = 0;
      for (size_t rank = 0; rank < best.size(); ++rank) {
        hits += static_cast<double>(rest.count(best[rank].product));
        if (best[rank].product != session.clicks[click].product()) continue;
        ++figures.hit_rate;
        figures.reciprocal_rank += 1 / static_cast<double>(rank + 1);
      }
      figures.recall += hits / static_cast<double>(session.clicks.size() - click);
      ++figures.positions;
    }
  }
  const auto n = static_cast<double>(figures.positions);
  figures.hit_rate /= n;
  figures.reciprocal_rank /= n;
  figures.recall /= n;
  std::printf("n=%zu HR@20 %.4f MRR@20 %.4f R@20 %.4f\n", figures.positions, figures.hit_rate,
              figures.reciprocal_rank, figures.recall);
  return figures;
}

// README of bolcom/serenade: HR .6402, MRR .3277, R .4456 with the settings of its example.toml;
// MRR .3401 with those found by its search. Times in whole seconds leave ties open.
TEST(PublishedFigures, SerenadesToySet) {
  const ClickSet train = testing::load_clicks(serenade(), "bolcom_serenade/train.txt");
  const ClickSet test = testing::load_clicks(serenade(), "bolcom_serenade/test.txt");
  ASSERT_EQ(train.clicks, 113'601u);
  ASSERT_EQ(train.sessions.size(), 23'753u);
  ASSERT_EQ(test.clicks, 1'233u);
  Learnt learnt(train, usual_clicks(train));
  const KnnModel model = learnt.knn.model(learnt.store);
  const Figures shipped = evaluate(model, test, KnnConfig::vmis(500, 50, 2));
  EXPECT_EQ(shipped.positions, 931u);
  EXPECT_NEAR(shipped.hit_rate, 0.6402, 0.003);
  EXPECT_NEAR(shipped.reciprocal_rank, 0.3277, 0.003);
  EXPECT_NEAR(shipped.recall, 0.4456, 0.003);
  const Figures tuned = evaluate(model, test, KnnConfig::vmis(1502, 288, 4));
  EXPECT_NEAR(tuned.reciprocal_rank, 0.3401, 0.003);
}

struct StoredList {
  uint64_t session = 0;
  size_t position = 0;
  std::vector<NameHash> products;  // those with a score, at most 20
};

std::vector<StoredList> stored_lists() {
  std::istringstream in(
      testing::archive_member(yoochoose(), "yoochoose_100k/recoms_rsc15_100k_vsknn.csv"));
  std::vector<StoredList> lists;
  std::string line;
  std::getline(in, line);  // SessionId;Position;Recommendations;Scores
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    std::string session, position, products, scores;
    std::getline(cells, session, ';');
    std::getline(cells, position, ';');
    std::getline(cells, products, ';');
    std::getline(cells, scores, ';');
    StoredList& list = lists.emplace_back();
    list.session = std::stoull(session);
    list.position = std::stoull(position);
    std::istringstream ids(products), values(scores);
    std::string id, value;
    while (list.products.size() < 20 && std::getline(ids, id, ',') &&
           std::getline(values, value, ',') && std::stod(value) > 0) {
      list.products.push_back(item_name_hash(id));
    }
  }
  return lists;
}

// session-rec keeps the lists that its V-SKNN (k 500, m 5,000, quadratic, div, idf 5) gave.
TEST(PublishedFigures, SessionRecsStoredLists) {
  if (!std::filesystem::exists(yoochoose())) GTEST_SKIP() << "skipped: data absent";
  const ClickSet train =
      testing::load_clicks(yoochoose(), "yoochoose_100k/yoochoose-clicks-100k_train_full.txt");
  const ClickSet test =
      testing::load_clicks(yoochoose(), "yoochoose_100k/yoochoose-clicks-100k_test.txt");
  Learnt learnt(train);
  const KnnModel model = learnt.knn.model(learnt.store);
  std::map<uint64_t, const ClickSession*> sessions;
  for (const ClickSession& session : test.sessions) sessions[session.id] = &session;
  const auto config = KnnConfig::vsknn(5'000, 500, KnnDecay::kQuadratic, KnnDecay::kDiv, 5);
  size_t same_first = 0;
  size_t same = 0;
  size_t stored = 0;
  const auto lists = stored_lists();
  ASSERT_EQ(lists.size(), 387u);
  for (const StoredList& list : lists) {
    const auto shown = before(*sessions.at(list.session), list.position + 1);
    const auto best = nearest_sessions(model, shown, EventTime{}, config, 20);
    same_first += !best.empty() && best[0].product == list.products.at(0);
    for (const ScoredProduct& scored : best) {
      same += static_cast<size_t>(
          std::count(list.products.begin(), list.products.end(), scored.product));
    }
    stored += list.products.size();
  }
  std::printf("first ones equal %zu of %zu, %zu of %zu products in the lists of 20\n", same_first,
              lists.size(), same, stored);
  EXPECT_EQ(same_first, 387u);
  EXPECT_GE(static_cast<double>(same), 0.97 * static_cast<double>(stored));
}

}  // namespace
}  // namespace rekindle::operators
