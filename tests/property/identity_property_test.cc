// Who belongs together, against a naive oracle that shares no code with the book: it reads the
// journal line by line, keeps a set of links, and joins everything anew after each line. It knows
// from the events alone which claims there have to be, each decided once, and from the guards'
// meaning which lines may be there. Any order and interleaving, links taken back, kills at any
// write.
#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <set>

#include "tests/support/rig.h"
#include "tests/support/traces.h"

namespace rekindle::testing {
namespace {

constexpr uint32_t kUsersMax = 1;
constexpr uint32_t kVisitorsMax = 6;
constexpr uint32_t kSharedAfter = 3;

RigOptions options_of(uint32_t shards) {
  RigOptions options;
  options.engine.partitions = 5;
  options.engine.shards = shards;
  options.engine.checkpoint_dirty_visitors = 4;
  options.engine.checkpoint_events = 15;
  options.engine.identity.limits = {{kVisitorsMax, kUsersMax, 2, 2, 3, 3}};
  options.engine.identity.shared_after = kSharedAfter;
  return options;
}

// What somebody says, in the test's own words.
struct Saying {
  std::string visitor;
  IdType type;
  std::string value;
};

TestEvent event_of(const Saying& saying, size_t nth) {
  TestEvent event;
  event.visitor = saying.visitor;
  event.at = EventTime{1'700'000'000'000 + static_cast<int64_t>(nth) * 1'000};
  event.id = "event-" + std::to_string(nth);
  event.type = EventType::kIdentify;
  switch (saying.type) {
    case IdType::kUser:
      event.type = EventType::kPageView;
      event.user = saying.value;
      break;
    case IdType::kEmail: event.props = R"({"email":")" + saying.value + "\"}"; break;
    case IdType::kPhone: event.props = R"({"phone":")" + saying.value + "\"}"; break;
    case IdType::kDevice: event.props = R"({"device_id":")" + saying.value + "\"}"; break;
    case IdType::kPlatform: event.props = R"({"idfa":")" + saying.value + "\"}"; break;
    case IdType::kVisitor: event.props = R"({"previous_id":")" + saying.value + "\"}"; break;
  }
  return event;
}

std::vector<Saying> random_sayings(std::mt19937& dice, size_t count) {
  const auto roll = [&dice](int sides) {
    return static_cast<int>(dice() % static_cast<unsigned>(sides));
  };
  std::vector<Saying> sayings;
  while (sayings.size() < count) {
    const int visitor = roll(14);
    Saying saying{"visitor-" + std::to_string(visitor), IdType::kUser, {}};
    switch (roll(8)) {
      case 0:
      case 1: saying.value = "customer-" + std::to_string(roll(6)); break;
      case 2:
        saying.type = IdType::kEmail;
        saying.value = (roll(2) == 0 ? "Ann" : "ann") + std::to_string(roll(6)) + "@Shop.example";
        break;
      case 3:
        saying.type = IdType::kPhone;
        saying.value = "+44 20 7946 000" + std::to_string(roll(5));
        break;
      case 4:
      case 5:
        saying.type = IdType::kDevice;
        saying.value = "device-" + std::to_string(roll(7));
        break;
      case 6:
        saying.type = roll(2) == 0 ? IdType::kDevice : IdType::kUser;
        saying.value = roll(2) == 0 ? "null" : "0000-0000";
        break;
      default:
        if (visitor == 0) continue;
        saying.type = IdType::kVisitor;  // of a lower number, so that no two say it of each other
        saying.value = "visitor-" + std::to_string(roll(visitor));
        break;
    }
    sayings.push_back(saying);
  }
  return sayings;
}

// --- the oracle

using Node = std::pair<IdType, std::string>;  // of ids: their hash in the journal, as text
using Edge = std::pair<Node, Node>;           // who claimed, what

struct Groups {
  std::map<Node, size_t> place;
  std::vector<size_t> parent;
  size_t of(const Node& node) {
    const auto [known, is_new] = place.emplace(node, parent.size());
    if (is_new) parent.push_back(parent.size());
    size_t at = known->second;
    while (parent[at] != at) at = parent[at];
    return at;
  }
  void join(const Edge& edge) { parent[of(edge.first)] = of(edge.second); }
};

