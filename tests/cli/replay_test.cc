// Replaying: how answers add up, how addresses are read, and that a file sent straight into a store
// is there afterwards, proven by verify's comparison.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/exit_code.h"
#include "cli/http_client.h"
#include "cli/inspect.h"
#include "cli/replay.h"
#include "cli/replay/sink.h"
#include "cli/verify.h"

namespace rekindle::cli {
namespace {

TEST(Answers, add_up_and_keep_the_reasons) {
  ReplayTotals totals;
  ASSERT_TRUE(add_answer(R"({"accepted":62,"duplicates":1,"rejected":[
      {"index":3,"reason":"invalid_time"}]})",
                         totals));
  ASSERT_TRUE(add_answer(R"({"accepted":0,"duplicates":0,"rejected_total":1500,"rejected":[
      {"index":0,"reason":"invalid_time"},{"index":1,"reason":"unknown_site"}]})",
                         totals));
  EXPECT_EQ(totals.accepted, 62U);
  EXPECT_EQ(totals.duplicates, 1U);
  EXPECT_EQ(totals.rejected, 1'501U);
  EXPECT_EQ(totals.reasons.at("invalid_time"), 2U);
  EXPECT_EQ(totals.reasons.at("unknown_site"), 1U);
}

TEST(Answers, that_are_none_are_errors) {
  ReplayTotals totals;
  EXPECT_FALSE(add_answer("so sorry", totals));
  EXPECT_FALSE(add_answer(R"({"title":"refused"})", totals));
  EXPECT_EQ(totals.accepted, 0U);
}

TEST(Urls, are_split_and_refused_when_they_are_none) {
  const auto url = Url::parse("ws://127.0.0.1:8080/v1/ws?x=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, "8080");
  EXPECT_EQ(url->path, "/v1/ws?x=1");
  EXPECT_EQ(Url::parse("http://shop")->port, "80");
  EXPECT_EQ(Url::parse("http://shop")->path, "/");
  for (const char* text : {"shop:80", "https://shop", "http://", "ws://:1"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

class DirectReplay : public testing::Test {
 protected:
  void SetUp() override {
    x_folder = std::filesystem::temp_directory_path() /
               ("rekindle_replay_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(x_folder);
    std::ofstream(x_folder / "c.yaml") << R"yaml(
engine: {clock: events, checkpoint_visitors: 5}
store: {partitions: 4}
sites: [{name: shop, currency: GBP}]
audiences:
  buyers: {when: "did(purchase, 30d)"}
  lookers: {when: "count(view_item, 1h) >= 2"}
)yaml";
    std::ofstream events(x_folder / "e.ndjson");
    for (int i = 0; i < 400; ++i) {
      events << R"({"site":"shop","visitor":"v)" << i % 37 << R"(","event_id":"e)" << i % 370
             << R"(","type":")" << (i % 5 == 0 ? "purchase" : "view_item") << R"(","at":)"
             << 1'600'000'000'000 + i * 600'000LL << R"(,"items":[{"product":"p","price":"1.50"}]})"
             << "\n";
    }
    events << "not an event\n";
  }
  void TearDown() override { std::filesystem::remove_all(x_folder); }

  // Runs a command line and returns its exit code; standard output is in x_said.
  int run(const std::vector<std::string>& arguments) {
    CommandLine line("test");
    add_replay_command(line);
    add_verify_command(line);
    add_inspect_command(line);
    std::vector<const char*> argv = {"rekindle"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    const int exit_code = line.run(static_cast<int>(argv.size()), argv.data());
    std::fflush(stdout);
    x_said = testing::internal::GetCapturedStdout();
    return exit_code;
  }
  [[nodiscard]] std::string path(const char* name) const { return (x_folder / name).string(); }

  std::filesystem::path x_folder;
  std::string x_said;
};

TEST_F(DirectReplay, fills_a_store_whose_state_is_what_its_log_says) {
  ASSERT_EQ(run({"replay", path("e.ndjson"), "--preset", "ndjson", "--direct", path("store"),
                 "--config", path("c.yaml"), "--json"}),
            kExitOk);
  EXPECT_THAT(x_said,
              testing::HasSubstr(R"("sent":400,"accepted":370,"duplicates":30,"rejected":0)"));
  ASSERT_EQ(run({"verify", "--config", path("c.yaml"), "--data", path("store")}), kExitOk);
  EXPECT_THAT(x_said, testing::HasSubstr("37 visitors"));
  EXPECT_THAT(x_said, testing::HasSubstr("the store is exactly what its log says"));
  ASSERT_EQ(run({"inspect", path("store"), "--json"}), kExitOk);
  EXPECT_THAT(x_said, testing::HasSubstr(R"("visitors":37)"));
}

TEST_F(DirectReplay, twice_adds_nothing_the_second_time) {
  const std::vector<std::string> command = {"replay",      path("e.ndjson"), "--direct",
                                            path("store"), "--config",       path("c.yaml"),
                                            "--preset",    "ndjson",         "--json"};
  ASSERT_EQ(run(command), kExitOk);
  ASSERT_EQ(run(command), kExitOk);
  EXPECT_THAT(x_said, testing::HasSubstr(R"("sent":400,"accepted":0,"duplicates":400)"));
  EXPECT_EQ(run({"verify", "--config", path("c.yaml"), "--data", path("store")}), kExitOk);
}

TEST_F(DirectReplay, refuses_wrong_usage) {
  EXPECT_EQ(run({"replay"}), kExitUsage);
  EXPECT_EQ(run({"replay", path("e.ndjson"), "--preset", "nonsense"}), kExitUsage);
  EXPECT_EQ(run({"replay", path("e.ndjson"), "--direct", path("store")}), kExitUsage);
  EXPECT_EQ(run({"replay", path("absent.ndjson"), "--preset", "ndjson", "--to",
                 "ws://127.0.0.1:1/v1/ws"}),
            kExitFailure);
}

}  // namespace
}  // namespace rekindle::cli
