// What core/state_store.h promises, asked of every implementation.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <utility>

#include "core/state_format.h"
#include "state/memory_state_store.h"
#include "state/rocks_state_store.h"
#include "tests/support/scratch_directory.h"

namespace rekindle::state {
namespace {

class MemoryMaker {
 public:
  void open() { x_store = x_store ? x_store->clone() : std::make_unique<MemoryStateStore>(); }
  StateStore& store() { return *x_store; }

 private:
  std::unique_ptr<MemoryStateStore> x_store;
};

class RocksMaker {
 public:
  void open() {
    x_store.reset();
    auto store = RocksStateStore::open(x_directory.path(), {8 * 1'024 * 1'024, 1'024 * 1'024});
    ASSERT_TRUE(store.has_value()) << to_string(store.error());
    x_store = std::move(*store);
  }
  StateStore& store() { return *x_store; }

 private:
  testing::ScratchDirectory x_directory;
  std::unique_ptr<RocksStateStore> x_store;
};

using Rows = std::vector<std::pair<std::string, std::string>>;

template <typename Maker>
class StateStoreContract : public ::testing::Test {
 protected:
  void SetUp() override { x_maker.open(); }
  StateStore& store() { return x_maker.store(); }
  void reopen() { x_maker.open(); }
  void write(const StateBatch& batch) { ASSERT_TRUE(store().write(batch).has_value()); }

  Rows scan(Table table, std::string_view begin, std::string_view end) {
    Rows rows;
    const auto done =
        store().scan(table, begin, end, [&rows](std::string_view key, std::string_view value) {
          rows.emplace_back(key, value);
          return true;
        });
    EXPECT_TRUE(done.has_value());
    return rows;
  }
  std::map<size_t, std::string> get(Table table, const std::vector<std::string>& keys) {
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    std::map<size_t, std::string> found;
    const auto done = store().multi_get(table, views, [&](size_t index, std::string_view value) {
      EXPECT_TRUE(found.emplace(index, value).second) << "told twice: " << index;
    });
    EXPECT_TRUE(done.has_value());
    return found;
  }