bool is_thing(IdType type) {
  return type == IdType::kDevice || type == IdType::kPlatform;
}
bool is_who(IdType type) {
  return type == IdType::kUser || type == IdType::kEmail || type == IdType::kPhone;
}

std::map<size_t, std::set<Node>> groups_of(const std::set<Edge>& edges, bool only_strong) {
  Groups groups;
  std::set<Node> nodes;
  for (const Edge& edge : edges) {
    nodes.insert(edge.first);
    nodes.insert(edge.second);
    if (!only_strong || !is_thing(edge.second.first)) groups.join(edge);
  }
  std::map<size_t, std::set<Node>> members;
  for (const Node& node : nodes) members[groups.of(node)].insert(node);
  return members;
}

enum class Fault1 { kNone, kTwoIdentified, kLimit };

// What is wrong with persons made of these links.
Fault1 fault_of(const std::set<Edge>& edges) {
  const auto clusters = groups_of(edges, true);
  Fault1 worst = Fault1::kNone;
  for (const auto& [place, person] : groups_of(edges, false)) {
    size_t identified = 0;
    for (const auto& [at, cluster] : clusters) {
      if (person.count(*cluster.begin()) == 0) continue;
      identified += std::any_of(cluster.begin(), cluster.end(),
                                [](const Node& node) { return is_who(node.first); });
    }
    if (identified > 1) return Fault1::kTwoIdentified;
    std::map<IdType, uint32_t> counts;
    for (const Node& node : person) ++counts[node.first];
    if (counts[IdType::kVisitor] > kVisitorsMax || counts[IdType::kUser] > kUsersMax ||
        counts[IdType::kEmail] > 2 || counts[IdType::kPhone] > 2 || counts[IdType::kDevice] > 3 ||
        counts[IdType::kPlatform] > 3) {
      worst = Fault1::kLimit;
    }
  }
  return worst;
}

class Oracle {
 public:
  explicit Oracle(Rig& rig) : x_rig(rig) {}

  // Reads the whole journal; every line has to be right where it stands.
  void read() {
    const auto lines = x_rig.engine().identity().journal(0, SIZE_MAX, std::nullopt).value();
    for (const IdentityDecision& line : lines) {
      ASSERT_EQ(line.number, ++x_number);
      take(line);
      if (::testing::Test::HasFatalFailure()) return;
    }
    ASSERT_TRUE(x_cuts.empty());
    ASSERT_EQ(fault_of(x_edges), Fault1::kNone);
  }
  [[nodiscard]] const std::set<Edge>& edges() const { return x_edges; }
  [[nodiscard]] const std::set<Edge>& decided() const { return x_decided; }
  [[nodiscard]] size_t count(DecisionKind kind) const {
    const auto found = x_kinds.find(kind);
    return found == x_kinds.end() ? 0 : found->second;
  }
  [[nodiscard]] size_t count(DecisionReason reason) const {
    const auto found = x_reasons.find(reason);
    return found == x_reasons.end() ? 0 : found->second;
  }

  [[nodiscard]] static Node node_of(const IdKey& id) {
    return {id.type, std::to_string(id.high) + "/" + std::to_string(id.low)};
  }
  [[nodiscard]] static Node visitor(const std::string& name) {
    return node_of(id_key(Rig::key_of(name)));
  }

