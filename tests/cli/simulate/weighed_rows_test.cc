// `rekindle simulate --rows`: what is read, what is refused, and what is printed.
#include "cli/simulate/weighed_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/exit_code.h"
#include "cli/simulate.h"
#include "tests/support/scratch_directory.h"

namespace rekindle::cli {
namespace {

using ::testing::HasSubstr;

class WeighedRows : public ::testing::Test {
 protected:
  std::string file(const std::string& text) {
    std::ofstream(x_path) << text;
    return x_path;
  }
  // What was printed, and complained.
  int run(const std::vector<std::string>& arguments) {
    CommandLine line("test");
    add_simulate_command(line);
    std::vector<const char*> argv = {"rekindle", "simulate"};
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
  const std::string x_path = x_folder.path() + "/rows.ndjson";
  std::string x_said;
  std::string x_complained;
};

TEST_F(WeighedRows, AreReadAndOtherMembersPassedOver) {
  const auto rows = read_weighed_rows(
      file(R"({"visitor":"ann","logged":0.25,"target":1,"reward":3,"placement":"home"})"
           "\n\n"
           R"({"visitor":7,"logged":0.5,"target":0,"reward":-1.5,"expected":2,"expected_target":4})"
           "\n"
           R"({"visitor":"ann","logged":1,"target":1,"reward":0})"));
  ASSERT_TRUE(rows.has_value()) << to_string(rows.error());
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0].visitor, (*rows)[2].visitor);
  EXPECT_NE((*rows)[0].visitor, (*rows)[1].visitor);
  EXPECT_EQ((*rows)[0].reward, 3);
  EXPECT_EQ((*rows)[0].expected, 0);
  EXPECT_EQ((*rows)[1].expected_target, 4);
}

TEST_F(WeighedRows, AFaultyLineIsRefusedWithItsNumber) {
  const std::string good = R"({"visitor":1,"logged":0.5,"target":1,"reward":3})";
  for (const char* bad : {R"({"logged":0.5,"target":1,"reward":3})", R"({"visitor":1,"target":1})",
                          R"({"visitor":1,"logged":0,"target":1,"reward":3})",
                          R"({"visitor":1,"logged":0.5,"target":1.5,"reward":3})",
                          R"({"visitor":1,"logged":0.5,"target":1,"reward":"3"})", "[]", "{"}) {
    const auto rows = read_weighed_rows(file(good + "\n" + bad + "\n"));
    ASSERT_FALSE(rows.has_value()) << bad;
    EXPECT_THAT(rows.error().detail, HasSubstr("rows.ndjson:2")) << bad;
  }
  EXPECT_FALSE(read_weighed_rows(x_folder.path() + "/none.ndjson").has_value());
}

TEST_F(WeighedRows, AreEstimatedAsTextAndJson) {
  file(R"({"visitor":1,"logged":0.25,"target":0.5,"reward":6,"expected":4,"expected_target":5})"
       "\n"
       R"({"visitor":2,"logged":0.5,"target":0.25,"reward":2,"expected":2,"expected_target":3})");
  EXPECT_EQ(run({"--rows", x_path}), kExitOk) << x_complained;
  EXPECT_THAT(x_said, HasSubstr("2 decisions of 2 visitors"));
  EXPECT_THAT(x_said, HasSubstr("So few decisions"));
  EXPECT_EQ(run({"--rows", x_path, "--json"}), kExitOk) << x_complained;
  EXPECT_THAT(x_said, HasSubstr(R"("ips":{"value":6.500000,)"));  // (2·6 + ½·2) ÷ 2
  EXPECT_THAT(x_said, HasSubstr(R"("dr":{"value":6.000000,)"));   // (5 + 2·2 + 3 + 0) ÷ 2
  file(R"({"visitor":1,"logged":1,"target":1,"reward":6})");
  EXPECT_EQ(run({"--rows", x_path, "--json"}), kExitOk);
  EXPECT_THAT(x_said, HasSubstr(R"("ips":{"value":6.000000,"low":null,"high":null})"));
}

TEST_F(WeighedRows, WrongUsageIsSaid) {
  EXPECT_EQ(run({}), kExitUsage);
  EXPECT_THAT(x_complained, HasSubstr("give --config, or --rows"));
  EXPECT_EQ(run({"--rows", x_path, "--config", "c.yaml"}), kExitUsage);
  EXPECT_EQ(run({"--rows", x_folder.path() + "/none"}), kExitUsage);
  EXPECT_EQ(run({"--rows", file(""), "--reward", "fame"}), kExitUsage);
  EXPECT_EQ(run({"--rows", file("")}), kExitOk);
  EXPECT_THAT(x_said, HasSubstr("no decision"));
}

}  // namespace
}  // namespace rekindle::cli
