#include "cli/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/yaml_reader.h"

namespace rekindle::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Refuses every '?' in an expression.
std::vector<ExpressionFault> no_question_marks(std::string_view when,
                                               const std::vector<AudienceDefinition>&) {
  std::vector<ExpressionFault> faults;
  for (size_t i = 0; i < when.size(); ++i) {
    if (when[i] == '?') faults.push_back({i, "a question mark"});
  }
  return faults;
}

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    x_folder = std::filesystem::temp_directory_path() /
               ("rekindle_config_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(x_folder);
  }
  void TearDown() override { std::filesystem::remove_all(x_folder); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(x_folder / name) << text;
  }
  Config load(const std::string& text) {
    write("c.yaml", text);
    x_faults.clear();
    return load_config((x_folder / "c.yaml").string(), no_question_marks, x_faults);
  }
  // Faults with the folder cut off.
  std::vector<std::string> said() const {
    std::vector<std::string> lines;
    for (const Fault& fault : x_faults) {
      std::string line = to_string(fault);
      const std::string folder = x_folder.string() + "/";
      if (line.starts_with(folder)) line.erase(0, folder.size());
      lines.push_back(line);
    }
    return lines;
  }

  std::filesystem::path x_folder;
  Faults x_faults;
};

constexpr const char* kSite = "sites: [{name: shop, currency: GBP}]\n";

TEST_F(ConfigTest, defaults_stay_where_the_file_says_nothing) {
  const Config config = load(kSite);
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(config.engine.partitions, EngineConfig{}.partitions);
  EXPECT_EQ(config.server.port, 8080);
  EXPECT_EQ(config.server.default_site, "shop");
  EXPECT_EQ(config.sites.at(0).site.currency.code(), "GBP");
}

TEST_F(ConfigTest, reads_the_guards_of_identity) {
  const Config config = load(std::string(kSite) + R"(
identity: {users: 2, devices: 3, shared_after: 20, blocked: [" TEST-user ", "x"]}
)");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_THAT(config.engine.identity.limits.most, ElementsAre(32, 2, 5, 5, 3, 16));
  EXPECT_EQ(config.engine.identity.shared_after, 20u);
  EXPECT_THAT(config.engine.identity.blocked, ElementsAre("test-user", "x"));
}

TEST_F(ConfigTest, names_every_fault_of_identity) {
  load(std::string(kSite) + "identity: {users: 0, blocked: [[]], friends: 1}\n");
  EXPECT_THAT(said(), UnorderedElementsAre(HasSubstr("c.yaml:2:19: 'users'"),
                                           HasSubstr("c.yaml:2:32: a text of 1 to 256 bytes"),
                                           HasSubstr("'friends'")));
}

TEST_F(ConfigTest, reads_what_decide_learns_and_where_it_shows_what) {
  const Config config = load(std::string(kSite) + R"(
decide: {sessions: 1000, session_age: 30d, memory: 64MiB, trending_half_life: 6h}
placements:
  home: [similar_sessions, {source: bestsellers, categories: [LAMPS], brands: [Lumen], take: 2}]
  cart: [{source: manual, products: ["1", "2"]}]
)");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(config.decide.learning.sessions.sessions_max, 1'000u);
  EXPECT_EQ(config.decide.learning.sessions.age_max, days(30));
  EXPECT_EQ(config.decide.learning.memory_bytes_max, 64u << 20);
  EXPECT_EQ(config.decide.learning.trending_half_life, hours(6));
  ASSERT_EQ(config.decide.placements.size(), 2u);
  const auto& home = config.decide.placements[0];
  EXPECT_EQ(home.name, "home");
  EXPECT_EQ(home.sources.at(0).source, "similar_sessions");
  EXPECT_EQ(home.sources.at(1).take, 2u);
  EXPECT_THAT(home.sources.at(1).categories, ElementsAre("LAMPS"));
  EXPECT_THAT(home.sources.at(1).brands, ElementsAre("Lumen"));
  EXPECT_THAT(config.decide.placements[1].sources.at(0).products, ElementsAre("1", "2"));
}

