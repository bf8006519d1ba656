// What core/log.h promises, asked of every implementation.
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "core/log_format.h"
#include "state/memory_log.h"
#include "state/rocks_log.h"
#include "tests/support/scratch_directory.h"

namespace rekindle::state {
namespace {

constexpr size_t kQuarantineMax = 128;

class MemoryMaker {
 public:
  void open() { x_log = x_log ? x_log->clone() : std::make_unique<MemoryLog>(kQuarantineMax); }
  Log& log() { return *x_log; }

 private:
  std::unique_ptr<MemoryLog> x_log;
};

// With marks so close that every test sets several.
class RocksMaker {
 public:
  void open() {
    x_log.reset();
    RocksLogConfig config;
    config.write_buffer_bytes = 64 * 1'024;
    config.mark_bytes = 1'024;
    config.quarantine_entries_max = kQuarantineMax;
    auto log = RocksLog::open(x_directory.path(), config);
    ASSERT_TRUE(log.has_value()) << to_string(log.error());
    x_log = std::move(*log);
  }
  Log& log() { return *x_log; }

 private:
  testing::ScratchDirectory x_directory;
  std::unique_ptr<RocksLog> x_log;
};

using Rows = std::vector<std::pair<uint64_t, std::string>>;
using Reader = Result<void> (Log::*)(PartitionId, uint64_t, LogVisitor);

std::string effects(uint32_t count, const std::string& content) {
  std::string value(kEffectsHeaderBytes, '\0');
  write_effects_header(count, value.data());
  return value + content;
}

template <typename Maker>
class LogContract : public ::testing::Test {
 protected:
  void SetUp() override { x_maker.open(); }
  Log& log() { return x_maker.log(); }
  void reopen() { x_maker.open(); }

  void append(uint16_t partition, const std::string& events) {
    LogBatch batch;
    batch.partitions.push_back(share(partition, events));
    ASSERT_TRUE(log().append(batch, Durability::kDurable).has_value());
  }
  PartitionAppend share(uint16_t partition, std::string_view events) {
    return {PartitionId{partition}, end(partition) + 1, events, 0, {}, 0, {}};
  }
  uint64_t end(uint16_t partition) { return log().end(PartitionId{partition}).value(); }

  Rows read(Reader reader, uint16_t partition, uint64_t after) {
    Rows rows;
    const auto done = (log().*reader)(PartitionId{partition}, after,
                                      [&rows](uint64_t number, std::string_view value) {
                                        rows.emplace_back(number, value);
                                        return true;
                                      });
    EXPECT_TRUE(done.has_value());
    return rows;
  }
  Rows events(uint16_t partition, uint64_t after = 0) {
    Rows rows;
    const LogPosition from{PartitionId{partition}, after};
    const auto done = log().read_events(
        {&from, 1}, [&](PartitionId of, uint64_t position, std::string_view record) {
          EXPECT_EQ(of, PartitionId{partition});
          rows.emplace_back(position, record);
          return true;
        });
    EXPECT_TRUE(done.has_value());
    return rows;
  }
  void trim(uint16_t partition, uint64_t position) {
    const LogTrim upto{PartitionId{partition}, position, 0, 0};
    ASSERT_TRUE(log().trim({&upto, 1}).has_value());
  }

  void quarantine(const std::string& reason) {
    std::string bytes;
    append_quarantine({0, WallTime{7}, reason, "json", "detail", std::string("\0raw", 4)}, bytes);
    LogBatch batch;
    batch.quarantine.push_back(bytes);
    ASSERT_TRUE(log().append(batch, Durability::kDurable).has_value());
  }
  std::vector<uint64_t> quarantined(uint64_t after = 0, size_t limit = 1'000) {
    std::vector<uint64_t> ids;
    const auto entries = log().read_quarantine(after, limit);
    EXPECT_TRUE(entries.has_value());
    for (const auto& entry : *entries) ids.push_back(entry.id);
    return ids;
  }

