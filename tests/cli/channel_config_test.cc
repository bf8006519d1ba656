#include "cli/channel_config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/scratch_directory.h"

namespace rekindle::cli {
namespace {

class ChannelCosts : public ::testing::Test {
 protected:
  Result<std::vector<io::ChannelCost>> read(const std::string& text) {
    std::ofstream(path()) << text;
    return read_channel_costs(path(), Currency::parse("EUR").value());
  }
  std::string path() const {
    return (std::filesystem::path(x_directory.path()) / "costs.csv").string();
  }

  rekindle::testing::ScratchDirectory x_directory;
};

TEST_F(ChannelCosts, AreReadInAnyOrderOfColumns) {
  const auto costs = read(
      "cost,day,medium,source,influencer,campaign\n"
      "12.50,2026-03-02,CPC,Google,,\"spring, early\"\n"
      "3,1970-01-01,influencer,instagram,Jo,\n");
  ASSERT_TRUE(costs) << to_string(costs.error());
  ASSERT_EQ(2u, costs->size());
  EXPECT_EQ(20'514, costs->front().day);
  EXPECT_EQ(1'250, costs->front().minor);
  EXPECT_EQ((io::Channel{"google", "cpc", "spring, early", ""}), costs->front().channel);
  EXPECT_EQ(0, costs->back().day);
  EXPECT_EQ((io::Channel{"instagram", "influencer", "", "Jo"}), costs->back().channel);
}

TEST_F(ChannelCosts, MayLeaveOutCampaignAndInfluencer) {
  const auto costs = read("day,source,medium,cost\n2026-03-02,google,cpc,1\n");
  ASSERT_TRUE(costs);
  EXPECT_EQ((io::Channel{"google", "cpc", "", ""}), costs->front().channel);
}

TEST_F(ChannelCosts, SayWhichLineIsWrong) {
  const std::string head = "day,source,medium,cost\n2026-03-02,google,cpc,1\n";
  for (const auto& [line, what] :
       {std::pair{"02.03.2026,google,cpc,1", "'day'"},
        std::pair{"2026-02-30,google,cpc,1", "'day'"},
        std::pair{"2026-03-02,google,cpc,-1", "'cost'"},
        std::pair{"2026-03-02,google,cpc,much", "'cost'"},
        std::pair{"2026-03-02,google", "columns"}, std::pair{"1969-12-31,google,cpc,1", "'day'"}}) {
    const auto costs = read(head + line + "\n");
    ASSERT_FALSE(costs) << line;
    EXPECT_EQ(ErrorCode::kInvalidConfiguration, costs.error().code);
    EXPECT_NE(std::string::npos, costs.error().detail.find(":3: ")) << costs.error().detail;
    EXPECT_NE(std::string::npos, costs.error().detail.find(what)) << costs.error().detail;
  }
  EXPECT_FALSE(read("day,source,cost\n"));
  EXPECT_FALSE(read(""));
  std::filesystem::remove(path());
  EXPECT_EQ(ErrorCode::kNotFound,
            read_channel_costs(path(), Currency::parse("EUR").value()).error().code);
}

class ChannelConfigTest : public ::testing::Test {
 protected:
  io::ChannelConfig read(const std::string& text) {
    const std::string path = (std::filesystem::path(x_directory.path()) / "config.yaml").string();
    std::ofstream(path) << text;
    const auto file = load_yaml(path, x_faults);
    YamlSection site(file, file->root, "sites[0]", x_faults);
    std::vector<io::ChannelConfig> all;
    read_channels(site, "shop", Currency::parse("EUR").value(), all);
    site.finish();
    return all.front();
  }
  rekindle::testing::ScratchDirectory x_directory;
  Faults x_faults;
};

TEST_F(ChannelConfigTest, ReadsWindowMediaAndCosts) {
  std::ofstream(std::filesystem::path(x_directory.path()) / "c.csv")
      << "day,source,medium,cost\n2026-03-02,g,cpc,1\n";
  const auto config =
      read("channels: {window: 7d, costs: c.csv, media: {Influencer: paid, kiosk: owned}}\n");
  EXPECT_TRUE(x_faults.empty()) << to_string(x_faults.front());
  EXPECT_EQ(days(7), config.window);
  EXPECT_EQ(io::MediaKind::kPaid, config.media.at("influencer"));
  EXPECT_EQ(io::MediaKind::kOwned, config.media.at("kiosk"));
  ASSERT_TRUE(config.read_costs);
  EXPECT_EQ(1u, config.read_costs()->size());
  // Later lines are seen without a restart.
  std::ofstream(std::filesystem::path(x_directory.path()) / "c.csv", std::ios::app)
      << "2026-03-03,g,cpc,2\n";
  EXPECT_EQ(2u, config.read_costs()->size());
}

TEST_F(ChannelConfigTest, RefusesAllThatIsWrongAtOnce) {
  read("channels: {window: 1s, costs: none.csv, media: {x: free, '': paid}, more: 1}\n");
  EXPECT_EQ(5u, x_faults.size());
  x_faults.clear();
  EXPECT_FALSE(read("name: x\n").read_costs);
}

}  // namespace
}  // namespace rekindle::cli