 private:
  Maker x_maker;
};

using Makers = ::testing::Types<MemoryMaker, RocksMaker>;
TYPED_TEST_SUITE(StateStoreContract, Makers);

TYPED_TEST(StateStoreContract, TheWritesOfABatchHappenInTheirOrder) {
  StateBatch batch;
  batch.put(Table::kVisitors, "a", "1");
  batch.remove(Table::kVisitors, "a");
  batch.put(Table::kVisitors, "b", "1");
  batch.remove_range(Table::kVisitors, "a", "c");
  batch.put(Table::kVisitors, "b", "2");
  batch.put(Table::kVisitors, "c", "1");
  batch.put(Table::kVisitors, "c", "2");
  batch.remove(Table::kVisitors, "d");
  batch.put(Table::kVisitors, "d", "1");
  this->write(batch);
  const Rows expected{{"b", "2"}, {"c", "2"}, {"d", "1"}};
  EXPECT_EQ(this->scan(Table::kVisitors, "a", "z"), expected);
}

TYPED_TEST(StateStoreContract, WhatIsAppendedFollowsWhatTheRowHolds) {
  std::map<std::string, std::string> expected;
  std::mt19937 random(5);
  for (const Table table : {Table::kVisitors, Table::kDeadlines}) {
    expected.clear();
    for (int round = 0; round < 40; ++round) {
      StateBatch batch;
      for (int i = 0; i < 60; ++i) {
        const std::string key = "p" + std::to_string(random() % 25);
        const std::string value = std::to_string(random() % 1'000) + ",";
        switch (random() % 8) {
          case 0: batch.put(table, key, value), expected[key] = value; break;
          case 1: batch.remove(table, key), expected.erase(key); break;
          case 2:
            batch.remove_range(table, key, "p3");
            if (key < "p3") expected.erase(expected.lower_bound(key), expected.lower_bound("p3"));
            break;
          default: batch.append(table, key, value), expected[key] += value; break;
        }
      }
      this->write(batch);
      if (random() % 4 == 0) {
        ASSERT_TRUE(this->store().flush().has_value());
      }
      const TableRange all{table, "p", "q"};
      if (random() % 9 == 0) {
        ASSERT_TRUE(this->store().purge({&all, 1}).has_value());
      }
      if (random() % 9 == 0) this->reopen();
      const Rows rows(expected.begin(), expected.end());
      ASSERT_EQ(this->scan(table, "p", "q"), rows);
      std::vector<std::string> keys;
      for (int i = 0; i < 25; ++i) keys.push_back("p" + std::to_string(i));
      std::map<std::string, std::string> got;
      for (const auto& [index, value] : this->get(table, keys)) got[keys[index]] = value;
      ASSERT_EQ(got, expected);
    }
  }
}

TYPED_TEST(StateStoreContract, ABatchReachesEveryTableAndTablesDoNotMix) {
  constexpr std::array kAll{Table::kPartitions, Table::kVisitors, Table::kNames,
                            Table::kDeadlines,  Table::kModels,   Table::kIdentity};
  static_assert(kAll.size() == kTables);
  StateBatch batch;
  for (const Table table : kAll) {
    batch.put(table, "key", std::to_string(static_cast<int>(table)));
  }
  this->write(batch);
  StateBatch range;
  range.remove_range(Table::kNames, "a", "z");
  this->write(range);
  this->reopen();
  for (const Table table : kAll) {
    const Rows expected{{"key", std::to_string(static_cast<int>(table))}};
    EXPECT_EQ(this->scan(table, "a", "z"), table == Table::kNames ? Rows{} : expected);
  }
}

TYPED_TEST(StateStoreContract, MultiGetAnswersMissingDuplicateAndManyKeys) {
  StateBatch batch;
  for (int i = 0; i < 1'000; i += 2) {
    batch.put(Table::kVisitors, "k" + std::to_string(i), "v" + std::to_string(i));
  }
  batch.put(Table::kVisitors, "empty", "");
  this->write(batch);
  ASSERT_TRUE(this->store().flush().has_value());
  std::vector<std::string> keys;
  for (int i = 999; i >= 0; --i) keys.push_back("k" + std::to_string(i));
  keys.push_back("k10");  // again
  keys.push_back("empty");
  const auto found = this->get(Table::kVisitors, keys);
  EXPECT_EQ(found.size(), 502u);
  for (const auto& [index, value] : found) {
    EXPECT_EQ(value, keys[index] == "empty" ? "" : "v" + keys[index].substr(1));
  }
  EXPECT_EQ(found.count(1'000), 1u);
  EXPECT_EQ(found.count(1'001), 1u);
  EXPECT_TRUE(this->get(Table::kVisitors, {}).empty());
  EXPECT_TRUE(this->get(Table::kNames, {"k0"}).empty());
}

TYPED_TEST(StateStoreContract, ScansStayInsideTheirPartition) {
  StateBatch batch;
  for (uint16_t p = 0; p < 4; ++p) {
    for (uint64_t high = 0; high < 3; ++high) {
      std::string key;
      state_format::append_visitor(PartitionId{p}, {high == 2 ? ~0ULL : high, 7}, key);
      batch.put(Table::kVisitors, key, std::to_string(p));
    }
  }
  this->write(batch);
  std::string begin;
  state_format::append_partition(PartitionId{2}, begin);
  const Rows rows =
      this->scan(Table::kVisitors, begin, state_format::partition_end(PartitionId{2}));
  ASSERT_EQ(rows.size(), 3u);
  for (const auto& [key, value] : rows) EXPECT_EQ(value, "2");
  EXPECT_EQ(state_format::visitor_of(rows[2].first).high, ~0ULL);
}

TYPED_TEST(StateStoreContract, DeadlinesAreOrderedByTimeAlsoBeforeTheEpoch) {
  const std::vector<int64_t> times{1'700'000'000'000, -5, 0, std::numeric_limits<int64_t>::min(), 3,
                                   -1'000'000'000'000};
  StateBatch batch;
  for (const int64_t ms : times) {
    std::string key;
    state_format::append_deadline(PartitionId{1}, EventTime{ms}, {1, 2}, key);
    batch.put(Table::kDeadlines, key, "");
  }
  this->write(batch);
  std::string begin;
  state_format::append_partition(PartitionId{1}, begin);
  std::vector<int64_t> seen;
  for (const auto& [key, value] :
       this->scan(Table::kDeadlines, begin, state_format::partition_end(PartitionId{1}))) {
    seen.push_back(state_format::deadline_of(key).ms);
  }
  std::vector<int64_t> sorted = times;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(seen, sorted);
}

TYPED_TEST(StateStoreContract, AScanStopsWhenToldAndHasBounds) {
  StateBatch batch;
  for (char c = 'a'; c <= 'f'; ++c) batch.put(Table::kModels, std::string(1, c), "v");
  batch.remove_range(Table::kModels, "e", "b");  // an empty range deletes nothing
  this->write(batch);
  EXPECT_EQ(this->scan(Table::kModels, "b", "d").size(), 2u);
  EXPECT_TRUE(this->scan(Table::kModels, "d", "d").empty());
  EXPECT_TRUE(this->scan(Table::kModels, "d", "b").empty());
  int calls = 0;
  const auto done = this->store().scan(
      Table::kModels, "a", "z", [&](std::string_view, std::string_view) { return ++calls < 3; });
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(calls, 3);
}

TYPED_TEST(StateStoreContract, AScanSeesTheMomentItWasCalledAt) {
  StateBatch batch;
  batch.put(Table::kModels, "a", "1");
  batch.put(Table::kModels, "b", "1");
  this->write(batch);
  StateBatch later;
  later.remove(Table::kModels, "b");
  later.put(Table::kModels, "c", "1");
  Rows seen;
  const auto done = this->store().scan(Table::kModels, "a", "z",
                                       [&](std::string_view key, std::string_view value) {
                                         seen.emplace_back(key, value);
                                         this->write(later);
                                         return true;
                                       });
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(seen, (Rows{{"a", "1"}, {"b", "1"}}));
}

// Random batches and restarts against a plain map.
TYPED_TEST(StateStoreContract, RandomUseMatchesAModel) {
  std::mt19937 random(7);
  std::map<std::string, std::string> model;
  const auto key = [&random] { return "k" + std::to_string(100 + random() % 300); };
  for (int step = 0; step < 400; ++step) {
    StateBatch batch;
    for (int i = 0; i < 20; ++i) {
      const auto what = random() % 20;
      const std::string one = key();
      if (what < 13) {
        const std::string value(random() % 400, static_cast<char>('a' + step % 26));
        batch.put(Table::kVisitors, one, value);
        model[one] = value;
      } else if (what < 18) {
        batch.remove(Table::kVisitors, one);
        model.erase(one);
      } else {
        const std::string other = key();
        batch.remove_range(Table::kVisitors, one, other);
        if (one < other) model.erase(model.lower_bound(one), model.lower_bound(other));
      }
    }
    this->write(batch);
    if (step % 97 == 50) this->reopen();
    if (step % 61 == 10) {
      ASSERT_TRUE(this->store().flush().has_value());
    }
    const Rows expected(model.begin(), model.end());
    ASSERT_EQ(this->scan(Table::kVisitors, "k", "l"), expected) << "step " << step;
    const std::vector<std::string> keys{key(), key(), key()};
    const auto found = this->get(Table::kVisitors, keys);
    for (size_t i = 0; i < keys.size(); ++i) {
      ASSERT_EQ(found.count(i), model.count(keys[i]));
      if (found.count(i) != 0) {
        ASSERT_EQ(found.at(i), model.at(keys[i]));
      }
    }
  }
  EXPECT_GT(this->store().size_bytes(), 0u);
  EXPECT_FALSE(this->store().is_stalling());
}

}  // namespace
}  // namespace rekindle::state
