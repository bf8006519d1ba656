// No promise about offers is ever broken: caps, budgets, stock, consent, holdouts, with many
// visitors on many partitions, and when the process dies at any write.
//
// The checker keeps its own account from the answers alone: what an answer offered counts, whether
// or not the engine remembers it.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "core/decision.h"
#include "operators/audience/bucket.h"
#include "operators/decide/decide_engine.h"
#include "tests/support/rig.h"

namespace rekindle::testing {
namespace {

using operators::DecideConfig;
using operators::OfferCap;
using operators::OfferConfig;
using operators::OfferType;

constexpr EventTime kStart{1'793'707'200'000};
constexpr int64_t kBudget = 2'000;
constexpr int64_t kCost = 100;
constexpr int64_t kPieces = 7;
constexpr uint32_t kHoldout = 2'000;

OfferConfig offer(std::string id, OfferType type) {
  OfferConfig config;
  config.id = std::move(id);
  config.type = type;
  config.placements = {"home"};
  config.worth = 100'000;  // it always gains: guards are what stops it
  config.response = 5'000;
  config.reserve = minutes(10);
  config.click_window = hours(6);
  config.view_window = hours(3);
  return config;
}

DecideConfig shop_offers() {
  DecideConfig config;
  Site site;
  site.name = "shop";
  site.id = site_id("shop");
  site.currency = Currency::parse("GBP").value();
  config.sites = {site};
  OfferConfig capped = offer("capped", OfferType::kMessage);
  capped.group = "news";
  capped.caps = {{OfferCap::Per::kOffer, 2, hours(12)}, {OfferCap::Per::kGroup, 3, days(1)}};
  OfferConfig other = offer("other", OfferType::kMessage);
  other.group = "news";
  other.caps = {{OfferCap::Per::kGroup, 3, days(1)}};
  other.holdout = kHoldout;
  OfferConfig paid = offer("paid", OfferType::kMessage);
  paid.cost = kCost;
  paid.budget = kBudget;
  OfferConfig deal = offer("deal", OfferType::kProduct);
  deal.product = "lamp";
  deal.holds_stock = true;
  OfferConfig mail = offer("mail", OfferType::kMessage);
  mail.consent = {"email"};
  mail.caps = {{OfferCap::Per::kOffer, 1, hours(1)}};
  config.offers = {capped, other, paid, deal, mail};
  return config;
}

std::unique_ptr<Decider> make_decider() {
  operators::Product lamp;
  lamp.id = "lamp";
  lamp.price = 5'000;
  lamp.stock = kPieces;
  std::vector<operators::SiteCatalog> catalogs;
  catalogs.push_back({"shop", operators::ProductCatalog({lamp})});
  return operators::make_decide_engine(shop_offers(), std::move(catalogs)).value();
}

RigOptions options() {
  RigOptions options;
  options.engine.partitions = 3;
  options.engine.shards = 2;
  options.engine.checkpoint_dirty_visitors = 4;
  options.engine.checkpoint_events = 15;
  options.make_decider = make_decider;
  return options;
}

// What was promised, from the answers alone.
class Account {
 public:
  void look_at(const Decision& decision, const std::string& visitor, bool consents, EventTime now) {
    if (decision.id != 0) {
      ASSERT_TRUE(x_ids.insert(decision.id).second) << "a decision's id came twice";
    }
    ASSERT_TRUE(!decision.offers.empty() || !decision.nothing_because.empty());
    for (const Offer& chosen : decision.offers) {
      if (chosen.offer.empty()) continue;
      Given given{decision.id,           visitor,           chosen.offer, now,
                  chosen.reserved_until, EventTime::never()};
      x_given.push_back(given);
      ASSERT_TRUE(chosen.offer != "mail" || consents) << visitor;
      if (chosen.offer == "other") {
        ASSERT_GE(operators::audience::bucket_of("other", Rig::key_of(visitor)), kHoldout);
      }
      ASSERT_GT(chosen.probability, 0);
      ASSERT_LE(chosen.probability, 1);
    }
    check_shared(now);
    check_caps(visitor, now);
  }
  void shown(uint64_t decision, EventTime at) {
    for (Given& given : x_given) {
      if (given.decision == decision && given.shown == EventTime::never()) given.shown = at;
    }
  }
  // One that can still be shown; 0: none.
  [[nodiscard]] std::pair<std::string, uint64_t> open(EventTime now, size_t pick) const {
    std::vector<const Given*> open;
    for (const Given& given : x_given) {
      if (given.shown == EventTime::never() && now < given.until) open.push_back(&given);
    }
    if (open.empty()) return {};
    const Given& given = *open[pick % open.size()];
    return {given.visitor, given.decision};
  }
  [[nodiscard]] size_t size() const { return x_given.size(); }
  [[nodiscard]] size_t count(const std::string& name) const {
    size_t count = 0;
    for (const Given& given : x_given) count += given.offer == name;
    return count;
  }

 private:
  struct Given {
    uint64_t decision;
    std::string visitor;
    std::string offer;
    EventTime at;
    EventTime until;
    EventTime shown;
    // Shown, or it still may be.
    [[nodiscard]] bool counts(EventTime now, Duration window) const {
      if (shown != EventTime::never()) return shown > now - window;
      return now < until;
    }
    [[nodiscard]] bool is_held(EventTime now) const {
      return shown == EventTime::never() ? now < until : now < shown + hours(3);
    }
  };

