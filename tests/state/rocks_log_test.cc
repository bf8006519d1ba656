// What only the log on disk has to answer for: being killed, a full disk, giving space back, keys.
#include "state/rocks_log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "state/rocks_database.h"
#include "state/rocks_log_format.h"
#include "state/rocks_options.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/small_disk.h"

namespace rekindle::state {
namespace {

// A death test runs the test's body again in a child; this is how the child finds the parent's
// directory.
constexpr const char* kKillDirectory = "RK_TEST_KILL_DIRECTORY";
constexpr uint16_t kThreads = 2;

std::string record_of(uint16_t partition, uint64_t position) {
  std::mt19937_64 random(partition * 1'000'003ULL + position);
  return std::string(1 + random() % 500, static_cast<char>('a' + random() % 26));
}

uint64_t acknowledged(const std::string& directory, uint16_t partition) {
  std::ifstream file(directory + "/acknowledged" + std::to_string(partition), std::ios::binary);
  uint64_t count = 0;
  uint64_t last = 0;
  while (file.read(reinterpret_cast<char*>(&last), sizeof(last))) ++count;
  EXPECT_EQ(count, last);
  return last;
}

// Appends to its partition for ever; writes down what was acknowledged.
void append_for_ever(RocksLog& log, const std::string& directory, uint16_t partition) {
  std::ofstream file(directory + "/acknowledged" + std::to_string(partition),
                     std::ios::binary | std::ios::app);
  uint64_t position = log.end(PartitionId{partition}).value();
  for (;;) {
    const std::string record = record_of(partition, ++position);
    LogBatch batch;
    batch.partitions.push_back({PartitionId{partition}, position, record, 0, {}, 0, {}});
    if (!log.append(batch, Durability::kDurable)) std::abort();
    file.write(reinterpret_cast<const char*>(&position), sizeof(position)).flush();
  }
}

// Kills its own process while several threads append.
[[noreturn]] void run_until_killed(const std::string& directory, uint64_t records) {
  RocksLogConfig config;
  config.write_buffer_bytes = 128 * 1'024;
  config.mark_bytes = 4 * 1'024;
  auto log = RocksLog::open(directory + "/log", config);
  if (!log) std::abort();
  const uint64_t target = (*log)->end(PartitionId{0}).value() + records;
  std::vector<std::thread> threads;
  for (uint16_t p = 0; p < kThreads; ++p) {
    threads.emplace_back([&, p] { append_for_ever(**log, directory, p); });
  }
  while ((*log)->end(PartitionId{0}).value() < target) std::this_thread::yield();
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

TEST(RocksLogTest, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const char* inherited = std::getenv(kKillDirectory);
  if (inherited != nullptr) run_until_killed(inherited, 1 + std::random_device()() % 400);
  const testing::ScratchDirectory scratch;
  for (int kills = 0; kills < 5; ++kills) {
    ::setenv(kKillDirectory, scratch.path().c_str(), 1);
    EXPECT_EXIT(run_until_killed(scratch.path(), 1), ::testing::KilledBySignal(SIGKILL), "");
    ::unsetenv(kKillDirectory);
    auto log = RocksLog::open(scratch.path() + "/log");
    ASSERT_TRUE(log.has_value()) << to_string(log.error());
    for (uint16_t p = 0; p < kThreads; ++p) {
      const uint64_t end = (*log)->end(PartitionId{p}).value();
      const uint64_t known = acknowledged(scratch.path(), p);
      ASSERT_GE(end, known);
      ASSERT_LE(end, known + 1);
      uint64_t next = 1;
      const LogPosition from{PartitionId{p}, 0};
      const auto read = (*log)->read_events(
          {&from, 1}, [&](PartitionId, uint64_t position, std::string_view value) {
            EXPECT_EQ(position, next++);
            EXPECT_EQ(value, record_of(p, position));
            return !::testing::Test::HasFailure();
          });
      ASSERT_TRUE(read.has_value());
      ASSERT_EQ(next, end + 1);
      // The next run continues after what is in the log.
      std::ofstream file(scratch.path() + "/acknowledged" + std::to_string(p),
                         std::ios::binary | std::ios::app);
      if (end > known) file.write(reinterpret_cast<const char*>(&end), sizeof(end));
    }
  }
}

TEST(RocksLogTest, ASecondOpenOfTheSameDirectoryIsRefused) {
  const testing::ScratchDirectory scratch;
  const auto first = RocksLog::open(scratch.path());
  ASSERT_TRUE(first.has_value());
  const auto second = RocksLog::open(scratch.path());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kStoreLocked);
}

// Trims behind itself all the time. Compaction may be late, but not by more than writers wait for.
TEST(RocksLogTest, TrimmedRecordsGiveTheirSpaceBack) {
  constexpr uint64_t kRounds = 1'500;
  constexpr uint64_t kKept = 20;
  constexpr uint16_t kPartitions = 4;
  const testing::ScratchDirectory scratch;
  RocksLogConfig config;
  config.write_buffer_bytes = 256 * 1'024;
  config.wal_bytes_max = 1'024 * 1'024;
  config.mark_bytes = 256 * 1'024;
  auto log = RocksLog::open(scratch.path(), config);
  ASSERT_TRUE(log.has_value());
  std::mt19937 random(3);
  std::string record(16 * 1'024, ' ');
  std::generate(record.begin(), record.end(), [&] { return static_cast<char>(random()); });
  for (uint64_t position = 1; position <= kRounds; ++position) {
    LogBatch batch;
    for (uint16_t p = 0; p < kPartitions; ++p) {
      batch.partitions.push_back({PartitionId{p}, position, record, 0, {}, 0, {}});
    }
    ASSERT_TRUE((*log)->append(batch, Durability::kDurable).has_value());
    if (position % 25 != 0) continue;
    std::vector<LogTrim> upto;
    for (uint16_t p = 0; p < kPartitions; ++p) {
      upto.push_back({PartitionId{p}, position - kKept, 0, 0});
    }
    ASSERT_TRUE((*log)->trim(upto).has_value());
  }
  EXPECT_LT((*log)->size_bytes(), kRounds * kPartitions * record.size() / 2);
  for (uint16_t p = 0; p < kPartitions; ++p) {
    uint64_t next = kRounds - kKept + 1;
    const LogPosition from{PartitionId{p}, next - 1};
    const auto read =
        (*log)->read_events({&from, 1}, [&](PartitionId, uint64_t at, std::string_view) {
          EXPECT_EQ(at, next++);
          return true;
        });
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(next, kRounds + 1);
  }
}

TEST(RocksLogTest, AFullDiskIsSaidAndWritingGoesOnOnceThereIsSpace) {
  const testing::SmallDisk disk("48m");
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting a small file system is not permitted";
  const std::string ballast = disk.path() + "/ballast";
  std::ofstream(ballast) << std::string(24 * 1'024 * 1'024, 'b');
  RocksLogConfig config;
  config.write_buffer_bytes = 1'024 * 1'024;
  auto log = RocksLog::open(disk.path() + "/log", config);
  ASSERT_TRUE(log.has_value());
  std::string record(64 * 1'024, ' ');
  std::mt19937 random(5);
  std::generate(record.begin(), record.end(), [&] { return static_cast<char>(random()); });
  uint64_t position = 0;
  const auto append = [&] {
    LogBatch batch;
    batch.partitions.push_back({PartitionId{1}, position + 1, record, 0, {}, 0, {}});
    auto done = (*log)->append(batch, Durability::kDurable);
    if (done) ++position;
    return done;
  };
  Result<void> done;
  for (int i = 0; i < 10'000 && done; ++i) done = append();
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::kDiskFull) << to_string(done.error());
  EXPECT_FALSE(append().has_value());  // still full
  ASSERT_EQ(::unlink(ballast.c_str()), 0);
  do {
    done = append();  // the store may be recovering by itself just now
  } while (!done && done.error().code == ErrorCode::kDiskFull);
  ASSERT_TRUE(done.has_value()) << to_string(done.error());
  const uint64_t written = position;
  log = RocksLog::open(disk.path() + "/other");  // closes the first
  log = RocksLog::open(disk.path() + "/log", config);
  ASSERT_TRUE(log.has_value()) << to_string(log.error());
  EXPECT_EQ((*log)->end(PartitionId{1}).value(), written);
}

TEST(RocksLogTest, KeysAreTheSameBytesForEver) {
  const auto effect = log_format::effect_key(PartitionId{0x0102}, 0x030405060708090a);
  EXPECT_EQ(effect.view(), "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a");
  EXPECT_EQ(log_format::number(0x0102030405060708).view(), "\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_EQ(log_format::kNextQuarantineKey, "q");
  EXPECT_EQ(log_format::kFirstBatchKey, "b");
}

// What an append leaves in the store, byte by byte.
TEST(RocksLogTest, ABatchIsTheSameBytesForEver) {
  const testing::ScratchDirectory scratch;
  {
    auto log = RocksLog::open(scratch.path());
    ASSERT_TRUE(log.has_value());
    LogBatch batch;
    batch.partitions.push_back({PartitionId{300}, 1, "abc", 0, {}, 0, {}});
    batch.partitions.push_back({PartitionId{2}, 1, "de", 0, {}, 0, {}});
    ASSERT_TRUE((*log)->append(batch, Durability::kDurable).has_value());
  }
  const rocksdb::ColumnFamilyOptions plain;
  auto database = RocksDatabase::open(scratch.path(), database_options(0),
                                      {{"default", plain},
                                       {"events", plain},
                                       {"changes", plain},
                                       {"sessions", plain},
                                       {"quarantine", plain},
                                       {"marks", plain},
                                       {"claims", plain}});
  ASSERT_TRUE(database.has_value());
  std::string value;
  const rocksdb::Slice key("\0\0\0\0\0\0\0\x01", 8);
  ASSERT_TRUE((*database)->db().Get({}, (*database)->family(1), key, &value).ok());
  EXPECT_EQ(value, std::string("\x01\x02\xac\x02\x01\x03\x02\x01\x02", 9) + "abcde");
}

}  // namespace
}  // namespace rekindle::state