 private:
  void take(const IdentityDecision& line) {
    const Edge edge{node_of(line.visitor), node_of(line.id)};
    ASSERT_EQ(edge.first, visitor(line.visitor_name));
    ++x_kinds[line.kind];
    ++x_reasons[line.reason];
    // Strong links that were taken back leave a fault until the cut that follows; all those of one
    // visitor are taken back together.
    const Fault1 before = fault_of(x_edges);
    ASSERT_TRUE(before == Fault1::kNone || line.kind == DecisionKind::kCut ||
                (line.kind == DecisionKind::kUnmerge && is_of_unmerged(edge)))
        << "decision " << line.number << ", " << name_of(line.kind);
    if (line.kind != DecisionKind::kUnmerge) x_unmerged.clear();
    switch (line.kind) {
      case DecisionKind::kCut:
        ASSERT_EQ(x_edges.erase(edge), 1u);
        if (before == Fault1::kTwoIdentified) return;
        if (line.reason == DecisionReason::kTwoIdentified) x_cuts.insert(edge);
        if (line.reason == DecisionReason::kShared) {
          ASSERT_EQ(claimers(edge.second), kSharedAfter);  // and one more, whose line follows
        }
        return;
      case DecisionKind::kUnmerge:
        if (before == Fault1::kNone) x_unmerged.clear();
        x_unmerged.push_back(edge);
        ASSERT_EQ(x_edges.erase(edge), 1u);
        return;
      case DecisionKind::kRefuse: return refused(line, edge);
      case DecisionKind::kLink:
      case DecisionKind::kMerge: return linked(line, edge);
    }
  }
  // Whether one visitor is at an end of this link and of all that were taken back just before.
  [[nodiscard]] bool is_of_unmerged(const Edge& edge) const {
    const auto has = [](const Edge& link, const Node& node) {
      return link.first == node || link.second == node;
    };
    const auto is_of_all = [&](const Node& node) {
      return std::all_of(x_unmerged.begin(), x_unmerged.end(),
                         [&](const Edge& link) { return has(link, node); });
    };
    return !x_unmerged.empty() && (is_of_all(edge.first) || is_of_all(edge.second));
  }
  // How many visitors claimed it, as far as the journal goes.
  [[nodiscard]] uint32_t claimers(const Node& id) const {
    return static_cast<uint32_t>(std::count_if(
        x_decided.begin(), x_decided.end(), [&](const Edge& edge) { return edge.second == id; }));
  }
  void linked(const IdentityDecision& line, const Edge& edge) {
    ASSERT_TRUE(x_decided.insert(edge).second) << "decided twice";
    const size_t before = persons().size();
    const bool joins_two = is_of_person(edge.first) && is_of_person(edge.second) &&
                           !are_one(edge.first, edge.second) && x_cuts.empty();
    std::set<Edge> with_cuts = x_edges;
    with_cuts.insert(edge);
    with_cuts.insert(x_cuts.begin(), x_cuts.end());
    if (!x_cuts.empty()) {
      ASSERT_EQ(fault_of(with_cuts), Fault1::kTwoIdentified);
    }
    x_cuts.clear();
    x_edges.insert(edge);
    ASSERT_EQ(fault_of(x_edges), Fault1::kNone) << "decision " << line.number;
    if (is_thing(edge.second.first)) {
      ASSERT_LE(claimers(edge.second), kSharedAfter);
    }
    if (joins_two) {
      ASSERT_EQ(line.kind, DecisionKind::kMerge);
      ASSERT_EQ(persons().size(), before - 1);
    }
  }
  void refused(const IdentityDecision& line, const Edge& edge) {
    ASSERT_TRUE(x_decided.insert(edge).second) << "decided twice";
    std::set<Edge> otherwise = x_edges;
    otherwise.insert(edge);
    switch (line.reason) {
      case DecisionReason::kTwoIdentified:
        ASSERT_EQ(fault_of(otherwise), Fault1::kTwoIdentified);
        return;
      // Either at once, or after the cuts that would have come with it.
      case DecisionReason::kLimit: ASSERT_NE(fault_of(otherwise), Fault1::kNone); return;
      case DecisionReason::kShared: ASSERT_GT(claimers(edge.second), kSharedAfter); return;
      case DecisionReason::kPlaceholder: x_placeholders.insert(edge.second); return;
      default: FAIL() << name_of(line.reason);
    }
  }
  [[nodiscard]] std::map<size_t, std::set<Node>> persons() const {
    return groups_of(x_edges, false);
  }
  [[nodiscard]] bool is_of_person(const Node& node) const {
    return std::any_of(x_edges.begin(), x_edges.end(),
                       [&](const Edge& edge) { return edge.first == node || edge.second == node; });
  }
  [[nodiscard]] bool are_one(const Node& a, const Node& b) const {
    for (const auto& [place, person] : persons()) {
      if (person.count(a) > 0) return person.count(b) > 0;
    }
    return false;
  }

