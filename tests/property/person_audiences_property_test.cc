// A person of several visitors enters and leaves audiences as the one visitor who did everything:
// random shops, events sent under two names, links that come late and are taken back, erased
// visitors, definitions that change, batches cut anywhere and processes that die at any write. When
// there is nothing left to do
//  - one visitor of each person speaks, the others are in no audience;
//  - the member sets are those that a naive evaluator finds, which recounts the events of all of a
//    person's visitors and shares no code with the engine; who is one person is read from the
//    journal's lines;
//  - the feed's entries and exits alternate, and lead to the member sets;
//  - a decision sees the person in the same audiences, whichever visitor asks;
//  - the log alone gives every byte of the state again.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "core/limits.h"
#include "core/visitor_format.h"
#include "io/whole_scope.h"
#include "tests/property/naive_audience.h"
#include "tests/support/rig.h"
#include "tests/support/traces.h"

namespace rekindle::testing {
namespace {

constexpr EventTime kStart{1'700'006'395'000};
constexpr uint32_t kPartitions = 5;
constexpr int64_t kPoundScale = 100;

bool mentions(const naive::Tree& tree, const std::string& term) {
  return tree.term == term || std::any_of(tree.parts.begin(), tree.parts.end(),
                                          [&](const auto& part) { return mentions(part, term); });
}

struct Condition {
  naive::Tree tree;
  std::string text;
};

// What asks about other customers, or for consent (which is stricter of several than of one), is
// left out.
Condition random_condition(std::mt19937_64& random) {
  while (true) {
    const naive::Tree tree = naive::random_condition(random, static_cast<int>(random() % 3));
    if (naive::asks_about_customers(tree) || mentions(tree, "consent")) continue;
    return {tree, naive::text_of(tree, kPoundScale)};
  }
}

struct Sent {
  naive::PlainEvent plain;
  TestEvent test;
  std::vector<std::string> by;
};

// Runs a function on a shard, as queries do.
class Look final : public Query {
 public:
  explicit Look(std::function<void(QueryScope&)> at) : x_at(std::move(at)) {}
  void run(QueryScope& scope) override { x_at(scope); }
  void on_reply() override { replied = true; }
  bool replied = false;

 private:
  std::function<void(QueryScope&)> x_at;
};

class People {
 public:
  People(uint32_t seed, bool erases)
      : x_random(seed), x_erases(erases), x_conditions(conditions()), x_rig(options(seed)) {
    const size_t visitors = 4 + pick(6);
    for (size_t i = 0; i < visitors; ++i) {
      x_names.push_back("visitor-" + std::to_string(i) + "-of-many");
    }
  }

  void run(size_t steps) {
    for (size_t i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      step();
      if (pick(25) == 0) expect_one_of_each();
    }
    expect_one_of_each();
    expect_the_log_says_so();
  }

  [[nodiscard]] size_t persons() const { return x_persons; }
  [[nodiscard]] size_t memberships() const { return x_memberships; }
  // Memberships that the person has and none of their visitors would have by themselves.
  [[nodiscard]] size_t together() const { return x_together; }
  [[nodiscard]] size_t deaths() const { return x_deaths; }
  [[nodiscard]] size_t partings() const { return x_partings; }

 private:
  using Person = std::vector<std::string>;

  size_t pick(size_t n) { return static_cast<size_t>(x_random() % n); }
  const std::string& some_name() { return x_names[pick(x_names.size())]; }

  std::vector<Condition> conditions() {
    std::vector<Condition> all;
    for (int i = 0; i < 10; ++i) all.push_back(random_condition(x_random));
    return all;
  }
  static std::string audience(size_t i) { return "a" + std::to_string(i); }
  RigOptions options(uint32_t seed) const {
    RigOptions options;
    options.engine.partitions = kPartitions;
    options.engine.shards = 1 + seed % 3;
    options.engine.checkpoint_dirty_visitors = 2 + seed % 9;
    options.engine.checkpoint_events = 20;
    for (size_t i = 0; i < x_conditions.size(); ++i) {
      options.audiences.push_back({audience(i), "", "", x_conditions[i].text});
    }
    return options;
  }

  // --- what happens

  void step() {
    x_now = x_now + milliseconds(1 + static_cast<int64_t>(pick(400)));
    switch (pick(40)) {
      case 0: return die();
      case 1: return x_rig.engine().run_until_idle();
      case 2: return static_cast<void>(x_rig.engine().step());
      case 3: RK_ASSERT(x_rig.engine().checkpoint_now()); return;
      case 4: return part(some_name());
      case 5: return redefine();
      case 6: return pass_time();
      case 7:
        if (x_erases) return erase(some_name());
        break;
      default: break;
    }
    send(random_event());
  }

