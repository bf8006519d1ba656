// Online equals batch: whatever was learnt, forgotten and expired, in whatever order, the model is
// the one that a rebuild from the sessions left over gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "operators/decide/learnt/next_products.h"
#include "operators/decide/learnt/site_learning.h"
#include "operators/decide/model_snapshot.h"

namespace rekindle::operators {
namespace {

constexpr EventTime kStart{1'700'000'000'000};
constexpr size_t kProducts = 60;

NameHash product(size_t i) {
  return item_name_hash("product" + std::to_string(i));
}

LearningConfig config_of(size_t sessions_max) {
  LearningConfig config;
  config.sessions = {.sessions_max = sessions_max, .age_max = days(60)};
  config.half_life = days(3);
  config.pairs_half_life = days(5);
  config.rules.half_life = days(4);
  return config;
}

SiteLearning make(size_t sessions_max) {
  return SiteLearning(config_of(sessions_max), std::make_shared<const ProductCatalog>());
}

ClosedSession random_session(std::mt19937& random, int64_t minute) {
  ClosedSession session;
  session.visitor = {random() % 40, 5};
  session.start = kStart + minutes(minute) + milliseconds(static_cast<int64_t>(random() % 3));
  EventTime at = session.start;
  const size_t lines = 1 + random() % 9;
  for (size_t i = 0; i < lines; ++i) {
    if (random() % 3 != 0) at = at + seconds(static_cast<int64_t>(random() % 100));
    const EventType types[] = {EventType::kViewItem, EventType::kViewItem, EventType::kAddToCart,
                               EventType::kPurchase};
    const size_t of = std::min(random() % kProducts, random() % kProducts);
    const NameHash category = of % 5 == 0 ? kNoName : item_name_hash("c" + std::to_string(of % 7));
    session.lines.push_back({types[random() % 4], at, product(of), category,
                             item_name_hash("brand" + std::to_string(of % 3))});
  }
  session.end = at;
  return session;
}

// Sessions left over, as the session log would bring them; in another order.
std::vector<ClosedSession> left_over(const SessionStore& store, std::mt19937& random) {
  std::vector<ClosedSession> sessions;
  for (auto walk = store.by_recency().newest_first(); !walk.at_end(); walk.next()) {
    const LearntSession& kept = *store.sessions()[(*walk).slot()];
    ClosedSession& session = sessions.emplace_back();
    session.visitor = kept.visitor;
    session.start = kept.start;
    session.end = kept.end;
    for (const LearntLine& line : kept.lines) {
      session.lines.push_back({line.type(), kept.at(line), store.names().name_of(line.product),
                               store.names().name_of(line.category),
                               store.names().name_of(line.brand)});
    }
  }
  std::shuffle(sessions.begin(), sessions.end(), random);
  return sessions;
}

using NamedPairs = std::vector<std::tuple<NameHash, uint32_t, int64_t>>;

std::map<NameHash, NamedPairs> named(const SiteModel& model, const PairLists& lists) {
  std::map<NameHash, NamedPairs> all;
  for (NameNumber first = 1; first < lists.size(); ++first) {
    const std::vector<Pair> list = lists.of(first, model.knn.names);
    if (list.empty()) continue;
    NamedPairs& pairs = all[model.knn.names.name_of(first)];
    for (const Pair& pair : list) {
      pairs.emplace_back(model.knn.names.name_of(pair.product), pair.count, pair.units);
    }
  }
  return all;
}

std::map<NameHash, int64_t> named(const SiteModel& model, const OccasionCounts& counts) {
  std::map<NameHash, int64_t> all;
  for (NameNumber i = 1; i < counts.size(); ++i) {
    if (counts[i] != 0) all[model.knn.names.name_of(i)] = counts[i];
  }
  return all;
}

std::map<NameHash, std::pair<int64_t, int64_t>> named(const SiteModel& model,
                                                      const RepurchaseSums& sums) {
  std::map<NameHash, std::pair<int64_t, int64_t>> all;
  for (NameNumber i = 1; i < sums.size(); ++i) {
    if (sums[i].times == 0) {
      EXPECT_EQ(sums[i].minutes, 0);
    } else {
      all[model.knn.names.name_of(i)] = {sums[i].minutes, sums[i].times};
    }
  }
  return all;
}

using Posting = std::vector<std::tuple<VisitorKey, int64_t, int64_t>>;

std::map<NameHash, Posting> postings(const SiteModel& model) {
  std::map<NameHash, Posting> all;
  for (NameNumber i = 1; i < model.knn.sessions_of.size(); ++i) {
    const RecencyList* list = model.knn.sessions_with(i);
    if (list == nullptr) continue;
    EXPECT_FALSE(list->empty());
    Posting& posting = all[model.knn.names.name_of(i)];
    for (auto walk = list->newest_first(); !walk.at_end(); walk.next()) {
      const LearntSession& session = *model.knn.sessions[(*walk).slot()];
      posting.emplace_back(session.visitor, session.end.ms, session.start.ms);
    }
    EXPECT_EQ(posting.size(), list->size());
  }
  return all;
}

std::map<NameHash, std::vector<std::pair<NameHash, int64_t>>> named(
    const BestsellerLists::ByName& lists) {
  std::map<NameHash, std::vector<std::pair<NameHash, int64_t>>> all;
  for (const auto& [name, list] : lists) {
    if (list->empty()) continue;
    for (const Bestseller& best : *list) all[name].emplace_back(best.product, best.units);
  }
  return all;
}

std::vector<KnnConfig> all_weightings() {
  return {KnnConfig::vmis(30, 8, 5),
          KnnConfig::vsknn(50, 10, KnnDecay::kQuadratic, KnnDecay::kDiv, 5),
          KnnConfig::stan(40, 12, 1.5, 5, 2), KnnConfig::vstan(40, 12, 1.5, 5, 2, 1.3, 3)};
}

void expect_same_answers(const SiteModel& online, const SiteModel& batch, std::mt19937& random) {
  for (int i = 0; i < 20; ++i) {
    std::vector<NameHash> visited(1 + random() % 6);
    for (NameHash& name : visited) name = product(random() % kProducts);
    const EventTime now = kStart + days(40);
    for (const KnnConfig& knn : all_weightings()) {
      const NextConfig next{knn, 0.3};
      const auto a = next_products(online, visited, now, next, 20);
      const auto b = next_products(batch, visited, now, next, 20);
      ASSERT_EQ(a.size(), b.size());
      for (size_t rank = 0; rank < a.size(); ++rank) {
        EXPECT_EQ(a[rank].product, b[rank].product);
        EXPECT_EQ(a[rank].score, b[rank].score);  // to the last bit
      }
    }
  }
}

void expect_same(const SiteModel& online, const SiteModel& batch, std::mt19937& random) {
  EXPECT_EQ(online.knn.sessions_count, batch.knn.sessions_count);
  EXPECT_EQ(online.knn.pairs, batch.knn.pairs);
  EXPECT_EQ(postings(online), postings(batch));
  EXPECT_EQ(named(online, online.rules.lists), named(batch, batch.rules.lists));
  for (const auto member : {&SiteModel::viewed_together, &SiteModel::carted_together,
                            &SiteModel::bought_together, &SiteModel::viewed_then_bought}) {
    const CooccurrenceModel& a = online.*member;
    const CooccurrenceModel& b = batch.*member;
    EXPECT_EQ(a.occasions, b.occasions);
    EXPECT_EQ(named(online, a.lists), named(batch, b.lists));
    EXPECT_EQ(named(online, a.firsts), named(batch, b.firsts));
    EXPECT_EQ(named(online, a.seconds), named(batch, b.seconds));
  }
  EXPECT_EQ(named(online, online.repurchases), named(batch, batch.repurchases));
  for (const auto member : {&SiteModel::bestsellers, &SiteModel::trending}) {
    EXPECT_EQ(named((online.*member).by_category), named((batch.*member).by_category));
    EXPECT_EQ(named((online.*member).by_brand), named((batch.*member).by_brand));
    EXPECT_EQ((online.*member).score_per_unit, (batch.*member).score_per_unit);
  }
  expect_same_answers(online, batch, random);
}

class OnlineEqualsBatch : public ::testing::TestWithParam<unsigned> {};

TEST_P(OnlineEqualsBatch, AfterRandomInsertsForgetsAndExpiries) {
  std::mt19937 random(GetParam());
  SiteLearning online = make(120);
  SiteModel kept;  // an older snapshot stays what it was
  std::map<NameHash, Posting> kept_postings;
  for (int step = 1; step <= 900; ++step) {
    // Mostly forward, sometimes late, at times far ahead: landmarks move, sessions grow too old.
    const int64_t minute = step * 90 - static_cast<int64_t>(random() % 2'000);
    online.learn(random_session(random, std::max<int64_t>(0, minute)));
    if (random() % 12 == 0) online.forget({random() % 40, 5});
    if (step % 60 == 0) {
      kept = online.publish();
      kept_postings = postings(kept);
    }
    if (step % 150 != 0) continue;
    SiteLearning batch = make(100'000);
    for (const ClosedSession& session : left_over(online.store(), random)) batch.learn(session);
    ASSERT_EQ(batch.store().size(), online.store().size());
    EXPECT_EQ(batch.memory_bytes(), online.memory_bytes());
    expect_same(online.publish(), batch.publish(), random);
    EXPECT_EQ(postings(kept), kept_postings);
  }
  EXPECT_LE(online.store().size(), 120u);
}

TEST_P(OnlineEqualsBatch, AfterEverythingIsForgotten) {
  std::mt19937 random(GetParam());
  SiteLearning online = make(1'000);
  const size_t empty = online.memory_bytes();
  for (int i = 0; i < 300; ++i) online.learn(random_session(random, i * 40));
  size_t forgotten = 0;
  for (uint64_t visitor = 0; visitor < 40; ++visitor) forgotten += online.forget({visitor, 5});
  EXPECT_GT(forgotten, 250u);
  EXPECT_EQ(online.memory_bytes(), empty);
  EXPECT_EQ(online.store().names().size(), 0u);
  SiteLearning never = make(1'000);
  expect_same(online.publish(), never.publish(), random);
}

// What is kept when there is no room for all depends on the set of sessions only, and so do the
// saved bytes.
TEST_P(OnlineEqualsBatch, InAnyOrderWithBoundsOfNumberAgeAndMemory) {
  std::mt19937 random(GetParam());
  std::vector<ClosedSession> sessions;
  for (int i = 0; i < 400; ++i) {
    sessions.push_back(random_session(random, static_cast<int64_t>(random() % 120'000)));
  }
  const auto bytes_of = [&](size_t memory) {
    std::shuffle(sessions.begin(), sessions.end(), random);
    LearningConfig config = config_of(200);
    config.memory_bytes_max = memory;
    SiteLearning learning(config, std::make_shared<const ProductCatalog>());
    for (const ClosedSession& session : sessions) learning.learn(session);
    EXPECT_LE(learning.memory_bytes(), memory);
    std::string bytes;
    ByteWriter writer(bytes);
    learning.encode(writer);
    return bytes;
  };
  for (const size_t memory : {size_t{1} << 30, size_t{150'000}}) {
    const std::string first = bytes_of(memory);
    EXPECT_EQ(first, bytes_of(memory));
    EXPECT_EQ(first, bytes_of(memory));
  }
}

TEST_P(OnlineEqualsBatch, AfterSavingAndRestoring) {
  std::mt19937 random(GetParam());
  SiteLearning online = make(200);
  for (int i = 0; i < 500; ++i) online.learn(random_session(random, i * 60));
  std::string bytes;
  ByteWriter writer(bytes);
  online.encode(writer);
  SessionStore read({.sessions_max = 200, .age_max = days(60)});
  ByteReader reader(bytes);
  ASSERT_TRUE(read.decode(reader));
  EXPECT_TRUE(reader.at_end());
  SiteLearning restored = make(200);
  restored.restore_from(std::move(read));
  expect_same(online.publish(), restored.publish(), random);
  const ClosedSession next = random_session(random, 500 * 60);
  online.learn(next);
  restored.learn(next);
  std::string a, b;
  ByteWriter write_a(a), write_b(b);
  online.encode(write_a);
  restored.encode(write_b);
  EXPECT_EQ(a, b);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OnlineEqualsBatch, ::testing::Range(1u, 6u));

}  // namespace
}  // namespace rekindle::operators