  Rig& x_rig;
  uint64_t x_number = 0;
  std::set<Edge> x_edges;
  std::set<Edge> x_cuts;         // of the link that has to follow
  std::vector<Edge> x_unmerged;  // since the last line that left no fault
  std::set<Edge> x_decided;      // claims
  std::set<Node> x_placeholders;
  std::map<DecisionKind, size_t> x_kinds;
  std::map<DecisionReason, size_t> x_reasons;
};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// What is found by every id has to be what the oracle's links hold together.
void expect_persons(Rig& rig, const std::vector<Saying>& sayings, const Oracle& oracle) {
  std::map<Node, std::set<Node>> person_of;
  for (const auto& [place, person] : groups_of(oracle.edges(), false)) {
    for (const Node& node : person) person_of[node] = person;
  }
  std::map<uint64_t, std::set<Node>> by_number;
  std::set<std::string> texts;
  for (const Saying& saying : sayings) {
    texts.insert(saying.visitor);
    if (saying.type != IdType::kPlatform) texts.insert(saying.value);
  }
  size_t found_persons = 0;
  for (const std::string& text : texts) {
    const auto person = rig.engine().identity().find(site_id("shop"), text).value();
    const auto own = person_of.find(Oracle::visitor(text));
    if (own != person_of.end()) {
      ASSERT_TRUE(person) << text;
    }
    if (!person) continue;
    ++found_persons;
    std::set<Node> nodes;
    for (const PersonId& id : person->ids) nodes.insert(Oracle::node_of(id.key));
    ASSERT_EQ(nodes.size(), person->ids.size());
    ASSERT_EQ(nodes, person_of[*nodes.begin()]) << text;
    if (own != person_of.end()) {
      ASSERT_EQ(nodes, own->second) << text;
    }
    const auto [known, is_new] = by_number.emplace(person->number, nodes);
    ASSERT_EQ(known->second, nodes) << "two persons of one number";
  }
  ASSERT_GT(found_persons, 0u);
  // Everybody who is linked is found by their name.
  std::set<std::set<Node>> found;
  for (const auto& [number, nodes] : by_number) found.insert(nodes);
  std::set<std::set<Node>> expected;
  for (const auto& [node, person] : person_of) expected.insert(person);
  ASSERT_EQ(found, expected);
}

// What decisions ask for in memory is the same: a visitor's companions.
void expect_companions(Rig& rig, const std::vector<Saying>& sayings, const Oracle& oracle) {
  std::map<Node, std::set<Node>> expected;
  for (const auto& [place, person] : groups_of(oracle.edges(), false)) {
    for (const Node& node : person) {
      for (const Node& other : person) {
        if (other.first == IdType::kVisitor && other != node) expected[node].insert(other);
      }
    }
  }
  for (const Saying& saying : sayings) {
    std::set<Node> companions;
    for (const VisitorKey other :
         rig.engine().identity().companions().of(Rig::key_of(saying.visitor), SIZE_MAX)) {
      ASSERT_TRUE(companions.insert(Oracle::node_of(id_key(other))).second);
    }
    ASSERT_EQ(companions, expected[Oracle::visitor(saying.visitor)]) << saying.visitor;
  }
}

// Each claim that the events make was decided once.
void expect_claims(const std::vector<Saying>& sayings, const Oracle& oracle) {
  std::set<std::tuple<std::string, IdType, std::string>> claims;
  for (const Saying& saying : sayings) {
    const bool folds = saying.type == IdType::kEmail;
    claims.emplace(saying.visitor, saying.type, folds ? lower(saying.value) : saying.value);
  }
  ASSERT_EQ(oracle.decided().size(), claims.size());
}

void expect_all(Rig& rig, const std::vector<Saying>& sayings, Oracle& oracle) {
  ASSERT_NO_FATAL_FAILURE(oracle.read());
  ASSERT_NO_FATAL_FAILURE(expect_claims(sayings, oracle));
  ASSERT_NO_FATAL_FAILURE(expect_persons(rig, sayings, oracle));
  ASSERT_NO_FATAL_FAILURE(expect_companions(rig, sayings, oracle));
}

class Identity : public ::testing::TestWithParam<uint32_t> {};