  void die() {
    x_rig.crash();
    ++x_deaths;
  }

  void part(const std::string& name) {
    const auto links = x_rig.engine().identity().unmerge(site_id("shop"), name);
    if (links && *links > 0) ++x_partings;
  }

  void redefine() {
    const size_t i = pick(x_conditions.size());
    x_conditions[i] = random_condition(x_random);
    ASSERT_TRUE(
        x_rig.engine().change_definition({{audience(i), "", "", x_conditions[i].text}, false}));
  }

  void pass_time() {
    x_now = x_now + milliseconds(static_cast<int64_t>(pick(10'000)));
    ASSERT_TRUE(x_rig.engine().tick(x_now));
  }

  void erase(const std::string& name) {
    static int number = 0;
    ASSERT_TRUE(x_rig.engine().erase(
        {"receipt" + std::to_string(++number), site_id("shop"), name, "secret", "proof"}));
    for (Sent& sent : x_sent) std::erase(sent.by, name);
    x_gone.insert(name);
    if (pick(2) == 0) x_rig.clock().advance(hours(2));
  }

  // Now and then the process dies at one of its writes; then the sender sends again.
  void send(const Sent& sent) {
    std::vector<TestEvent> events;
    for (const std::string& name : sent.by) {
      events.push_back(sent.test);
      events.back().visitor = name;
      x_gone.erase(name);
    }
    const bool dies = pick(12) == 0;
    if (dies) {
      const Fault faults[] = {Fault::kRefuse, Fault::kCrashBefore, Fault::kCrashAfter};
      x_rig.faults().fail_at(x_rig.faults().writes() + 1 + pick(6), faults[pick(3)]);
    }
    const bool acknowledged = x_rig.try_send_beside(events);
    if (dies) die();
    if (!acknowledged) {
      ASSERT_TRUE(x_rig.try_send_beside(events));
    }
    x_sent.push_back(sent);
  }

  Sent random_event() {
    static constexpr EventType kTypes[] = {
        EventType::kViewItem,   EventType::kPurchase, EventType::kAddToCart,
        EventType::kAddToCart,  EventType::kViewItem, EventType::kRemoveFromCart,
        EventType::kSearch,     EventType::kPurchase, EventType::kRefund,
        EventType::kOfferShown, EventType::kAlias,    EventType::kLogin};
    Sent sent;
    naive::PlainEvent& event = sent.plain;
    event.type = kTypes[pick(std::size(kTypes))];
    event.at = x_now;
    const bool is_cart = event.type == EventType::kAddToCart ||
                         event.type == EventType::kRemoveFromCart ||
                         event.type == EventType::kPurchase;
    if (!is_cart && pick(5) == 0) {  // late
      event.at = x_now - milliseconds(static_cast<int64_t>(pick(5'000)));
      while (!x_times.insert(event.at).second) event.at = event.at - milliseconds(1);
    }
    x_times.insert(event.at);
    if (pick(3) == 0) event.has_value = true, event.value = static_cast<int64_t>(pick(10)) * 500;
    if (event.type == EventType::kPurchase && pick(2)) {
      event.order = "order " + std::to_string(x_sent.size());
    }
    if (pick(6) == 0) event.campaign = pick(2) ? "mail" : "x";
    sent.by.push_back(some_name());
    const bool is_look = event.type == EventType::kViewItem || event.type == EventType::kSearch;
    if (is_look && pick(5) == 0) {  // a server sends it too, under another name
      const std::string& other = some_name();
      if (other != sent.by.front()) sent.by.push_back(other);
    }
    if (pick(3) > 0) add_item(event);
    sent.test = test_of(event);
    add_claims(sent);
    return sent;
  }

  void add_item(naive::PlainEvent& event) {
    naive::PlainItem& item = event.items.emplace_back();
    const size_t product = pick(5);
    item.product = "p" + std::to_string(product);
    item.category = "c" + std::to_string(product % 3);
    item.price = static_cast<int64_t>(product) * 500;
    item.quantity = static_cast<uint32_t>(1 + pick(3));
  }

  TestEvent test_of(const naive::PlainEvent& plain) const {
    TestEvent test;
    test.type = plain.type;
    test.at = plain.at;
    test.id = "event " + std::to_string(x_sent.size());
    if (plain.has_value) test.value = plain.value;
    test.order = plain.order;
    test.campaign_source = plain.campaign;
    if (!plain.items.empty()) {
      const naive::PlainItem& item = plain.items.front();
      test.product = item.product;
      test.category = item.category;
      test.price = item.price;
      test.quantity = item.quantity;
    }
    return test;
  }

  // Each says they are one of a few customers, has an address, or was another visitor before, who
  // may have done nothing yet.
  void add_claims(Sent& sent) {
    if (sent.plain.type == EventType::kLogin) {
      const std::string one = std::to_string(pick(3));
      if (pick(2)) {
        sent.test.user = "customer-" + one;
        sent.plain.traits.emplace_back("user_id", sent.test.user);
      } else {
        sent.test.props = R"({"email":"somebody)" + one + R"(@shop.example"})";
      }
    }
    if (sent.plain.type == EventType::kAlias) {
      sent.test.props = R"({"previous_id":")" + some_name() + "\"}";
    }
  }

  // --- who is one person: what hangs together by the journal's lines

  [[nodiscard]] std::vector<Person> all_persons() {
    std::map<std::pair<IdKey, IdKey>, bool> links;  // visitor, id → holds
    for (const IdentityDecision& line :
         x_rig.engine().identity().journal(0, SIZE_MAX, std::nullopt).value()) {
      if (is_blank(line) || line.kind == DecisionKind::kRefuse) continue;
      links[{line.visitor, line.id}] =
          line.kind == DecisionKind::kLink || line.kind == DecisionKind::kMerge;
    }
    std::vector<Person> persons;
    std::set<std::string> seen;
    for (const std::string& name : x_names) {
      if (!is_known(name) || !seen.insert(name).second) continue;
      std::set<IdKey> reached{id_key(Rig::key_of(name))};
      for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [link, holds] : links) {
          if (!holds || reached.count(link.first) == reached.count(link.second)) continue;
          reached.insert(link.first);
          reached.insert(link.second);
          grew = true;
        }
      }
      Person& person = persons.emplace_back();
      for (const std::string& other : x_names) {
        if (reached.count(id_key(Rig::key_of(other))) == 0 || !is_known(other)) continue;
        person.push_back(other);
        seen.insert(other);
      }
    }
    return persons;
  }
  [[nodiscard]] bool is_known(const std::string& name) const {
    return std::any_of(x_sent.begin(), x_sent.end(), [&name](const Sent& sent) {
      return std::find(sent.by.begin(), sent.by.end(), name) != sent.by.end();
    });
  }

  [[nodiscard]] naive::World world_of(const Person& person) const {
    naive::World world;
    world.now = x_now;
    for (const Sent& sent : x_sent) {
      const bool is_theirs = std::any_of(person.begin(), person.end(), [&](const auto& name) {
        return std::find(sent.by.begin(), sent.by.end(), name) != sent.by.end();
      });
      if (is_theirs) world.events.push_back(sent.plain);
    }
    return world;
  }

  // --- what must hold when all is done

  void expect_one_of_each() {
    ASSERT_TRUE(x_rig.engine().tick(x_now));
    x_rig.engine().run_until_idle();
    ASSERT_EQ(x_rig.engine().voices().waiting(), 0u);
    read_members();
    for (const Person& person : all_persons()) expect_person(person);
    expect_feed();
  }

  void expect_person(const Person& person) {
    const std::string speaker = speaker_of(person);
    ASSERT_NE(speaker, "");
    naive::World world = world_of(person);
    world.visitor = Rig::key_of(speaker);
    std::set<size_t> expected;
    for (size_t i = 0; i < x_conditions.size(); ++i) {
      if (naive::holds(x_conditions[i].tree, world)) expected.insert(i);
    }
    for (const std::string& name : person) {
      const auto found = x_members.find(name);
      const std::set<size_t> is = found == x_members.end() ? std::set<size_t>() : found->second;
      const std::set<size_t> wanted = name == speaker ? expected : std::set<size_t>();
      ASSERT_EQ(is, wanted) << name << " at " << x_now.ms << ", of a person of " << person.size()
                            << "\n"
                            << difference(is, wanted);
    }
    if (person.size() < 2) return;
    ++x_persons;
    x_memberships += expected.size();
    for (const size_t i : expected) {
      x_together += std::none_of(person.begin(), person.end(), [&](const std::string& name) {
        naive::World alone = world_of({name});
        alone.visitor = Rig::key_of(name);
        return naive::holds(x_conditions[i].tree, alone);
      });
    }
    expect_decision(person, expected);
  }
  [[nodiscard]] std::string difference(const std::set<size_t>& a, const std::set<size_t>& b) const {
    std::string text;
    for (size_t i = 0; i < x_conditions.size(); ++i) {
      if (a.count(i) != b.count(i)) text += audience(i) + ": " + x_conditions[i].text + "\n";
    }
    return text;
  }

  // "": not exactly one speaks.
  std::string speaker_of(const Person& person) {
    std::vector<std::string> speaking;
    for (const std::string& name : person) {
      bool found = false;
      x_rig.look(name, [&](const Visitor& visitor) {
        found = true;
        const VoiceKind kind = kind_of(visitor.voice.get());
        EXPECT_EQ(kind == VoiceKind::kAlone, person.size() == 1) << name;
        if (kind != VoiceKind::kQuiet) speaking.push_back(name);
      });
      EXPECT_TRUE(found) << name;
    }
    EXPECT_EQ(speaking.size(), 1u);
    return speaking.size() == 1 ? speaking.front() : std::string();
  }

  // The member sets, and that visitors know the same.
  void read_members() {
    x_members.clear();
    std::map<std::pair<PartitionId, VisitorNumber>, std::string> numbers;
    const Rules rules = x_rig.engine().rules();
    ASSERT_TRUE(rules.pending.empty());
    std::map<std::string, std::set<size_t>> own;
    for (const std::string& name : x_names) {
      x_rig.look(name, [&](const Visitor& visitor) {
        numbers[{partition_of(visitor.key, kPartitions), visitor.number}] = name;
        for (size_t i = 0; i < x_conditions.size(); ++i) {
          const AudienceRule* const rule = rules.find(audience(i));
          ASSERT_NE(rule, nullptr);
          ASSERT_EQ(rule->when, x_conditions[i].text);
          if (visitor.membership(rule->key()) != nullptr) own[name].insert(i);
        }
      });
    }
    on_every_shard([&](QueryScope& scope) {
      for (size_t i = 0; i < x_conditions.size(); ++i) {
        for (const auto& set : scope.member_sets(rules.find(audience(i))->id)) {
          if (set.members == nullptr) continue;
          for (const VisitorNumber number : *set.members) {
            const auto name = numbers.find({set.partition, number});
            ASSERT_NE(name, numbers.end());
            x_members[name->second].insert(i);
          }
        }
      }
    });
    ASSERT_EQ(x_members, own);
  }

  void ask(size_t shard, std::function<void(QueryScope&)> at) {
    Look look(std::move(at));
    Inbox::Sender sender(x_rig.engine().inbox(shard));
    ASSERT_TRUE(sender.send(&look, 0));
    while (!look.replied) x_rig.engine().step();
  }
  void on_every_shard(const std::function<void(QueryScope&)>& at) {
    for (size_t i = 0; i < x_rig.engine().shards(); ++i) ask(i, at);
  }

  // Whichever visitor asks.
  void expect_decision(const Person& person, const std::set<size_t>& expected) {
    const std::string& name = person[pick(person.size())];
    const VisitorKey key = Rig::key_of(name);
    std::vector<Visitor> others;
    for (const std::string& other : person) {
      if (other == name) continue;
      x_rig.look(other, [&](const Visitor& visitor) {
        std::string bytes;
        encode_visitor(visitor, bytes);
        others.emplace_back().key = visitor.key;
        ASSERT_TRUE(decode_visitor(bytes, others.back()));
      });
    }
    const Rules rules = x_rig.engine().rules();
    ask(x_rig.engine().shard_of(key), [&](QueryScope& shard) {
      io::WholeScope whole(shard, key, kPartitions, others);
      const Visitor* const visitor = whole.visitor(key);
      ASSERT_NE(visitor, nullptr);
      for (size_t i = 0; i < x_conditions.size(); ++i) {
        // A visitor's share of an experiment is their own, whoever speaks.
        if (mentions(x_conditions[i].tree, "bucket")) continue;
        ASSERT_EQ(visitor->membership(rules.find(audience(i))->key()) != nullptr,
                  expected.count(i) != 0)
            << name << ": " << x_conditions[i].text;
      }
    });
  }

  void expect_feed() {
    const Rules rules = x_rig.engine().rules();
    std::map<std::pair<std::string, uint16_t>, bool> inside;
    for (const FeedLine& line : x_rig.feed()) {
      if (line.visitor.empty()) continue;  // erased
      ASSERT_NE(line.reason, ChangeReason::kConsent);
      bool& is_inside = inside[{line.visitor, line.audience}];
      ASSERT_NE(is_inside, line.entered) << line.visitor << ", audience " << line.audience;
      is_inside = line.entered;
    }
    std::map<std::string, std::set<size_t>> members;
    for (size_t i = 0; i < x_conditions.size(); ++i) {
      const uint16_t id = to_index(rules.find(audience(i))->id);
      for (const std::string& name : x_names) {
        if (inside[{name, id}]) members[name].insert(i);
      }
    }
    ASSERT_EQ(members, x_members);
  }

  // Every row but those that follow what is told once, of the erased: see the erasure's own test.
  [[nodiscard]] std::map<std::string, std::string> state() {
    std::map<std::string, std::string> rows = x_rig.bytes(!x_erases);
    std::erase_if(rows, [&](const auto& row) {
      const auto& [key, value] = row;
      if (key.starts_with("0\xff\xff")) return true;
      if (x_erases && key[0] == '0' && key[3] == 't') return true;  // sums, to which they added
      const bool is_set = key[0] == '0' && (key[3] == 'm' || key[3] == 'v');
      return is_set && value.substr(0, state_format::kChecksumBytes) ==
                           std::string(state_format::kChecksumBytes, '\0');
    });
    return rows;
  }

  // But that another visitor said they had been this one is theirs to say, in their claims and in
  // what was decided on them.
  void expect_no_trace_of(const std::string& name) {
    const std::string identity = "table " + std::to_string(static_cast<int>(Table::kIdentity));
    const std::string key = patterns_of(site_id("shop"), name)[1];
    for (const std::string& where : traces(x_rig.log(), x_rig.store(), kPartitions, {key})) {
      EXPECT_EQ(where, identity) << name;
    }
  }

  void expect_the_log_says_so() {
    if (::testing::Test::HasFailure()) return;
    x_rig.clock().advance(hours(2));
    x_rig.engine().run_until_idle();
    for (const std::string& name : x_gone) expect_no_trace_of(name);
    const auto rows = state();
    x_rig.replay_from_log();
    const auto again = state();
    for (const auto& [key, value] : rows) {
      const auto found = again.find(key);
      ASSERT_NE(found, again.end()) << ::testing::PrintToString(key);
      ASSERT_EQ(found->second, value) << ::testing::PrintToString(key);
    }
    ASSERT_EQ(rows.size(), again.size());
  }

  std::mt19937_64 x_random;
  bool x_erases;
  std::vector<Condition> x_conditions;
  Rig x_rig;
  std::vector<std::string> x_names;
  std::vector<Sent> x_sent;
  std::set<EventTime> x_times;
  EventTime x_now = kStart;
  std::set<std::string> x_gone;  // erased, and not back
  std::map<std::string, std::set<size_t>> x_members;
  size_t x_persons = 0;
  size_t x_memberships = 0;
  size_t x_together = 0;
  size_t x_deaths = 0;
  size_t x_partings = 0;
};

struct Totals {
  size_t persons = 0;
  size_t memberships = 0;
  size_t together = 0;
  size_t deaths = 0;
  size_t partings = 0;
};

Totals run_many(uint32_t first, uint32_t last, bool erases) {
  Totals totals;
  for (uint32_t seed = first; seed <= last && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    People people(seed, erases);
    people.run(120);
    totals.persons += people.persons();
    totals.memberships += people.memberships();
    totals.together += people.together();
    totals.deaths += people.deaths();
    totals.partings += people.partings();
  }
  return totals;
}

// The numbers say that the test is not empty.
TEST(PersonAudiences, AreThoseOfTheOneVisitorWhoDidEverything) {
  const Totals totals = run_many(1, 60, false);
  EXPECT_GT(totals.persons, 100u);
  EXPECT_GT(totals.memberships, 200u);
  EXPECT_GT(totals.together, 20u);
  EXPECT_GT(totals.deaths, 100u);
  EXPECT_GT(totals.partings, 20u);
}

TEST(PersonAudiences, AreThoseOfWhoeverIsLeftWhenSomeAreErased) {
  const Totals totals = run_many(1'001, 1'040, true);
  EXPECT_GT(totals.persons, 50u);
  EXPECT_GT(totals.memberships, 100u);
}

}  // namespace
}  // namespace rekindle::testing
