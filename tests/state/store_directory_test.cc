#include "state/store_directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "core/engine.h"
#include "state/small_file.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/small_disk.h"

namespace rekindle::state {
namespace {

constexpr StoreFacts kFacts{64, ClockMode::kWall};

class StoreDirectoryTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return x_scratch.path() + "/a/store"; }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(path() + "/" + name) << content;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::stringstream content;
    content << std::ifstream(path() + "/" + name).rdbuf();
    return content.str();
  }
  void make() const { ASSERT_TRUE(StoreDirectory::open(path(), kFacts).has_value()); }
  [[nodiscard]] ErrorCode error_of_open() const {
    const auto store = StoreDirectory::open(path(), kFacts);
    EXPECT_FALSE(store.has_value());
    if (store) return ErrorCode::kNotFound;
    EXPECT_NE(store.error().detail.find(path()), std::string::npos) << store.error().detail;
    return store.error().code;
  }

 private:
  testing::ScratchDirectory x_scratch;
};

TEST_F(StoreDirectoryTest, MakesANewStoreWithAllItsParts) {
  const auto store = StoreDirectory::open(path(), {128, ClockMode::kEvents});
  ASSERT_TRUE(store.has_value()) << to_string(store.error());
  EXPECT_EQ((*store)->facts(), (StoreFacts{128, ClockMode::kEvents}));
  EXPECT_TRUE(std::filesystem::is_directory((*store)->log_path()));
  EXPECT_TRUE(std::filesystem::is_directory((*store)->state_path()));
  EXPECT_EQ(read("VERSION"), std::to_string(kStoreVersion) + "\n");
  EXPECT_EQ(read("STORE"), "partitions 128\nclock events\n");
}

TEST_F(StoreDirectoryTest, WhatWasFixedAtTheFirstStartStays) {
  ASSERT_TRUE(StoreDirectory::open(path(), {128, ClockMode::kEvents}).has_value());
  const auto store = StoreDirectory::open(path(), {64, ClockMode::kWall});
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ((*store)->facts(), (StoreFacts{128, ClockMode::kEvents}));
  EXPECT_TRUE((*store)->check_partitions(128).has_value());
  const auto other = (*store)->check_partitions(64);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kInvalidConfiguration);
}

TEST_F(StoreDirectoryTest, TheClockCanBeSwitchedForGood) {
  {
    const auto store = StoreDirectory::open(path(), {64, ClockMode::kEvents});
    ASSERT_TRUE(store.has_value());
    ASSERT_TRUE((*store)->set_clock(ClockMode::kWall).has_value());
  }
  const auto store = StoreDirectory::open(path(), {64, ClockMode::kEvents});
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ((*store)->facts().clock, ClockMode::kWall);
}

TEST_F(StoreDirectoryTest, ASecondOpenIsRefusedAndNamesTheProcess) {
  {
    const auto first = StoreDirectory::open(path(), kFacts);
    ASSERT_TRUE(first.has_value());
    const auto second = StoreDirectory::open(path(), kFacts);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::kStoreLocked);
    EXPECT_NE(second.error().detail.find("process " + std::to_string(::getpid()) + ";"),
              std::string::npos)
        << second.error().detail;
  }
  EXPECT_TRUE(StoreDirectory::open(path(), kFacts).has_value());
}

TEST_F(StoreDirectoryTest, ANewerStoreIsRefused) {
  make();
  write("VERSION", std::to_string(kStoreVersion + 1) + "\n");
  EXPECT_EQ(error_of_open(), ErrorCode::kNewerVersion);
}

TEST_F(StoreDirectoryTest, AStoreOfAnOlderLayoutIsRefused) {
  make();
  write("VERSION", std::to_string(kOldestStoreVersion - 1) + "\n");
  EXPECT_EQ(error_of_open(), ErrorCode::kOlderVersion);
}