TEST_P(Identity, IsWhatTheJournalSaysAndTheGuardsAllow) {
  std::mt19937 dice(GetParam());
  Rig rig(options_of(1 + GetParam() % 3));
  std::vector<Saying> sayings = random_sayings(dice, 260);
  size_t unmerged = 0;
  for (size_t at = 0; at < sayings.size();) {
    std::vector<TestEvent> frame;
    for (size_t left = 1 + dice() % 12; left > 0 && at < sayings.size(); --left, ++at) {
      frame.push_back(event_of(sayings[at], at));
      if (dice() % 5 == 0) frame.push_back(frame.back());  // sent twice: nothing is claimed twice
    }
    rig.send(frame);
    IdentityThread& identity = rig.engine().identity();
    if (dice() % 4 == 0) {
      const auto lines = identity.journal(0, SIZE_MAX, std::nullopt).value();
      if (!lines.empty()) {
        unmerged +=
            identity.unmerge(site_id("shop"), lines[dice() % lines.size()].number).has_value();
      }
    }
    if (dice() % 9 == 0) {
      const auto links = identity.unmerge(site_id("shop"), sayings[dice() % at].visitor);
      unmerged += links ? *links : 0;
    }
    if (dice() % 6 == 0) rig.crash();
  }
  rig.engine().run_until_idle();
  Oracle oracle(rig);
  ASSERT_NO_FATAL_FAILURE(expect_all(rig, sayings, oracle));
  EXPECT_EQ(oracle.count(DecisionKind::kUnmerge), unmerged);
  EXPECT_GT(unmerged, 0u);
  EXPECT_GT(oracle.count(DecisionKind::kMerge), 0u);
  EXPECT_GT(oracle.count(DecisionReason::kTwoIdentified), 0u);
  EXPECT_GT(oracle.count(DecisionReason::kPlaceholder), 0u);
  EXPECT_GT(oracle.count(DecisionReason::kShared), 0u);
  // Asked again after a start from the stores alone: the same.
  rig.crash();
  Oracle again(rig);
  ASSERT_NO_FATAL_FAILURE(expect_all(rig, sayings, again));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Identity, ::testing::Range(1u, 25u));

// Where nobody's ids contradict, the order does not matter: whoever said the same is one person.
TEST(IdentityOrder, ThoseWhoContradictNobodyAreOneWhateverTheOrder) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    std::mt19937 dice(seed);
    std::vector<Saying> sayings;
    for (int person = 0; person < 6; ++person) {
      const std::string own = "-of-" + std::to_string(person);
      for (int visitor = 0; visitor < 4; ++visitor) {
        const std::string name = "visitor-" + std::to_string(visitor) + own;
        if (visitor % 2 == 0) sayings.push_back({name, IdType::kUser, "customer" + own});
        if (visitor > 0) sayings.push_back({name, IdType::kDevice, "device" + own});
        if (visitor < 2) sayings.push_back({name, IdType::kEmail, "mail" + own + "@shop.example"});
      }
    }
    std::shuffle(sayings.begin(), sayings.end(), dice);
    Rig rig(options_of(1 + seed % 4));
    for (size_t at = 0; at < sayings.size(); ++at) {
      rig.send({event_of(sayings[at], at)});
      if (dice() % 10 == 0) rig.crash();
    }
    rig.engine().run_until_idle();
    for (int person = 0; person < 6; ++person) {
      const std::string own = "-of-" + std::to_string(person);
      const auto found = rig.engine().identity().find(site_id("shop"), "customer" + own).value();
      ASSERT_TRUE(found);
      EXPECT_EQ(found->ids.size(), 7u);  // four visitors, a customer, a device, an address
      for (int visitor = 0; visitor < 4; ++visitor) {
        const std::string name = "visitor-" + std::to_string(visitor) + own;
        EXPECT_EQ(rig.engine().identity().find(site_id("shop"), name).value()->number,
                  found->number);
      }
    }
  }
}

class IdentityCrash : public ::testing::TestWithParam<Fault> {};

