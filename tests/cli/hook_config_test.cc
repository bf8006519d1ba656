#include "cli/hook_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/scratch_directory.h"

namespace rekindle::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HookConfigTest : public ::testing::Test {
 protected:
  std::vector<io::HookConfig> read(const std::string& text,
                                   const std::vector<std::string>& sites = {"shop", "outlet"}) {
    const auto path = std::filesystem::path(x_directory.path()) / "config.yaml";
    std::ofstream(path) << text;
    const auto file = load_yaml(path.string(), x_faults);
    YamlSection top(file, file->root, "", x_faults);
    auto all = read_hooks(top, sites, x_faults);
    top.finish();
    return all;
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(std::filesystem::path(x_directory.path()) / name) << text;
  }
  rekindle::testing::ScratchDirectory x_directory;
  Faults x_faults;
};

TEST_F(HookConfigTest, ReadsAll) {
  write("key", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  write("words", "one two");
  const auto all = read(R"(hooks:
  - name: mailer
    site: shop
    secret_file: key
    tolerance: 1m
    events: data.events
    type: event.0
    types: {open: email_open, "*": "custom:mail"}
    fields: {visitor: who.id, campaign.source: =mailer, channel: "="}
  - {name: desk, site: outlet, signature: body, header: X-Sig, secret_file: words,
     type: =ticket, types: {ticket: support_contact}, fields: {visitor: id}}
)");
  ASSERT_TRUE(x_faults.empty()) << to_string(x_faults.front());
  ASSERT_EQ(2u, all.size());
  const io::HookConfig& mailer = all[0];
  EXPECT_EQ(io::HookSigning::kStandard, mailer.signing);
  EXPECT_EQ(24u, mailer.secrets.at(0).size());
  EXPECT_EQ(minutes(1), mailer.tolerance);
  EXPECT_THAT(mailer.events, ElementsAre("data", "events"));
  EXPECT_THAT(mailer.type.path, ElementsAre("event", "0"));
  EXPECT_THAT(mailer.types,
              ElementsAre(std::pair("open", "email_open"), std::pair("*", "custom:mail")));
  ASSERT_EQ(3u, mailer.fields.size());
  EXPECT_THAT(mailer.fields[0].second.path, ElementsAre("who", "id"));
  EXPECT_EQ("mailer", mailer.fields[1].second.constant);
  EXPECT_TRUE(mailer.fields[2].second.path.empty());
  const io::HookConfig& desk = all[1];
  EXPECT_EQ(io::HookSigning::kBody, desk.signing);
  EXPECT_EQ("X-Sig", desk.header);
  EXPECT_THAT(desk.secrets, ElementsAre("one", "two"));
  EXPECT_EQ("ticket", desk.type.constant);
}

TEST_F(HookConfigTest, OfTheOnlySiteNeedsNoName) {
  write("key", "x");
  const auto all = read(R"(hooks: [{name: a, signature: timestamped, header: S, secret_file: key,
    type: e, types: {a: search}, fields: {visitor: v}}])",
                        {"shop"});
  EXPECT_TRUE(x_faults.empty()) << to_string(x_faults.front());
  EXPECT_EQ("shop", all.at(0).site);
  EXPECT_EQ(io::HookSigning::kTimestamped, all[0].signing);
}

TEST_F(HookConfigTest, NamesEveryFaultAndShowsNoSecret) {
  write("key", "whsec_secret!");
  read(R"(hooks:
  - name: Mailer
    site: nowhere
    header: X
    secret_file: key
    events: a..b
    type: ""
    types: {open: opened}
    fields: {order: id, nothing: x}
    more: 1
)");
  std::string all;
  for (const Fault& fault : x_faults) all += to_string(fault) + "\n";
  for (const char* message :
       {"the hook needs a 'name'", "the hook needs a 'site'", "has a 'header', which 'standard'",
        "has a bad secret", "'events' is a way", "'type' is a way", "'opened' is no type",
        "no field 'nothing'", "'fields' need 'visitor'", "unknown key 'more'"}) {
    EXPECT_THAT(all, HasSubstr(message));
  }
  EXPECT_EQ(10u, x_faults.size()) << all;
  EXPECT_EQ(std::string::npos, all.find("secret!"));
}

TEST_F(HookConfigTest, RefusesWhatIsMissingOrThereTwice) {
  write("key", "x");
  const std::string good = R"({name: a, site: shop, signature: body, header: S, secret_file: key,
    type: e, types: {a: search}, fields: {visitor: v}})";
  read("hooks: [" + good + ", " + good + "]");
  ASSERT_EQ(1u, x_faults.size());
  EXPECT_THAT(to_string(x_faults[0]), HasSubstr("'a' is defined twice"));
  x_faults.clear();
  read("hooks: [{name: a, site: shop, signature: body}]");
  std::string all;
  for (const Fault& fault : x_faults) all += to_string(fault) + "\n";
  for (const char* message : {"needs the 'header'", "either a 'secret_file'", "'type' is a way",
                              "needs 'types'", "needs 'fields'"}) {
    EXPECT_THAT(all, HasSubstr(message));
  }
  x_faults.clear();
  read("hooks: 7");
  EXPECT_EQ(1u, x_faults.size());
}

}  // namespace
}  // namespace rekindle::cli