 private:
  Maker x_maker;
};

using Makers = ::testing::Types<MemoryMaker, RocksMaker>;
TYPED_TEST_SUITE(LogContract, Makers);

TYPED_TEST(LogContract, AnEmptyLogEndsAtZeroAndHoldsNothing) {
  EXPECT_EQ(this->end(0), 0u);
  EXPECT_EQ(this->end(1'023), 0u);
  EXPECT_TRUE(this->events(5).empty());
  EXPECT_TRUE(this->quarantined().empty());
}

TYPED_TEST(LogContract, RecordsComeBackInOrderAndOnlyOfTheirPartition) {
  this->append(3, "a");
  this->append(2, "x");
  this->append(3, std::string(5'000, 'b'));  // past a segment
  this->append(4, "y");
  this->append(3, std::string("c\0c", 3));
  const Rows all{{1, "a"}, {2, std::string(5'000, 'b')}, {3, std::string("c\0c", 3)}};
  EXPECT_EQ(this->events(3), all);
  EXPECT_EQ(this->events(3, 1), Rows(all.begin() + 1, all.end()));
  EXPECT_TRUE(this->events(3, 3).empty());
  EXPECT_TRUE(this->events(3, std::numeric_limits<uint64_t>::max()).empty());
  EXPECT_EQ(this->events(2), (Rows{{1, "x"}}));
  EXPECT_EQ(this->end(3), 3u);
  EXPECT_EQ(this->end(2), 1u);
}

TYPED_TEST(LogContract, OneBatchReachesManyPartitionsAndStreams) {
  const std::string changes = effects(2, "cc");
  const std::string sessions = effects(1, "s");
  const std::string claims = effects(3, "ccc");
  LogBatch batch;
  for (uint16_t p = 0; p < 64; ++p) {
    batch.partitions.push_back({PartitionId{p}, 1, "e", 1, changes, 1, sessions, 1, claims});
  }
  ASSERT_TRUE(this->log().append(batch, Durability::kFsync).has_value());
  ASSERT_TRUE(this->log().sync().has_value());
  for (uint16_t p = 0; p < 64; ++p) {
    EXPECT_EQ(this->events(p), (Rows{{1, "e"}}));
    EXPECT_EQ(this->read(&Log::read_changes, p, 0), (Rows{{1, changes}}));
    EXPECT_EQ(this->read(&Log::read_sessions, p, 0), (Rows{{1, sessions}}));
    EXPECT_EQ(this->read(&Log::read_claims, p, 0), (Rows{{1, claims}}));
  }
}

TYPED_TEST(LogContract, ManyPartitionsAreReadTogether) {
  for (int i = 0; i < 300; ++i) this->append(static_cast<uint16_t>(i % 6), std::string(40, 'e'));
  const LogPosition after[] = {
      {PartitionId{1}, 0}, {PartitionId{4}, 20}, {PartitionId{5}, 50}, {PartitionId{9}, 0}};
  std::map<uint16_t, std::vector<uint64_t>> seen;
  const auto done =
      this->log().read_events(after, [&](PartitionId id, uint64_t at, std::string_view) {
        seen[to_index(id)].push_back(at);
        return true;
      });
  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].size(), 50u);
  EXPECT_EQ(seen[4].size(), 30u);
  EXPECT_EQ(seen[4].front(), 21u);
  for (const auto& [partition, positions] : seen) {
    for (size_t i = 1; i < positions.size(); ++i) EXPECT_EQ(positions[i], positions[i - 1] + 1);
  }
}

// A partition that rests keeps nobody, and loses nothing.
TYPED_TEST(LogContract, ARestingPartitionIsNeitherDroppedNorInTheWay) {
  for (int i = 0; i < 10; ++i) this->append(3, "rest");
  for (int i = 0; i < 100; ++i) this->append(1, std::string(100, 'e'));
  this->trim(1, 90);
  EXPECT_EQ(this->events(3).size(), 10u);  // not trimmed itself
  this->trim(3, 10);
  this->trim(1, 100);
  this->reopen();
  EXPECT_EQ(this->end(3), 10u);
  for (int i = 0; i < 100; ++i) this->append(1, std::string(100, 'e'));
  this->trim(1, 195);
  EXPECT_LE(this->events(1).size(), 30u);
  EXPECT_EQ(this->end(3), 10u);
  this->append(3, "again");
  this->trim(1, 200);
  for (int i = 0; i < 50; ++i) this->append(1, std::string(100, 'e'));
  this->trim(1, 250);
  EXPECT_EQ(this->events(3, 10), (Rows{{11, "again"}}));
}

TYPED_TEST(LogContract, ChangesAreFoundFromTheMiddleOfAValue) {
  const std::string three = effects(3, "three");
  const std::string one = effects(1, "one");
  const std::string two = effects(2, "two");
  uint64_t position = 0;
  uint64_t seq = 1;
  for (const auto& [count, value] : {std::pair{3u, three}, {1u, one}, {2u, two}}) {
    LogBatch batch;
    batch.partitions.push_back({PartitionId{9}, ++position, "e", seq, value, 0, {}});
    // Neighbours must not be taken for ours.
    batch.partitions.push_back({PartitionId{8}, position, "e", seq, value, 0, {}});
    batch.partitions.push_back({PartitionId{10}, position, "e", seq, value, 0, {}});
    ASSERT_TRUE(this->log().append(batch, Durability::kDurable).has_value());
    seq += count;
  }
  const Rows all{{1, three}, {4, one}, {5, two}};
  const auto from = [&](uint64_t after) { return this->read(&Log::read_changes, 9, after); };
  EXPECT_EQ(from(0), all);
  EXPECT_EQ(from(1), all);
  EXPECT_EQ(from(2), all);
  EXPECT_EQ(from(3), Rows(all.begin() + 1, all.end()));
  EXPECT_EQ(from(4), Rows(all.begin() + 2, all.end()));
  EXPECT_EQ(from(5), Rows(all.begin() + 2, all.end()));
  EXPECT_TRUE(from(6).empty());
  EXPECT_TRUE(from(600).empty());
  EXPECT_TRUE(this->read(&Log::read_changes, 11, 0).empty());
  EXPECT_TRUE(this->read(&Log::read_sessions, 9, 0).empty());
}

TYPED_TEST(LogContract, TrimmedEffectsAreGoneForGood) {
  uint64_t seq = 1;
  for (uint64_t position = 1; position <= 50; ++position) {
    const std::string value = effects(3, std::to_string(seq));
    LogBatch batch;
    batch.partitions.push_back({PartitionId{7}, position, "e", seq, value, seq, value, seq, value});
    batch.partitions.push_back({PartitionId{8}, position, "e", seq, value, seq, value, seq, value});
    ASSERT_TRUE(this->log().append(batch, Durability::kDurable).has_value());
    seq += 3;
  }
  const LogTrim upto{PartitionId{7}, 0, 61, 30, 45};  // 61 is the first of its value: that stays
  ASSERT_TRUE(this->log().trim({&upto, 1}).has_value());
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(this->read(&Log::read_changes, 7, 0).front().first, 61u);
    EXPECT_EQ(this->read(&Log::read_changes, 7, 61).size(), 30u);
    EXPECT_EQ(this->read(&Log::read_changes, 7, 63).front().first, 64u);
    const auto gone =
        this->log().read_changes(PartitionId{7}, 60, [](uint64_t, auto) { return true; });
    ASSERT_FALSE(gone.has_value());
    EXPECT_EQ(gone.error().code, ErrorCode::kGone);
    EXPECT_EQ(this->read(&Log::read_sessions, 7, 0).front().first, 31u);
    EXPECT_EQ(this->read(&Log::read_sessions, 7, 5).front().first, 31u);
    EXPECT_EQ(this->read(&Log::read_claims, 7, 0).front().first, 46u);
    EXPECT_EQ(this->read(&Log::read_claims, 8, 0).size(), 50u);
    EXPECT_EQ(this->read(&Log::read_changes, 8, 0).size(), 50u);
    EXPECT_EQ(this->events(7).size(), 50u);
    this->reopen();
  }
}

TYPED_TEST(LogContract, AVisitorStopsTheReading) {
  for (int i = 0; i < 10; ++i) this->append(1, "e");
  uint64_t last = 0;
  const LogPosition from{PartitionId{1}, 2};
  const auto done =
      this->log().read_events({&from, 1}, [&](PartitionId, uint64_t at, std::string_view) {
        last = at;
        return at < 5;
      });
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(last, 5u);
}

TYPED_TEST(LogContract, AVisitorMayAppendAndDoesNotSeeIt) {
  this->append(1, "a");
  const LogPosition from{PartitionId{1}, 0};
  const auto done =
      this->log().read_events({&from, 1}, [&](PartitionId, uint64_t at, std::string_view) {
        this->append(1, "b");
        return at < 100;
      });
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(this->end(1), 2u);
}

TYPED_TEST(LogContract, EverythingIsThereAfterReopening) {
  for (int i = 0; i < 200; ++i) this->append(static_cast<uint16_t>(i % 7), std::string(100, 'e'));
  this->quarantine("wrong_type");
  this->reopen();
  for (uint16_t p = 0; p < 7; ++p) {
    EXPECT_EQ(this->end(p), p < 4 ? 29u : 28u);
    EXPECT_EQ(this->events(p).size(), this->end(p));
  }
  EXPECT_EQ(this->end(7), 0u);
  EXPECT_EQ(this->quarantined(), (std::vector<uint64_t>{1}));
  this->append(0, "after");
  EXPECT_EQ(this->events(0, 29), (Rows{{30, "after"}}));
}

// A log may keep more than it is told to, but it must let go of most of it.
TYPED_TEST(LogContract, TrimmedRecordsAreGoneAndTheEndStays) {
  for (int i = 0; i < 100; ++i) {
    this->append(1, std::string(100, 'e'));
    this->append(2, std::string(100, 'f'));
  }
  this->trim(2, 90);
  this->trim(1, 60);
  this->trim(1, 50);  // already gone
  const Rows kept = this->events(1);
  EXPECT_LE(kept.size(), 60u);
  EXPECT_EQ(kept.back().first, 100u);
  EXPECT_EQ(kept.back().first - kept.front().first + 1, kept.size());
  EXPECT_EQ(this->events(1, 60).size(), 40u);
  EXPECT_EQ(this->events(2, 90).size(), 10u);
  this->trim(1, 1'000);
  this->trim(2, 100);
  EXPECT_LE(this->events(1).size(), 20u);
  this->reopen();
  EXPECT_LE(this->events(1).size(), 20u);
  EXPECT_EQ(this->end(1), 100u);
  EXPECT_EQ(this->end(2), 100u);
  this->append(1, "next");
  EXPECT_EQ(this->events(1, 100), (Rows{{101, "next"}}));
  this->reopen();
  EXPECT_EQ(this->end(1), 101u);
  EXPECT_EQ(this->events(1, 100), (Rows{{101, "next"}}));
}

// Trimming behind slow appends must let go of them too: no segment is ever full here.
TYPED_TEST(LogContract, FewRecordsAreTrimmedToo) {
  for (int i = 1; i <= 60; ++i) {
    this->append(1, "e");
    this->append(2, "f");
    if (i % 5 == 0) {
      for (const uint16_t p : {uint16_t{1}, uint16_t{2}}) {
        this->trim(p, this->end(p) - 2);
      }
    }
  }
  EXPECT_LE(this->events(1).size(), 17u);
  EXPECT_EQ(this->events(1, 58).size(), 2u);
}

TYPED_TEST(LogContract, QuarantineKeepsEveryField) {
  this->quarantine("invalid_time");
  const auto entries = this->log().read_quarantine(0, 10);
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), 1u);
  const QuarantineEntry& entry = entries->front();
  EXPECT_EQ(entry.id, 1u);
  EXPECT_EQ(entry.received_at, WallTime{7});
  EXPECT_EQ(entry.reason, "invalid_time");
  EXPECT_EQ(entry.source, "json");
  EXPECT_EQ(entry.detail, "detail");
  EXPECT_EQ(entry.raw, std::string("\0raw", 4));
}

TYPED_TEST(LogContract, QuarantineIsPagedAndItsIdsAreNeverReused) {
  for (int i = 0; i < 5; ++i) this->quarantine("wrong_type");
  EXPECT_EQ(this->quarantined(2, 2), (std::vector<uint64_t>{3, 4}));
  ASSERT_TRUE(this->log().remove_quarantine(5).has_value());
  const auto again = this->log().remove_quarantine(5);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
  this->reopen();
  this->quarantine("wrong_type");
  EXPECT_EQ(this->quarantined(), (std::vector<uint64_t>{1, 2, 3, 4, 6}));
}

TYPED_TEST(LogContract, QuarantineIsBoundedAndTheOldestLeaveFirst) {
  for (size_t i = 0; i < kQuarantineMax * 3; ++i) {
    this->quarantine("wrong_type");
    ASSERT_LE(this->quarantined().size(), kQuarantineMax);
  }
  const auto ids = this->quarantined();
  EXPECT_GE(ids.size(), kQuarantineMax - kQuarantineMax / 64);
  EXPECT_EQ(ids.back(), kQuarantineMax * 3);
  EXPECT_EQ(ids.back() - ids.front() + 1, ids.size());
}

TYPED_TEST(LogContract, PartitionsAreAppendedToAtTheSameTime) {
  constexpr uint64_t kRecords = 300;
  std::vector<std::thread> threads;
  for (uint16_t thread = 0; thread < 3; ++thread) {
    threads.emplace_back([this, thread] {
      for (uint64_t i = 1; i <= kRecords; ++i) {
        const std::string value = std::to_string(thread) + ":" + std::to_string(i);
        LogBatch batch;
        for (uint16_t p = thread; p < 12; p = static_cast<uint16_t>(p + 3)) {
          batch.partitions.push_back({PartitionId{p}, i, value, 0, {}, 0, {}});
        }
        EXPECT_TRUE(this->log().append(batch, Durability::kDurable).has_value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  this->reopen();
  for (uint16_t p = 0; p < 12; ++p) {
    const Rows rows = this->events(p);
    ASSERT_EQ(rows.size(), kRecords);
    for (uint64_t i = 1; i <= kRecords; ++i) {
      EXPECT_EQ(rows[i - 1].first, i);
      EXPECT_EQ(rows[i - 1].second, std::to_string(p % 3) + ":" + std::to_string(i));
    }
  }
}

// Random appends, trims and restarts against a plain map of what must be there.
TYPED_TEST(LogContract, RandomUseMatchesAModel) {
  std::mt19937 random(20);
  std::map<uint16_t, std::map<uint64_t, std::string>> model;
  std::map<uint16_t, uint64_t> ends;
  for (int step = 0; step < 1'500; ++step) {
    const auto p = static_cast<uint16_t>(random() % 5);
    const auto what = random() % 100;
    if (what < 85) {
      const std::string value(1 + random() % 300, static_cast<char>('a' + random() % 26));
      this->append(p, value);
      model[p][++ends[p]] = value;
    } else if (what < 97) {
      const uint64_t upto = ends[p] == 0 ? 0 : random() % (ends[p] + 1);
      this->trim(p, upto);
      model[p].erase(model[p].begin(), model[p].upper_bound(upto));
    } else if (what < 98) {
      this->reopen();
    }
    const uint64_t after = ends[p] == 0 ? 0 : random() % (ends[p] + 1);
    const Rows expected(model[p].upper_bound(after), model[p].end());
    Rows seen = this->events(p, after);
    // Trimming may keep more: only what was not trimmed is compared.
    std::erase_if(seen, [&](const auto& row) { return model[p].count(row.first) == 0; });
    ASSERT_EQ(seen, expected) << "step " << step;
    ASSERT_EQ(this->end(p), ends[p]);
  }
}

}  // namespace
}  // namespace rekindle::state
