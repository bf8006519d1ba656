// Promises about offers hold for a person, not only for each of their visitors: what one was
// offered counts against the caps of all, and a purpose that one refuses is refused; whoever is
// linked when the decision is made, across partitions, links that are taken back, and kills.
//
// The checker keeps its own account from the answers and the links alone.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "core/decision.h"
#include "core/limits.h"
#include "core/visitor_format.h"
#include "io/whole_scope.h"
#include "operators/decide/decide_engine.h"
#include "tests/support/rig.h"

namespace rekindle::testing {
namespace {

constexpr EventTime kStart{1'793'707'200'000};
constexpr uint32_t kPartitions = 5;
constexpr size_t kCap = 2;
constexpr Duration kWithin = hours(12);

operators::OfferConfig offer(std::string id) {
  operators::OfferConfig config;
  config.id = std::move(id);
  config.type = operators::OfferType::kMessage;
  config.placements = {"home"};
  config.worth = 100'000;  // it always gains: guards are what stops it
  config.response = 5'000;
  config.reserve = minutes(10);
  return config;
}

std::unique_ptr<Decider> make_decider() {
  operators::DecideConfig config;
  Site site;
  site.name = "shop";
  site.id = site_id("shop");
  site.currency = Currency::parse("GBP").value();
  config.sites = {site};
  operators::OfferConfig capped = offer("capped");
  capped.caps = {{operators::OfferCap::Per::kOffer, kCap, kWithin}};
  operators::OfferConfig mail = offer("mail");
  mail.consent = {"email"};
  config.offers = {capped, mail};
  return operators::make_decide_engine(config, {}).value();
}

// As the front door asks.
class Asked final : public DecideProposal {
 public:
  Asked(Kind kind, const DecideRequest& request, std::vector<Visitor> others)
      : DecideProposal(kind, request, site_id("shop")), x_others(std::move(others)) {}
  void run(QueryScope& scope) override {
    io::WholeScope whole(scope, visitor, kPartitions, x_others);
    DecideProposal::run(whole);
  }
  void on_reply() override { replied = true; }
  [[nodiscard]] const Decision& answer() { return decision(); }
  bool replied = false;

 private:
  std::vector<Visitor> x_others;
};

class Shop {
 public:
  explicit Shop(uint32_t seed) : x_dice(seed), x_rig(options(seed)) {
    for (int i = 0; i < 6; ++i) x_names.push_back("visitor-" + std::to_string(i));
    for (const std::string& name : x_names) tell(name, EventType::kPageView, {});
  }

  void run(size_t steps) {
    for (size_t i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      x_now = x_now + minutes(static_cast<int64_t>(pick(90)));
      const std::string name = x_names[pick(x_names.size())];
      switch (pick(10)) {
        case 0:  // each says one of two customers
          tell(name, EventType::kPageView, "customer-" + std::to_string(pick(2)));
          break;
        case 1: answer(name, pick(3) > 0); break;
        case 2: static_cast<void>(x_rig.engine().identity().unmerge(site_id("shop"), name)); break;
        case 3: x_rig.crash(); break;
        default: decide(name);
      }
    }
  }
  // How often a decision for a person was kept from what the visitor alone would have been offered.
  [[nodiscard]] size_t kept_back() const { return x_kept_back; }
  [[nodiscard]] size_t offered() const { return x_given.size(); }

 private:
  struct Given {
    std::string visitor;
    std::string offer;
    EventTime until;
    EventTime shown = EventTime::never();
  };

  static RigOptions options(uint32_t seed) {
    RigOptions options;
    options.engine.partitions = kPartitions;
    options.engine.shards = 1 + seed % 3;
    options.engine.checkpoint_dirty_visitors = 4;
    options.engine.checkpoint_events = 15;
    options.make_decider = make_decider;
    return options;
  }
  size_t pick(size_t n) { return static_cast<size_t>(x_dice() % n); }

  TestEvent event_of(const std::string& visitor, EventType type) {
    TestEvent event;
    event.visitor = visitor;
    event.type = type;
    event.at = x_now;
    event.id = "event-" + std::to_string(x_events++);
    return event;
  }
  void tell(const std::string& visitor, EventType type, const std::string& user) {
    TestEvent event = event_of(visitor, type);
    event.user = user;
    x_rig.send({event});
  }
  void answer(const std::string& visitor, bool granted) {
    TestEvent event = event_of(visitor, EventType::kConsent);
    event.consent = granted ? R"({"email":true})" : R"({"email":false})";
    x_rig.send({event});
    x_answers[visitor] = granted;
  }