TEST_F(ConfigTest, names_every_fault_of_placements) {
  load(std::string(kSite) + R"(
placements:
  Home: [bestsellers]
  empty: []
  one: [magic, {source: similar_sessions, categories: [LAMPS]}]
  two: [{source: manual}, {source: bestsellers, take: 0, colour: red}, [trending]]
)");
  EXPECT_THAT(
      said(),
      ElementsAre(HasSubstr("c.yaml:4:3: a placement's name is"),
                  HasSubstr("c.yaml:5:10: a placement lists 1 to 32 sources"),
                  HasSubstr("c.yaml:6:9: there is no source 'magic'; there are: similar_sessions"),
                  HasSubstr("c.yaml:6:16: the source 'similar_sessions' takes no categories"),
                  HasSubstr("c.yaml:7:9: the source 'manual' needs products"),
                  HasSubstr("'take' is '0'"), HasSubstr("unknown key 'colour'"),
                  HasSubstr("must be a source's name")));
}

TEST_F(ConfigTest, reads_what_a_source_is_for_and_when) {
  const Config config = load(std::string(kSite) + R"(
placements:
  home:
    per_category: 2
    per_brand: 1
    sources:
      - {source: upsell, audiences: [vip], not_audiences: [new_ones], price_percent_max: 200}
      - source: threshold
        goal: "49.00"
        goal_is: net
        tax_permille: 190
        not_categories: [Gifts]
        season: xmas
      - {source: similar_sessions, method: vstan, neighbours: 50, rules_percent: 0}
      - {source: similar_sessions, method: standard, rules_percent: 30}
seasons:
  xmas: {start: 2026-12-20, end: 2027-01-06, yearly: true}
)");
  EXPECT_THAT(said(), IsEmpty());
  ASSERT_EQ(config.decide.placements.size(), 1u);
  const auto& home = config.decide.placements[0];
  EXPECT_EQ(home.quota.per_category, 2u);
  EXPECT_EQ(home.quota.per_brand, 1u);
  EXPECT_THAT(home.sources.at(0).audiences, ElementsAre("vip"));
  EXPECT_THAT(home.sources.at(0).not_audiences, ElementsAre("new_ones"));
  EXPECT_EQ(home.sources.at(0).price_percent_max, 200u);
  const auto& threshold = home.sources.at(1);
  EXPECT_EQ(threshold.threshold.goal, "49.00");
  EXPECT_TRUE(threshold.threshold.is_net);
  EXPECT_FALSE(threshold.threshold.prices_are_net);
  ASSERT_TRUE(threshold.season);
  EXPECT_TRUE(threshold.season->is_yearly);
  EXPECT_EQ(operators::day_text(threshold.season->last), "2027-01-06");
  const auto& similar = home.sources.at(2);
  ASSERT_TRUE(similar.next);
  auto vstan = operators::KnnConfig::vstan(1'000, 200, 1.02, 5, 2.05, 1.02, 5);
  vstan.neighbours = 50;
  EXPECT_EQ(similar.next->knn, vstan);
  EXPECT_EQ(similar.next->rules, 0);
  EXPECT_FALSE(home.sources.at(3).next);  // it says what is so anyway
}

TEST_F(ConfigTest, names_every_fault_of_sources_and_seasons) {
  load(std::string(kSite) + R"(
seasons:
  Bad Name: {start: 2026-01-01, end: 2026-01-02}
  back: {start: 2026-01-02, end: 2026-01-01}
  long: {start: 2026-01-01, end: 2027-01-01, yearly: true}
  none: {start: soon}
placements:
  a: [{source: bestsellers, season: never}]
  b: [{source: threshold}, {source: threshold, goal: "1", currency: XX}, {source: message}]
  c: [{source: loyalty, title: x}, {source: trending, title: x}, {source: upsell, within: 3d}]
  d: {sources: [trending], colour: red}
  e: [{source: upsell, price_percent_min: 300}]
  f: [{source: similar_sessions, method: deep}, {source: trending, rules_percent: 10}]
)");
  const std::vector<std::string> faults = said();
  for (const char* fault :
       {"a season's name is", "'end' lies before 'start'", "shorter than a year",
        "'start' must be a day like", "'end' must be a day like", "one of those under 'seasons'",
        "the goal '' is not an amount above 0", "'XX' is not an ISO 4217 code",
        "'message' needs a title", "'loyalty' needs 'trait' and 'goal_points'",
        "'trending' takes no title, text or url", "'upsell' takes no 'within'",
        "unknown key 'colour'", "the least price of upsell is above the most", "'method' is 'deep'",
        "'trending' takes no settings of similar_sessions"}) {
    EXPECT_THAT(faults, ::testing::Contains(HasSubstr(fault)));
  }
  EXPECT_EQ(faults.size(), 16u);
}

TEST_F(ConfigTest, reads_placements_from_files) {
  write("one.yaml",
        "seasons: {s: {start: 2026-01-01, end: 2026-01-02}}\n"
        "placements: {one: [{source: trending, season: s}]}\n");
  write("two.yaml", "placements: {two: [trending], one: [trending]}\n");
  const Config config = load(std::string(kSite) + "placements: [one.yaml, two.yaml]\n");
  EXPECT_THAT(said(), ElementsAre(HasSubstr("two.yaml:1:31: the placement 'one' is there twice")));
  (void)load(std::string(kSite) + "placements: one.yaml\n");
  EXPECT_THAT(said(), IsEmpty());
  (void)load(std::string(kSite) + "placements: [gone.yaml]\n");
  EXPECT_THAT(said(), ::testing::Contains(HasSubstr("this file has faults")));
}

TEST(ReadyPolicies, have_no_faults_and_a_placement_for_each_stage) {
  Faults faults;
  const auto no_check = [](std::string_view, const std::vector<AudienceDefinition>&) {
    return std::vector<ExpressionFault>();
  };
  const Config config = load_config(RK_SOURCE_DIR "/configs/policies.yaml", no_check, faults);
  for (const Fault& fault : faults) ADD_FAILURE() << to_string(fault);
  std::vector<std::string> names;
  for (const auto& placement : config.decide.placements) {
    names.push_back(placement.name);
    for (const auto& source : placement.sources) {
      for (const std::string& audience : source.audiences) {
        const auto same = [&](const AudienceDefinition& a) { return a.name == audience; };
        EXPECT_TRUE(std::any_of(config.audiences.begin(), config.audiences.end(), same))
            << audience;
      }
    }
  }
  EXPECT_THAT(names, ElementsAre("acquisition", "conversion", "first_purchase", "repeat",
                                 "reactivation", "checkout", "b2b_services", "home"));
}

constexpr const char* kHash =
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

TEST_F(ConfigTest, reads_keys_of_sites_and_of_all) {
  const Config config = load(std::string(R"(
server: {address: 0.0.0.0}
sites:
  - name: shop
    currency: EUR
    public_keys:
      - pk_abcdefgh
      - {key: pk_ijklmnop, name: new-page, origins: ["https://shop.example"], decides: true,
         rate: 500, burst: 2000, quota: 1000000}
    secret_keys:
      - {name: shop-server, scopes: [decide, "visitors:read"], hash: ")") +
                             kHash + R"("}
keys:
  - {name: operator, scopes: [admin], rate: 10,
     hash: "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}
)");
  EXPECT_THAT(said(), IsEmpty());
  const io::AccessConfig& access = config.server.access;
  ASSERT_EQ(access.public_keys.size(), 2u);
  EXPECT_EQ(access.public_keys[0].name, "shop-public-1");
  EXPECT_EQ(access.public_keys[0].key, "pk_abcdefgh");
  EXPECT_EQ(access.public_keys[0].site, "shop");
  EXPECT_FALSE(access.public_keys[0].decides);
  EXPECT_EQ(access.public_keys[1].name, "new-page");
  EXPECT_THAT(access.public_keys[1].origins, ElementsAre("https://shop.example"));
  EXPECT_TRUE(access.public_keys[1].decides);
  EXPECT_EQ(access.public_keys[1].limit.per_second, 500u);
  EXPECT_EQ(access.public_keys[1].limit.burst, 2'000u);
  EXPECT_EQ(access.public_keys[1].limit.per_day, 1'000'000u);
  ASSERT_EQ(access.secret_keys.size(), 2u);
  EXPECT_EQ(access.secret_keys[0].name, "operator");
  EXPECT_EQ(access.secret_keys[0].site, "");
  EXPECT_TRUE(access.secret_keys[0].scopes.allow(io::Scope::kQuarantine));
  EXPECT_EQ(access.secret_keys[1].site, "shop");
  EXPECT_EQ("sha256:" + access.secret_keys[1].sha256, kHash);
  EXPECT_TRUE(access.secret_keys[1].scopes.allow(io::Scope::kDecide));
  EXPECT_FALSE(access.secret_keys[1].scopes.allow(io::Scope::kAudiencesRead));
}

TEST_F(ConfigTest, names_every_fault_of_keys_and_shows_no_secret) {
  load(std::string(R"(
sites:
  - name: shop
    currency: EUR
    public_keys: [short, pk_abcdefgh, pk_abcdefgh, {key: pk_ijklmnop, origins: [shop.example]}]
    secret_keys:
      - {name: one, scopes: [decide], hash: sk_a_real_key_by_mistake}
      - {name: one, scopes: [everything], hash: ")") +
       kHash + R"("}
      - {name: "a b", scopes: [admin], burst: 5}
)");
  EXPECT_THAT(said(), ElementsAre(HasSubstr("c.yaml:5:19: a public key is 8 to 128"),
                                  HasSubstr("c.yaml:5:39: this public key stands here twice"),
                                  HasSubstr("c.yaml:5:81: an origin is a scheme and a host"),
                                  HasSubstr("c.yaml:7:45: a secret key's 'hash' is sha256:"),
                                  HasSubstr("c.yaml:8:16: two keys have the name 'one'"),
                                  HasSubstr("c.yaml:8:29: the key needs 'scopes'"),
                                  HasSubstr("c.yaml:8:30: no such scope"),
                                  HasSubstr("c.yaml:9:9: a secret key's 'hash' is sha256:"),
                                  HasSubstr("c.yaml:9:16: a key's 'name' is"),
                                  HasSubstr("'burst' says how far 'rate'")));
  for (const Fault& fault : x_faults) {
    EXPECT_THAT(fault.message, testing::Not(HasSubstr("real_key")));
    EXPECT_TRUE(fault.is_secret || fault.line != 7);  // the line itself is not printed either
  }
}

TEST_F(ConfigTest, reads_what_is_collected_and_the_cookie) {
  const Config config = load(R"(
server: {cookie: {domains: [shop.example], secure: true}}
sites:
  - {name: a, currency: EUR}
  - name: b
    currency: EUR
    consent: {collect: cookieless, purpose: statistics, tcf: {8: statistics}, gpc_refuses: [x, y],
              dnt_refuses: []}
)");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_THAT(config.server.cookie.domains, ElementsAre("shop.example"));
  EXPECT_TRUE(config.server.cookie.secure);
  ASSERT_EQ(config.server.collect.size(), 2u);
  EXPECT_EQ(config.server.collect[0].collect, io::Collect::kAlways);
  EXPECT_EQ(config.server.collect[0].tcf[1], "ads");
  const io::CollectConfig& b = config.server.collect[1];
  EXPECT_EQ(b.site, "b");
  EXPECT_EQ(b.collect, io::Collect::kCookieless);
  EXPECT_EQ(b.purpose, "statistics");
  EXPECT_EQ(b.tcf[1], "");
  EXPECT_EQ(b.tcf[7], "statistics");
  EXPECT_THAT(b.gpc_refuses, ElementsAre("x", "y"));
  EXPECT_THAT(b.dnt_refuses, IsEmpty());
}

TEST_F(ConfigTest, names_every_fault_of_consent_cookie_and_tls) {
  load(R"(
server:
  cookie: {domains: ["*.shop.example", com]}
  tls: {certificate: gone.pem}
sites:
  - name: a
    currency: EUR
    consent: {collect: never, tcf: {0: ads, 25: ads, x: ads}, gpc_refuses: ads, colour: red}
)");
  EXPECT_THAT(said(), ElementsAre(HasSubstr("c.yaml:3:22: a domain in small letters"),
                                  HasSubstr("c.yaml:3:40: a domain in small letters"),
                                  HasSubstr("'tls' needs both"),
                                  HasSubstr("'collect' is 'never' but must be always or"),
                                  HasSubstr("c.yaml:8:37: a purpose of the TCF has a number"),
                                  HasSubstr("c.yaml:8:45: a purpose of the TCF has a number"),
                                  HasSubstr("c.yaml:8:54: a purpose of the TCF has a number"),
                                  HasSubstr("'gpc_refuses' must be a list"),
                                  HasSubstr("unknown key 'colour'")));
  load("server: {tls: {certificate: gone.pem, key: gone.key}}\n" + std::string(kSite));
  EXPECT_THAT(said(), ElementsAre(HasSubstr("gone.pem")));
}

TEST_F(ConfigTest, refuses_to_be_reached_by_others_without_keys) {
  load(std::string("server:\n  port: 1\n  address: 0.0.0.0\n") + kSite);
  EXPECT_THAT(said(), ElementsAre(HasSubstr("c.yaml:3:12: without keys everybody who reaches")));
  load(std::string("server: {address: nowhere}\n") + kSite);
  EXPECT_THAT(said(), ElementsAre(HasSubstr("'nowhere' is no IP address")));
}

TEST_F(ConfigTest, reads_offers_in_the_currency_of_their_site) {
  const Config config = load(R"(
sites: [{name: shop, currency: GBP, time_zone: Europe/Berlin}, {name: bazaar, currency: JPY}]
offering: {holdout: 2.5%, policy: greedy, prior: 10, half_life: 7d, unprofitable: "count(refund, 30d) > 3"}
seasons: {frost: {start: 2026-12-01, end: 2027-02-28, yearly: true}}
offers:
  winter_ten:
    site: bazaar
    season: frost
    type: discount
    placements: [cart, home]
    ladder: [0%, 12.5%, 500]
    worth: 3000
    cost: 7
    budget: 90000
    margin: 40%
    holdout: 10%
    start: 2026-11-27T00:00:00Z
    quiet_hours: "21:00-08:30"
    caps: [{per: group, at_most: 2, within: 1d}]
    group: winter
    boosts: {"count(any, 1d) > 3": 20}
    reserve: 5m
  parcel: {type: service, placements: home, text: It is on its way}
)");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(config.sites.at(0).site.time_zone, "Europe/Berlin");
  EXPECT_EQ(config.decide.offering.holdout, 250u);
  ASSERT_EQ(config.decide.offering.policies.size(), 1u);
  EXPECT_EQ(config.decide.offering.policies[0].policy, "greedy");
  EXPECT_EQ(config.decide.offering.half_life, days(7));
  ASSERT_EQ(config.decide.offers.size(), 2u);
  const operators::OfferConfig& ten = config.decide.offers[0];
  ASSERT_TRUE(ten.season);
  EXPECT_TRUE(ten.season->is_yearly);
  EXPECT_FALSE(config.decide.offers[1].season);
  EXPECT_EQ(ten.id, "winter_ten");
  EXPECT_EQ(ten.cost, 7);  // yen have no minor unit
  EXPECT_EQ(ten.budget, 90'000);
  ASSERT_EQ(ten.ladder.size(), 3u);
  EXPECT_EQ(ten.ladder[1].basis_points, 1'250u);
  EXPECT_EQ(ten.ladder[2].amount, 500);
  EXPECT_EQ(ten.margin, 4'000u);
  EXPECT_EQ(ten.holdout, 1'000u);
  EXPECT_EQ(ten.quiet_hours, std::pair(21 * 60, 8 * 60 + 30));
  ASSERT_EQ(ten.caps.size(), 1u);
  EXPECT_EQ(ten.caps[0].at_most, 2u);
  ASSERT_EQ(ten.boosts.size(), 1u);
  EXPECT_EQ(ten.boosts[0].percent, 20);
  EXPECT_EQ(ten.reserve, minutes(5));
  EXPECT_THAT(config.decide.offers[1].placements, ElementsAre("home"));
}

TEST_F(ConfigTest, names_every_fault_of_offers) {
  (void)load(R"(
sites: [{name: shop, currency: GBP, time_zone: Mars/Base}, {name: bazaar, currency: JPY}]
offering: {holdout: half, unprofitable: "count(?", policy: {thompson: 60%, greedy: 50%}}
offers:
  Bad Name: {placements: [home]}
  nowhere: {type: message}
  lost: {placements: [home], site: bazar}
  vague: {placements: [home], cost: 5}
  odd: {site: shop, placements: [home], cost: cheap, holdout: 7, quiet_hours: "9-5", start: noon, wight: 3}
  asked: {site: shop, placements: [home], audience: "in(a) and ?", season: thaw}
  torn: {site: shop, placements: [home], caps: [{at_most: 5, within: 1d}, {at_most: 3, within: 7d}]}
)");
  const auto lines = said();
  const auto expect = [&](const std::string& text) {
    EXPECT_THAT(lines, testing::Contains(HasSubstr(text)));
  };
  expect("'time_zone' is an IANA name");
  expect("'holdout' must be a share like 5%");
  expect("a question mark");
  expect("add up to 100%");
  expect("an offer's id is 1 to 64");
  expect("names the 'placements'");
  expect("there is no site 'bazar'");
  expect("different currencies");
  expect("'cost' must be an amount");
  expect("'quiet_hours' must be like");
  expect("'start' must be a time");
  expect("wight");
  expect("caps contradict each other");
  expect("'season' must be one of those under 'seasons'");
}

TEST_F(ConfigTest, reads_sizes_durations_choices_and_rates) {
  const Config config = load(R"(
store: {directory: /tmp/x, log_retention: 1d12h, log_bytes: 2GB}
engine: {cache: 512MiB, clock: events, ack: fsync, shards: 2}
sites:
  - {name: shop, currency: EUR, late_max: 36h, rates: {USD: 0.8573, JPY: "0.006"}}
)");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(config.engine.log_retention, hours(36));
  EXPECT_EQ(config.engine.log_bytes_max, 2'000'000'000U);
  EXPECT_EQ(config.engine.cache_bytes_max, 512U << 20);
  EXPECT_EQ(config.engine.clock, ClockMode::kEvents);
  EXPECT_EQ(config.engine.durability, Durability::kFsync);
  ASSERT_EQ(config.sites.at(0).site.rates.size(), 2U);
  EXPECT_EQ(config.sites[0].site.rates[0].numerator, 8'573);
  EXPECT_EQ(config.sites[0].site.rates[0].denominator, 10'000);
}

TEST_F(ConfigTest, reads_what_hand_overs_need_of_a_site) {
  const Config config = load(R"(
sites:
  - {name: shop, currency: EUR}
  - {name: other, currency: EUR, consent_required: false, calling_code: 49}
)");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_TRUE(config.sites.at(0).site.consent_required);
  EXPECT_EQ(config.sites[0].site.calling_code, "");
  EXPECT_FALSE(config.sites.at(1).site.consent_required);
  EXPECT_EQ(config.sites[1].site.calling_code, "49");
  (void)load("sites: [{name: shop, currency: EUR, calling_code: 049}]\n");
  EXPECT_THAT(said(), ElementsAre(HasSubstr("'calling_code' is 1 to 3 digits")));
}

TEST_F(ConfigTest, reads_webhooks_and_their_secrets) {
  write("crm.secret",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_" + std::string(32, 'A') + "\n");
  setenv("REKINDLE_TEST_SECRET", ("whsec_" + std::string(32, 'B')).c_str(), 1);
  const Config config = load(std::string(kSite) + R"(
webhooks:
  - {name: crm, url: "https://crm.example.com/in", audiences: [vip, carted],
     secret_file: crm.secret, timeout: 3s, retry: 250ms, batch: 10, ca_file: ca.pem}
  - {name: all, url: "http://localhost:9000", audiences: "*", secret_env: REKINDLE_TEST_SECRET}
)");
  unsetenv("REKINDLE_TEST_SECRET");
  EXPECT_THAT(said(), IsEmpty());
  ASSERT_EQ(config.server.webhooks.size(), 2U);
  const io::WebhookConfig& crm = config.server.webhooks[0];
  EXPECT_EQ(crm.name, "crm");
  EXPECT_TRUE(crm.url.is_https);
  EXPECT_EQ(crm.url.target, "/in");
  EXPECT_THAT(crm.audiences, ElementsAre("vip", "carted"));
  ASSERT_EQ(crm.secrets.size(), 2U);
  EXPECT_EQ(crm.secrets[0].size(), 24U);
  EXPECT_EQ(crm.timeout, seconds(3));
  EXPECT_EQ(crm.retry, milliseconds(250));
  EXPECT_EQ(crm.batch, 10U);
  EXPECT_EQ(crm.ca_file, (x_folder / "ca.pem").string());
  EXPECT_THAT(config.server.webhooks[1].audiences, ElementsAre("*"));
  EXPECT_EQ(config.server.webhooks[1].secrets.size(), 1U);
}

TEST_F(ConfigTest, reports_faults_of_webhooks_without_their_secrets) {
  write("short.secret", "whsec_c2hvcnQ=");
  write("plain.secret", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  (void)load(std::string(kSite) + R"(webhooks:
  - {name: a b, url: "http://x", audiences: [vip], secret_file: short.secret}
  - {name: c, url: "ftp://x", audiences: [], secret_file: plain.secret}
  - {name: d, url: "http://x", audiences: "*", secret_file: none.secret}
  - {name: d, url: "http://x", audiences: "*", secret_env: REKINDLE_TEST_NOT_SET}
  - {name: e, url: "http://x", audiences: "*", batch: 0, bathc: 1}
)");
  EXPECT_THAT(
      said(),
      ElementsAre(HasSubstr("c.yaml:3:12: the webhook needs a 'name'"),
                  HasSubstr("c.yaml:3:65: the webhook has a bad secret: a secret is whsec_"),
                  HasSubstr("c.yaml:4:20: the webhook needs a 'url': a URL begins with"),
                  HasSubstr("c.yaml:4:42: the webhook needs 'audiences'"),
                  HasSubstr("c.yaml:4:59: the webhook has a bad secret"),
                  HasSubstr("c.yaml:5:61: the webhook cannot read its 'secret_file'"),
                  HasSubstr("c.yaml:6:5: the webhook 'd' is defined twice"),
                  HasSubstr("c.yaml:6:60: the webhook has no secret there"),
                  HasSubstr("c.yaml:7:5: the webhook needs either a 'secret_file' or"),
                  HasSubstr("'batch' is '0'"), HasSubstr("did you mean 'batch'?")));
  for (const std::string& line : said()) EXPECT_EQ(line.find("MfKQ"), std::string::npos) << line;
}

TEST_F(ConfigTest, reports_every_fault_of_a_bad_file_with_its_place) {
  (void)load(R"(stor:
  directory: x
engine:
  shards: many
  clock: sundial
  cache: 3 apples
server:
  port: 99999
  ports: 1
sites:
  - name: shop
    currency: POUNDS
    late_max: soon
audiences:
  Bad-Name: {when: ok}
  lost: {title: none}
)");
  EXPECT_THAT(
      said(),
      ElementsAre("c.yaml:1:1: unknown key 'stor', did you mean 'store'?",
                  HasSubstr("c.yaml:4:11: 'shards' is 'many' but must be a whole number"),
                  HasSubstr("c.yaml:5:10: 'clock' is 'sundial' but must be wall or events"),
                  HasSubstr("c.yaml:6:10: 'cache' is '3 apples' but must be a size"),
                  HasSubstr("c.yaml:8:9: 'port' is '99999'"),
                  HasSubstr("c.yaml:9:3: unknown key 'ports' in 'server', did you mean 'port'?"),
                  HasSubstr("c.yaml:12:15: the site needs a 'currency'"),
                  HasSubstr("c.yaml:13:15: 'late_max' is 'soon'"),
                  HasSubstr("c.yaml:15:3: an audience's name"),
                  HasSubstr("c.yaml:16:3: the audience 'lost' needs a 'when'")));
}

TEST_F(ConfigTest, places_faults_of_expressions_inside_every_kind_of_scalar) {
  (void)load(std::string(kSite) + R"(audiences:
  plain:
    when: a?b
  quoted:
    when: "x \"y\" ? z"
  single:
    when: 'it''s ? here'
  block:
    when: |
      one
        and two ?
  folded:
    when: >
      first
      second ?
  runs_on:
    when: begins here
      and goes on ? there
)");
  EXPECT_THAT(said(),
              ElementsAre("c.yaml:4:12: a question mark", "c.yaml:6:20: a question mark",
                          "c.yaml:8:18: a question mark", "c.yaml:12:17: a question mark",
                          "c.yaml:16:14: a question mark", "c.yaml:19:19: a question mark"));
}

TEST_F(ConfigTest, audiences_come_from_files_beside_the_one_that_names_them) {
  write("more.yaml", "audiences:\n  a: {when: x, title: A}\n  b: {when: y}\n");
  const Config config = load(std::string(kSite) + "audiences: [more.yaml]\n");
  EXPECT_THAT(said(), IsEmpty());
  ASSERT_EQ(config.audiences.size(), 2U);
  EXPECT_EQ(config.audiences[0].name, "a");
  EXPECT_EQ(config.audiences[0].title, "A");
  (void)load(std::string(kSite) + "audiences: none.yaml\n");
  EXPECT_THAT(said(), testing::Contains(HasSubstr("none.yaml: cannot be read")));
}

TEST_F(ConfigTest, a_key_or_site_or_audience_named_twice_is_refused) {
  (void)load(R"(sites:
  - {name: shop, currency: GBP}
  - {name: shop, currency: EUR}
server: {port: 1, port: 2}
audiences:
  a: {when: x}
  a: {when: y}
)");
  EXPECT_THAT(said(), ElementsAre(HasSubstr("c.yaml:3:5: site 'shop' repeats"),
                                  HasSubstr("c.yaml:4:19: 'port' stands here twice"),
                                  HasSubstr("c.yaml:7:3: the audience 'a' is defined twice")));
}

TEST_F(ConfigTest, the_environment_overrides_scalars) {
  setenv("REKINDLE_SERVER_PORT", "9999", 1);
  setenv("REKINDLE_ENGINE_CACHE", "nonsense", 1);
  const Config config = load(std::string(kSite) + "server: {port: 1}\n");
  unsetenv("REKINDLE_SERVER_PORT");
  unsetenv("REKINDLE_ENGINE_CACHE");
  EXPECT_EQ(config.server.port, 9999);
  EXPECT_THAT(said(),
              ElementsAre(HasSubstr("environment variable REKINDLE_ENGINE_CACHE: 'cache'")));
}

TEST_F(ConfigTest, what_is_no_yaml_or_no_mapping_is_one_clear_fault) {
  (void)load("a: [1, 2\nb: }");
  EXPECT_THAT(said(), ElementsAre(HasSubstr("not valid YAML")));
  (void)load("- a list");
  EXPECT_THAT(said(), testing::Contains(HasSubstr("the file must be a mapping")));
  (void)load_config((x_folder / "absent.yaml").string(), no_question_marks, x_faults);
  EXPECT_THAT(said(), testing::Contains(HasSubstr("absent.yaml: cannot be read")));
}

TEST(Sizes, are_refused_when_they_overflow_or_have_odd_units) {
  EXPECT_EQ(parse_size("512MiB"), 512U << 20);
  EXPECT_EQ(parse_size("7"), 7U);
  EXPECT_FALSE(parse_size("99999999999GiB"));
  EXPECT_FALSE(parse_size("1 MiB"));
  EXPECT_FALSE(parse_size("MiB"));
  EXPECT_FALSE(parse_size("-1"));
}

TEST(Durations, add_up_their_parts) {
  EXPECT_EQ(parse_duration("1h30m"), minutes(90));
  EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
  EXPECT_EQ(parse_duration("2w"), days(14));
  EXPECT_FALSE(parse_duration("30"));
  EXPECT_FALSE(parse_duration(""));
  EXPECT_FALSE(parse_duration("99999999999999999d"));
}

}  // namespace
}  // namespace rekindle::cli
