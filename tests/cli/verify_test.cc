// Verifying a store: that its memberships are what a recount of the events says, that a wrong
// engine is caught and explained, and what is said of streams whose beginning was let go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "cli/assembly.h"
#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/replay.h"
#include "cli/stored_store.h"
#include "cli/verify.h"
#include "cli/verify_naive.h"
#include "tests/support/scratch_directory.h"

namespace rekindle::cli {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kStartMs = 1'767'000'000'000;  // 2025-12-29
constexpr int kEvents = 3'000;

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream config(x_config);
    config << "engine: {clock: events, checkpoint_visitors: 20}\n"
           << "store: {partitions: 4, directory: " << x_store << "}\n"
           << "sites: [{name: shop, currency: GBP}]\naudiences:\n";
    for (const char* file : {"recency", "regularity", "engagement", "triggers", "offers",
                             "attraction", "cohorts", "lifecycle"}) {
      config << "  - " << RK_SOURCE_DIR << "/configs/audiences/" << file << ".yaml\n";
    }
    config.close();
    write_events();
    ASSERT_EQ(run({"replay", x_events, "--preset", "ndjson", "--direct", x_store, "--config",
                   x_config, "--frame", "3", "--json"}),
              kExitOk);
  }

  // 200 days of a small shop; some events are late, some come twice.
  void write_events() {
    static constexpr const char* kTypes[] = {
        "page_view",    "view_item",        "view_item",    "view_item",     "search",
        "add_to_cart",  "remove_from_cart", "purchase",     "purchase",      "refund",
        "offer_shown",  "support_contact",  "social_share", "subscribe",     "unsubscribe",
        "identify",     "begin_checkout",   "consent",      "offer_clicked", "cart_at_most",
        "cart_at_least"};
    static constexpr const char* kCategories[] = {"shoes", "shoe care", "hats"};
    std::mt19937 random(9);
    const auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
    std::ofstream out(x_events);
    int64_t now = kStartMs;
    for (int i = 0; i < kEvents; ++i) {
      now += static_cast<int64_t>(pick(5) ? pick(600'000) : pick(50'000'000));
      const int64_t at = pick(15) == 0 ? now - static_cast<int64_t>(pick(200'000'000)) : now;
      const int id = pick(30) == 0 ? static_cast<int>(pick(static_cast<size_t>(i + 1))) : i;
      const std::string type = kTypes[pick(std::size(kTypes))];
      out << R"({"visitor":"v)" << pick(40) << R"(","event_id":"e)" << id << R"(","type":")" << type
          << R"(","at":)" << at;
      if (type != "page_view" && type != "identify" && type != "consent") {
        out << R"(,"items":[{"product":"p)" << pick(5) << R"(","category":")"
            << kCategories[pick(3)] << R"(","price":")" << 5 + pick(40) << R"(.50","quantity":)"
            << 1 + pick(3) << "}]";
      }
      if (type == "purchase") {
        out << R"(,"order":"o)" << id << '"' << (pick(2) ? R"(,"coupon":"SPRING")" : "");
      }
      if (type == "identify") {
        out << R"(,"props":{"age":)" << 10 + pick(20) << R"(,"country":"DE"},"user":"u1")";
      }
      if (type == "consent") out << R"(,"consent":{"google":{"email":"granted"},"ads":false})";
      if (pick(9) == 0) out << R"(,"campaign":{"source":"newsletter","medium":"cpc"})";
      out << "}\n";
    }
  }

  // Runs a command line and returns its exit code; what it printed is in x_said and x_complained.
  int run(const std::vector<std::string>& arguments) {
    CommandLine line("test");
    add_replay_command(line);
    add_verify_command(line);
    std::vector<const char*> argv = {"rekindle"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int exit_code = line.run(static_cast<int>(argv.size()), argv.data());
    std::fflush(stdout);
    x_said = ::testing::internal::GetCapturedStdout();
    x_complained = ::testing::internal::GetCapturedStderr();
    return exit_code;
  }

  rekindle::testing::ScratchDirectory x_folder;
  const std::string x_config = x_folder.path() + "/c.yaml";
  const std::string x_events = x_folder.path() + "/e.ndjson";
  const std::string x_store = x_folder.path() + "/store";
  std::string x_said;
  std::string x_complained;
};

TEST_F(Verify, FindsEveryMembershipToBeWhatARecountSays) {
  EXPECT_EQ(run({"verify", "--config", x_config, "--naive", "--instants", "30"}), kExitOk)
      << x_complained;
  EXPECT_THAT(x_said, HasSubstr("every membership is what a recount of the events says"));
  const auto verdict = verify_naive(*read_config(x_config), {.instants = 5}, make_operators);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->differences, 0u);
  EXPECT_GT(verdict->memberships, 500u);
  EXPECT_GT(verdict->entries, 500u);
  EXPECT_TRUE(verdict->untold.empty());
}

TEST_F(Verify, CatchesAnEngineThatEvaluatesOtherwiseAndExplains) {
  const MakeOperators wrong = [](const Rules& rules) {
    Rules altered = rules;
    for (AudienceRule& rule : altered.audiences) {
      if (rule.name == "active_30d") rule.when = "count(any, 3d) > 0";
    }
    return make_operators(altered);
  };
  ::testing::internal::CaptureStderr();
  const auto verdict = verify_naive(*read_config(x_config), {.instants = 40}, wrong);
  const std::string complained = ::testing::internal::GetCapturedStderr();
  ASSERT_TRUE(verdict);
  EXPECT_GT(verdict->differences, 0u);
  EXPECT_THAT(complained, HasSubstr("audience active_30d"));
  EXPECT_THAT(complained, HasSubstr("the store says out, a recount of the events says in"));
  EXPECT_THAT(complained, HasSubstr("count(any, 30d) > 0   (recount: "));
}

TEST_F(Verify, CatchesAnEngineThatDatesEntriesOtherwise) {
  const MakeOperators wrong = [](const Rules& rules) {
    Rules altered = rules;
    for (AudienceRule& rule : altered.audiences) {
      if (rule.name == "trigger_post_purchase") {
        rule.when =
            "since(purchase) >= 10.001d and since(purchase) < 24d "
            "and not did(support_contact, 24d)";
      }
    }
    return make_operators(altered);
  };
  ::testing::internal::CaptureStderr();
  const auto verdict = verify_naive(*read_config(x_config), {.instants = 5}, wrong);
  const std::string complained = ::testing::internal::GetCapturedStderr();
  ASSERT_TRUE(verdict);
  EXPECT_GT(verdict->differences, 0u);
  EXPECT_THAT(complained, HasSubstr("is in trigger_post_purchase since"));
}

TEST_F(Verify, SaysWhereTrimmedStreamsBegin) {
  {
    auto stored = open_stored(*read_config(x_config));
    ASSERT_TRUE(stored);
    const LogTrim trim{PartitionId{1}, 0, 300, 30};
    ASSERT_TRUE(stored->log->trim({&trim, 1}));
  }
  EXPECT_EQ(run({"verify", "--config", x_config}), kExitOk) << x_complained;
  EXPECT_THAT(x_said, HasSubstr("partition 1 has a change log that begins at "));
  EXPECT_THAT(x_said, HasSubstr("the part before it was let go"));
  EXPECT_THAT(x_said, HasSubstr("the store is exactly what its log says"));
}

}  // namespace
}  // namespace rekindle::cli