  // The visitor and whoever is linked with them, from the lines of the journal alone.
  [[nodiscard]] std::vector<std::string> person_of(const std::string& visitor) {
    std::map<std::pair<std::string, uint64_t>, bool> linked;  // by visitor and customer
    for (const IdentityDecision& line :
         x_rig.engine().identity().journal(0, SIZE_MAX, std::nullopt).value()) {
      const bool holds = line.kind == DecisionKind::kLink || line.kind == DecisionKind::kMerge;
      if (line.kind == DecisionKind::kRefuse) continue;
      linked[{line.visitor_name, line.id.low}] = holds;
    }
    std::vector<std::string> person{visitor};
    for (size_t i = 0; i < person.size(); ++i) {
      for (const auto& [link, holds] : linked) {
        if (!holds || link.first != person[i]) continue;
        for (const std::string& other : x_names) {
          const auto same = linked.find({other, link.second});
          if (same == linked.end() || !same->second) continue;
          if (std::find(person.begin(), person.end(), other) == person.end()) {
            person.push_back(other);
          }
        }
      }
    }
    return person;
  }

  [[nodiscard]] size_t counted(const std::vector<std::string>& person, const std::string& offer) {
    return static_cast<size_t>(std::count_if(x_given.begin(), x_given.end(), [&](const Given& g) {
      const bool counts =
          g.shown == EventTime::never() ? x_now < g.until : g.shown > x_now - kWithin;
      return g.offer == offer && counts &&
             std::find(person.begin(), person.end(), g.visitor) != person.end();
    }));
  }
  [[nodiscard]] bool may_mail(const std::vector<std::string>& person) const {
    bool asked = false;
    for (const std::string& name : person) {
      const auto answer = x_answers.find(name);
      if (answer == x_answers.end()) continue;
      if (!answer->second) return false;
      asked = true;
    }
    return asked;
  }

  void decide(const std::string& visitor) {
    tell(visitor, EventType::kPageView, {});  // moves the clock
    const std::vector<std::string> person = person_of(visitor);
    std::vector<Visitor> others;
    for (const VisitorKey other : x_rig.engine().identity().companions().of(
             Rig::key_of(visitor), limits::kPersonProfilesMax)) {
      const auto name = std::find_if(x_names.begin(), x_names.end(), [&](const std::string& known) {
        return Rig::key_of(known) == other;
      });
      ASSERT_NE(name, x_names.end());
      x_rig.look(*name, [&](const Visitor& state) {
        std::string bytes;
        encode_visitor(state, bytes);
        others.emplace_back().key = other;
        ASSERT_TRUE(decode_visitor(bytes, others.back()));
      });
    }
    ASSERT_EQ(others.size() + 1, person.size()) << visitor;
    DecideRequest request;
    request.visitor = visitor;
    request.site = "shop";
    request.placement = "home";
    request.offers_max = 1 + static_cast<uint32_t>(pick(2));
    Asked asked(DecideProposal::kind_of(request, site_id("shop"), x_rig.engine().decider()),
                request, std::move(others));
    ask(asked);
    look_at(asked.answer(), visitor, person);
  }

  void ask(Asked& asked) {
    Mailbox mailbox;
    asked.sender = &mailbox;
    Inbox::Sender sender(x_rig.engine().inbox(x_rig.engine().shard_of(asked.visitor)));
    ASSERT_TRUE(sender.send(&asked, 0));
    while (!asked.replied) {
      x_rig.engine().step();
      Message* message = nullptr;
      while (mailbox.take(&message, 1) == 1) message->on_reply();
    }
  }

  void look_at(const Decision& decision, const std::string& visitor,
               const std::vector<std::string>& person) {
    const bool is_full = counted(person, "capped") >= kCap;
    if (is_full && counted({visitor}, "capped") < kCap) ++x_kept_back;
    if (!may_mail(person) && may_mail({visitor})) ++x_kept_back;
    for (const Offer& chosen : decision.offers) {
      if (chosen.offer == "capped") {
        ASSERT_FALSE(is_full) << visitor;
      }
      if (chosen.offer == "mail") {
        ASSERT_TRUE(may_mail(person)) << visitor;
      }
    }
    // What is free is offered: nothing else stops it.
    if (!is_full || may_mail(person)) {
      ASSERT_FALSE(decision.offers.empty()) << visitor << ": " << decision.nothing_because;
    }
    for (const Offer& chosen : decision.offers) {
      Given given{visitor, chosen.offer, chosen.reserved_until};
      if (pick(3) > 0) {
        TestEvent shown = event_of(visitor, EventType::kOfferShown);
        shown.decision = decision_text(decision.id);
        shown.offer = chosen.offer;
        x_rig.send({shown});
        given.shown = x_now;
      }
      x_given.push_back(given);
    }
  }

  std::mt19937 x_dice;
  EventTime x_now = kStart;
  Rig x_rig;
  std::vector<std::string> x_names;
  std::map<std::string, bool> x_answers;
  std::vector<Given> x_given;
  size_t x_events = 0;
  size_t x_kept_back = 0;
};

TEST(PersonOffers, PromisesHoldForThePerson) {
  size_t kept_back = 0;
  size_t offered = 0;
  for (uint32_t seed = 1; seed <= 30 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Shop shop(seed);
    shop.run(60);
    kept_back += shop.kept_back();
    offered += shop.offered();
  }
  EXPECT_GT(kept_back, 30u);
  EXPECT_GT(offered, 300u);
}

}  // namespace
}  // namespace rekindle::testing