  void check_shared(EventTime now) const {
    int64_t spent = 0;
    int64_t pieces = 0;
    for (const Given& given : x_given) {
      const bool was_shown = given.shown != EventTime::never();
      if (given.offer == "paid" && (was_shown || now < given.until)) spent += kCost;
      if (given.offer == "deal" && given.is_held(now)) ++pieces;
    }
    ASSERT_LE(spent, kBudget);
    ASSERT_LE(pieces, kPieces);
  }

  void check_caps(const std::string& visitor, EventTime now) const {
    uint64_t capped = 0;
    uint64_t news = 0;
    uint64_t mails = 0;
    for (const Given& given : x_given) {
      if (given.visitor != visitor) continue;
      capped += given.offer == "capped" && given.counts(now, hours(12));
      news += (given.offer == "capped" || given.offer == "other") && given.counts(now, days(1));
      mails += given.offer == "mail" && given.counts(now, hours(1));
    }
    ASSERT_LE(capped, 2u);
    ASSERT_LE(news, 3u);
    ASSERT_LE(mails, 1u);
  }

  std::vector<Given> x_given;
  std::set<uint64_t> x_ids;
};

struct Outcome {
  Account account;
  uint64_t writes = 0;
  uint64_t crashes = 0;
  std::map<std::string, std::string> bytes;
  std::map<std::string, std::string> replayed;
};

std::string visitor_of(size_t number) {
  return "v" + std::to_string(number);
}

// A day in a shop; the process dies at one of its writes and goes on.
void run(uint64_t seed, uint64_t die_at, Fault fault, Outcome& outcome) {
  constexpr size_t kVisitors = 6;
  std::mt19937_64 dice(seed);
  Rig rig(options());
  rig.faults().fail_at(die_at, fault);
  EventTime now = kStart;
  uint64_t ids = 0;
  std::set<std::string> consenting;
  const auto restart = [&] {
    if (!rig.engine().is_failed()) return;
    ++outcome.crashes;
    rig.crash();
  };
  const auto send = [&](TestEvent event) {
    event.at = now;
    event.id = "e" + std::to_string(++ids);
    while (!rig.try_send({event})) restart();
    restart();
  };
  for (size_t i = 0; i < kVisitors; ++i) send({.visitor = visitor_of(i)});
  for (int step = 0; step < 160; ++step) {
    now = now + minutes(static_cast<int64_t>(dice() % 25));
    const std::string visitor = visitor_of(dice() % kVisitors);
    switch (dice() % 6) {
      case 0:
        send(
            {.visitor = visitor,
             .type = EventType::kConsent,
             .consent = consenting.contains(visitor) ? R"({"email":false})" : R"({"email":true})"});
        if (!consenting.erase(visitor)) consenting.insert(visitor);
        break;
      case 1: {
        const auto [who, decision] = outcome.account.open(now, dice());
        if (decision == 0) break;
        outcome.account.shown(decision, now);
        send({.visitor = who, .type = EventType::kOfferShown, .decision = decision_text(decision)});
        break;
      }
      default: {
        send({.visitor = visitor});  // moves this partition's clock up to now
        const auto decision =
            rig.decide({.visitor = visitor, .placement = "home", .offers_max = 5});
        if (decision) {
          outcome.account.look_at(*decision, visitor, consenting.contains(visitor), now);
          if (::testing::Test::HasFatalFailure()) return;
        }
        restart();
      }
    }
  }
  outcome.writes = rig.faults().writes();
  outcome.bytes = rig.bytes();
  restart();
  rig.replay_from_log();
  outcome.replayed = rig.bytes();
}

TEST(OfferPromises, HoldWhereNothingDies) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Outcome outcome;
    run(seed, FaultPlan::kNever, Fault::kRefuse, outcome);
    if (HasFatalFailure()) return;
    EXPECT_EQ(outcome.crashes, 0u);
    // It tests something: every offer was made, and what is scarce ran out.
    EXPECT_GT(outcome.account.count("capped"), 5u) << seed;
    EXPECT_GT(outcome.account.count("paid"), 10u) << seed;
    EXPECT_GT(outcome.account.count("deal"), 3u) << seed;
    EXPECT_TRUE(outcome.bytes == outcome.replayed) << "a replay gives other bytes, seed " << seed;
  }
}

class OfferPromisesUnderFire : public ::testing::TestWithParam<Fault> {};

TEST_P(OfferPromisesUnderFire, HoldWhereverTheProcessDies) {
  Outcome calm;
  run(7, FaultPlan::kNever, Fault::kRefuse, calm);
  if (HasFatalFailure()) return;
  ASSERT_GT(calm.writes, 100u);
  uint64_t crashes = 0;
  // Each kind of fault at other writes.
  for (uint64_t die_at = 6 + static_cast<uint64_t>(GetParam()); die_at <= calm.writes;
       die_at += 5) {
    Outcome shaken;
    run(7, die_at, GetParam(), shaken);
    if (HasFatalFailure()) FAIL() << "died at write " << die_at;
    crashes += shaken.crashes;
    ASSERT_TRUE(shaken.bytes == shaken.replayed) << "died at write " << die_at;
  }
  EXPECT_GT(crashes, 40u);
}

INSTANTIATE_TEST_SUITE_P(Faults, OfferPromisesUnderFire,
                         ::testing::Values(Fault::kRefuse, Fault::kCrashBefore,
                                           Fault::kCrashAfter));

}  // namespace
}  // namespace rekindle::testing