TEST_P(IdentityCrash, DyingAtAnyWriteLosesAndRepeatsNothing) {
  std::mt19937 dice(7);
  const std::vector<Saying> sayings = random_sayings(dice, 60);
  uint64_t crashes = 0;
  for (uint64_t die_at = 6; die_at < 10'000; ++die_at) {
    Rig rig(options_of(2));
    rig.faults().fail_at(die_at, GetParam());
    bool died = false;
    const auto restart = [&] {
      died = true;
      rig.crash();
    };
    for (size_t at = 0; at < sayings.size();) {
      const size_t end = std::min(at + 5, sayings.size());
      std::vector<TestEvent> frame;
      for (size_t i = at; i < end; ++i) frame.push_back(event_of(sayings[i], i));
      if (rig.try_send(frame)) at = end;
      if (rig.engine().is_failed() || rig.faults().is_crashed()) restart();
    }
    static_cast<void>(rig.engine().identity().unmerge(site_id("shop"), 1));
    if (rig.faults().is_crashed()) restart();
    const uint64_t writes = rig.faults().writes();
    rig.engine().run_until_idle();
    Oracle oracle(rig);
    ASSERT_NO_FATAL_FAILURE(expect_all(rig, sayings, oracle)) << "died at write " << die_at;
    crashes += died ? 1 : 0;
    if (!died && writes < die_at) break;
  }
  EXPECT_GT(crashes + (GetParam() == Fault::kRefuse ? 30 : 0), 25u);
}

INSTANTIATE_TEST_SUITE_P(Faults, IdentityCrash,
                         ::testing::Values(Fault::kRefuse, Fault::kCrashBefore,
                                           Fault::kCrashAfter));

// Erased visitors leave no byte, and those who stay lose nothing of theirs.
TEST(IdentityErasure, LeavesNoTraceAndNobodyElseChanges) {
  Rig rig(options_of(2));
  const std::vector<Saying> sayings = {
      {"visitor-to-erase", IdType::kUser, "customer-1"},
      {"visitor-stays", IdType::kUser, "customer-1"},
      {"visitor-to-erase", IdType::kEmail, "ann@shop.example"},
      {"visitor-to-erase", IdType::kDevice, "null"},
      {"visitor-third", IdType::kVisitor, "visitor-to-erase"},
      {"visitor-stays", IdType::kDevice, "device-7"},
  };
  for (size_t at = 0; at < sayings.size(); ++at) rig.send({event_of(sayings[at], at)});
  IdentityThread& identity = rig.engine().identity();
  ASSERT_EQ(identity.find(site_id("shop"), "ann@shop.example").value()->ids.size(), 6u);
  const auto erased =
      rig.engine().erase({"id", site_id("shop"), "visitor-to-erase", "secret", "proof"});
  ASSERT_TRUE(erased);
  EXPECT_EQ(erased->receipt.counts.links, 3u);
  EXPECT_FALSE(identity.find(site_id("shop"), "visitor-to-erase").value());
  EXPECT_FALSE(identity.find(site_id("shop"), "ann@shop.example").value());
  EXPECT_EQ(identity.find(site_id("shop"), "customer-1").value()->ids.size(), 3u);
  rig.clock().advance(hours(30));
  ASSERT_TRUE(rig.engine().checkpoint_now());
  rig.engine().run_until_idle();
  ASSERT_EQ(rig.engine().erasure("id")->state, ErasureState::kComplete);
  EXPECT_EQ(rig.engine().erasure("id")->counts.log_claims, 3u);
  auto patterns = patterns_of(site_id("shop"), "visitor-to-erase");
  patterns.push_back("ann@shop.example");
  // What another visitor's event says of them is that visitor's: in the log, as a claim and a
  // trait.
  EXPECT_EQ(traces(rig.log(), rig.store(), 5, patterns),
            (std::vector<std::string>{"claims", "events", "table 1"}));
  // Who comes back is somebody new, and may be linked.
  rig.send({event_of({"visitor-to-erase", IdType::kUser, "customer-9"}, 90)});
  rig.crash();
  EXPECT_EQ(rig.engine().identity().find(site_id("shop"), "visitor-to-erase").value()->ids.size(),
            2u);
  EXPECT_EQ(rig.engine().identity().find(site_id("shop"), "customer-1").value()->ids.size(), 3u);
}

}  // namespace
}  // namespace rekindle::testing