TEST_F(StoreDirectoryTest, AStoreOfALayoutThatIsStillReadBecomesOneOfThisRelease) {
  make();
  write("VERSION", std::to_string(kOldestStoreVersion) + "\n");
  EXPECT_TRUE(StoreDirectory::open(path(), kFacts).has_value());
  EXPECT_EQ(read_small_file(path() + "/VERSION").value(), std::to_string(kStoreVersion) + "\n");
}

TEST_F(StoreDirectoryTest, DamagedFilesAreRefused) {
  make();
  for (const char* version : {"", "\n", "one\n", "0\n", "1x\n", "99999999999999\n"}) {
    write("VERSION", version);
    EXPECT_EQ(error_of_open(), ErrorCode::kCorruptRecord) << version;
  }
  write("VERSION", std::to_string(kStoreVersion) + "\n");
  for (const char* facts : {"", "partitions 64\n", "clock wall\n", "partitions 0\nclock wall\n",
                            "partitions 1025\nclock wall\n", "partitions 64\nclock moon\n",
                            "partitions x\nclock wall\n", "partitions 64\nclock wall\nsize 3\n"}) {
    write("STORE", facts);
    EXPECT_EQ(error_of_open(), ErrorCode::kCorruptRecord) << facts;
  }
}

TEST_F(StoreDirectoryTest, OtherPeoplesFilesAreNotTakenForAStore) {
  std::filesystem::create_directories(path());
  write("thesis.txt", "years of work");
  EXPECT_EQ(error_of_open(), ErrorCode::kInvalidConfiguration);
  EXPECT_FALSE(std::filesystem::exists(path() + "/LOCK"));
}

TEST_F(StoreDirectoryTest, AnInterruptedFirstStartIsBegunAgain) {
  std::filesystem::create_directories(path());
  write("LOCK", "123\n");
  write("STORE", "partitions 7\nclock wall\n");
  write("VERSION.new", "");
  const auto store = StoreDirectory::open(path(), kFacts);
  ASSERT_TRUE(store.has_value()) << to_string(store.error());
  EXPECT_EQ((*store)->facts(), kFacts);
}

TEST_F(StoreDirectoryTest, APartitionCountOutOfRangeMakesNoStore) {
  for (const uint32_t partitions : {0u, 1'025u}) {
    const auto store = StoreDirectory::open(path(), {partitions, ClockMode::kWall});
    ASSERT_FALSE(store.has_value());
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidConfiguration);
  }
  EXPECT_FALSE(std::filesystem::exists(path() + "/VERSION"));
}

TEST_F(StoreDirectoryTest, APathThatIsAFileIsAnError) {
  std::filesystem::create_directories(std::filesystem::path(path()).parent_path());
  std::ofstream(path()) << "file";
  EXPECT_EQ(error_of_open(), ErrorCode::kStoreFailed);
}

TEST_F(StoreDirectoryTest, ProbesTheDiskAndLeavesNothing) {
  const auto store = StoreDirectory::open(path(), kFacts);
  ASSERT_TRUE(store.has_value());
  EXPECT_TRUE((*store)->probe().has_value());
  EXPECT_GT((*store)->free_bytes().value(), 0u);
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path())) ++files;
  EXPECT_EQ(files, 5u);  // LOCK VERSION STORE log state
}

TEST_F(StoreDirectoryTest, AFullDiskIsSaid) {
  const testing::SmallDisk disk("256k");
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting a small file system is not permitted";
  const auto store = StoreDirectory::open(disk.path(), kFacts);
  ASSERT_TRUE(store.has_value());
  std::ofstream(disk.path() + "/log/ballast") << std::string(512 * 1'024, 'b');
  EXPECT_EQ((*store)->free_bytes().value(), 0u);
  const auto probed = (*store)->probe();
  ASSERT_FALSE(probed.has_value());
  EXPECT_EQ(probed.error().code, ErrorCode::kDiskFull);
  EXPECT_FALSE((*store)->set_clock(ClockMode::kEvents).has_value());
  EXPECT_EQ((*store)->facts(), kFacts);
  std::ifstream facts(disk.path() + "/STORE");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(facts), {}), "partitions 64\nclock wall\n");
}

}  // namespace
}  // namespace rekindle::state
