#include "cli/verify_naive.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "cli/naive/audiences.h"
#include "cli/naive/plain_event.h"
#include "cli/naive_explanation.h"
#include "cli/progress.h"
#include "cli/stored_store.h"
#include "core/event_format.h"
#include "core/log_format.h"
#include "core/operators_cache.h"
#include "core/partition.h"
#include "core/voice_change.h"
#include "state/memory_state_store.h"

namespace rekindle::cli {
namespace {

constexpr size_t kDifferencesShown = 10;
// Each group reads the whole log; its visitors and their events are in memory together.
constexpr uint32_t kPartitionsAtOnce = 8;

struct Person {
  naive::History history;
  std::map<AudienceId, EventTime> entered;      // memberships whose beginning was looked at
  EventTime told_at = EventTime::before_all();  // when it was last said who speaks for them
  SiteId site{};
  std::string name;
};

// Replays one partition twice: through the engine's partition and into plain histories.
class PartitionRecount {
 public:
  PartitionRecount(PartitionId id, const Sites& sites, OperatorsCache& operators,
                   const NaiveOptions& options, NaiveVerdict& verdict)
      : x_id(id),
        x_sites(sites),
        x_operators(operators),
        x_options(options),
        x_verdict(verdict),
        x_partition(id, Partition::Environment{x_memory, sites, x_counters}) {}

  Result<void> begin(uint64_t log_end) {
    std::mt19937_64 random(x_options.seed * 1'024 + to_index(x_id));
    x_places.insert(log_end);
    const uint64_t most = std::min(log_end, x_options.instants);
    while (x_places.size() < most) x_places.insert(1 + random() % log_end);
    if (auto fresh = x_partition.load(); !fresh) return fresh;
    return x_partition.use(x_operators);
  }

  Result<void> replay(uint64_t position, std::string_view record) {
    if (!x_began && position != 1) {
      return Error{ErrorCode::kNotFound,
                   fmt::format("partition {} has an event log that begins at {}; the part before "
                               "it was let go (store.log_retention)",
                               to_index(x_id), position)};
    }
    x_began = true;
    if (auto taken = take(record); !taken) return taken;
    if (auto done = x_partition.replay(position, record, x_operators); !done) return done;
    if (x_erases) {
      if (auto dropped = drop_erased(); !dropped) return dropped;
    }
    if (x_partition.rules().version != x_rules.version) take_rules(x_partition.rules());
    ++x_verdict.records;
    return x_places.count(position) > 0 ? compare_all(position) : Result<void>();
  }

 private:
  // --- the plain side

  Result<void> take(std::string_view record) {
    std::string_view content;
    const auto header = read_record_header(record, content);
    if (!header) return header.error();
    x_clock = std::max(x_clock, header->now);
    x_erases = header->kind == RecordKind::kErasure;
    if (header->kind == RecordKind::kVoices) return take_voices(content);
    if (header->kind != RecordKind::kEvents) return {};
    while (!content.empty()) {
      const size_t size = event_record_size(content);
      if (size == 0) return Error{ErrorCode::kCorruptRecord, "event log"};
      const std::string_view event = content.substr(0, size);
      if (auto read = read_event(event, x_event); !read) return read;
      content.remove_prefix(size);
      if (header->event_clock) x_clock = std::max(x_clock, x_event.at);
      if (!is_erased_event(event)) take_event();
    }
    return {};
  }

  // Who is alone again is in audiences since then, not since their condition held.
  Result<void> take_voices(std::string_view content) {
    ByteReader reader(content);
    VoiceChange change;
    while (!reader.at_end()) {
      if (!read_voice_change(reader, change)) {
        return Error{ErrorCode::kCorruptRecord, "a logged voice"};
      }
      const auto person = x_people.find(change.visitor);
      if (person != x_people.end()) person->second.told_at = x_clock;
    }
    return {};
  }

  // Their events may still be in the log.
  Result<void> drop_erased() {
    for (auto person = x_people.begin(); person != x_people.end();) {
      const auto cached = x_partition.find(person->first);
      if (!cached) return cached.error();
      person = *cached == nullptr ? x_people.erase(person) : std::next(person);
    }
    return {};
  }

  void take_event() {
    if (x_event.type == EventType::kOfferDecided) return;  // no event of the visitor's
    if (x_event.visitor.low % x_options.share != 0) return;
    Person& person = x_people[x_event.visitor];
    if (person.name.empty()) {
      person.site = x_event.site;
      person.name = x_event.visitor_name;
      person.history.world().visitor = x_event.visitor;
    }
    if (person.name == x_event.visitor_name) person.history.add(x_event, x_clock);
  }

  // The definitions in force from here on.
  void take_rules(const Rules& rules) {
    x_rules = rules;
    x_rules_at = x_clock;
    x_audiences.clear();
    for (const Site& site : x_sites.all()) {
      const auto [place, fresh] =
          x_audiences.try_emplace(std::string(site.currency.code()), x_rules, site.currency);
      if (!fresh) continue;
      for (const naive::ReadAudience& audience : place->second.all()) {
        if (!audience.fault.empty()) x_verdict.untold[audience.rule.name] = audience.fault;
      }
    }
  }

  // --- comparing

  Result<void> compare_all(uint64_t position) {
    for (auto& [key, person] : x_people) {
      auto cached = x_partition.find(key);
      if (!cached) return cached.error();
      const Site* site = x_sites.find(person.site);
      if (site == nullptr) continue;
      if (*cached == nullptr) {
        differs(fmt::format("visitor \"{}\" is in the log and not in the engine", person.name));
        continue;
      }
      const auto found = x_audiences.find(std::string(site->currency.code()));
      if (found == x_audiences.end()) continue;  // no rules yet
      const Visitor& visitor = (*cached)->visitor;
      if (visitor.voice == nullptr) {
        compare(person, visitor, *site, found->second, position);
        continue;
      }
      // What all of a person's visitors did is in the logs of several partitions.
      ++x_verdict.of_persons;
      if (!visitor.voice->speaks && !visitor.memberships.empty()) {
        differs(
            fmt::format("partition {}, log record {}: visitor \"{}\" is quiet and in an audience",
                        to_index(x_id), position, person.name));
      }
    }
    return {};
  }

  void compare(Person& person, const Visitor& visitor, const Site& site,
               const naive::Audiences& audiences, uint64_t position) {
    // Deadlines are worked off in slices: until its turn comes, a visitor stands where they stood
    // before the first that is due.
    const EventTime clock = x_partition.clock();
    naive::World& world = person.history.world();
    world.now = visitor.deadline > clock ? clock : visitor.deadline - milliseconds(1);
    world.inside_since.assign(audiences.all().size(), std::nullopt);
    for (const size_t i : audiences.order()) {
      const naive::ReadAudience& audience = audiences.all()[i];
      const Membership* membership = visitor.membership(audience.rule.key());
      const bool expected = naive::holds(audience.tree, world);
      ++x_verdict.questions;
      x_verdict.memberships += expected;
      if (membership != nullptr) world.inside_since[i] = membership->since;
      const Explained case_of{audience, x_rules, visitor, site, world, membership};
      if (expected == (membership != nullptr)) {
        if (expected) check_entry(person, case_of, audiences, i, position);
        continue;
      }
      if (!is_exact(case_of)) {
        ++x_verdict.bounded;
        continue;
      }
      const std::string where =
          fmt::format("partition {}, log record {}: visitor \"{}\", audience {}", to_index(x_id),
                      position, person.name, audience.rule.name);
      std::string what =
          fmt::format("{} at {}: the store says {}, a recount of the events says {}", where,
                      text_of(world.now), expected ? "out" : "in", expected ? "in" : "out");
      if (!x_verdict.is_explained) what += "\n" + explanation(case_of);
      differs(what, !x_verdict.is_explained);
      x_verdict.is_explained = true;
    }
  }

  // A membership begins at the first instant at which its condition holds. Those that an older
  // version of the definition began are passed over, and those whose condition depends on when
  // others began.
  void check_entry(Person& person, const Explained& case_of, const naive::Audiences& audiences,
                   size_t place, uint64_t position) {
    const Membership& membership = *case_of.membership;
    EventTime& checked = person.entered.try_emplace(membership.audience).first->second;
    if (checked == membership.since || membership.since <= x_rules_at) return;
    if (membership.since <= person.told_at) return;
    if (audiences.all()[place].dates_others) return;
    checked = membership.since;
    ++x_verdict.entries;
    const auto& known_at = person.history.known_at();
    const auto known_until = [&](EventTime instant) {
      return static_cast<size_t>(std::upper_bound(known_at.begin(), known_at.end(), instant) -
                                 known_at.begin());
    };
    const EventTime before = membership.since - milliseconds(1);
    const size_t all = known_until(membership.since);
    bool was_out = !held(person, audiences, place, before, known_until(before));
    for (size_t n = known_until(before); n < all && !was_out; ++n) {
      was_out = !held(person, audiences, place, membership.since, n);
    }
    if (was_out && held(person, audiences, place, membership.since, all)) return;
    if (!is_exact(case_of)) {
      ++x_verdict.bounded;
      return;
    }
    differs(
        fmt::format("partition {}, log record {}: visitor \"{}\" is in {} since {}, which is "
                    "not when a recount of the events lets them in",
                    to_index(x_id), position, person.name, audiences.all()[place].rule.name,
                    text_of(membership.since)));
  }

  // Whether the condition held at an instant, with the first `n` events known.
  static bool held(Person& person, const naive::Audiences& audiences, size_t place,
                   EventTime instant, size_t n) {
    const naive::World& now = person.history.world();
    naive::World then;
    then.events.assign(now.events.begin(), now.events.begin() + static_cast<std::ptrdiff_t>(n));
    then.now = instant;
    then.visitor = now.visitor;
    then.inside_since.resize(audiences.all().size());
    if (n == 0) return false;  // nobody is anywhere before their first event
    for (const size_t i : audiences.order()) {
      if (audiences.all()[i].dates_others) continue;
      const bool inside = naive::holds(audiences.all()[i].tree, then);
      if (i == place) return inside;
      if (inside) then.inside_since[i] = instant;
    }
    return false;
  }

  void differs(const std::string& what, bool always_shown = false) {
    const bool shown = ++x_verdict.differences <= kDifferencesShown || always_shown;
    if (shown) fmt::print(stderr, "DIFFERS: {}\n", what);
  }

  PartitionId x_id;
  const Sites& x_sites;
  OperatorsCache& x_operators;
  const NaiveOptions& x_options;
  NaiveVerdict& x_verdict;
  state::MemoryStateStore x_memory;
  ShardCounters x_counters;
  Partition x_partition;

  bool x_began = false;
  bool x_erases = false;        // the record being taken
  std::set<uint64_t> x_places;  // log positions after which is compared
  EventTime x_clock = EventTime::before_all();
  Event x_event;  // reused
  std::map<VisitorKey, Person> x_people;
  Rules x_rules;
  EventTime x_rules_at = EventTime::before_all();
  std::map<std::string, naive::Audiences> x_audiences;  // by currency
};

// Partitions first … last − 1, in one reading of the log.
Result<void> recount_some(uint32_t first, uint32_t last, StoredStore& stored, const Sites& sites,
                          OperatorsCache& operators, const NaiveOptions& options,
                          NaiveVerdict& verdict) {
  std::vector<std::unique_ptr<PartitionRecount>> recounts;
  std::vector<LogPosition> after;
  for (uint32_t p = first; p < last; ++p) {
    const PartitionId id{static_cast<uint16_t>(p)};
    after.push_back({id, 0});
    recounts.push_back(std::make_unique<PartitionRecount>(id, sites, operators, options, verdict));
    const auto end = stored.log->end(id);
    if (!end) return end.error();
    if (auto begun = recounts.back()->begin(*end); !begun) return begun;
  }
  Result<void> outcome;
  auto read = stored.log->read_events(
      after, [&](PartitionId id, uint64_t position, std::string_view record) {
        outcome = recounts[to_index(id) - first]->replay(position, record);
        return outcome.has_value();
      });
  return read ? outcome : read;
}

}  // namespace

Result<NaiveVerdict> verify_naive(const Config& config, const NaiveOptions& options,
                                  const MakeOperators& make_operators) {
  auto stored = open_stored(config);
  if (!stored) return stored.error();
  const Sites sites = sites_of(config);
  OperatorsCache operators(make_operators);
  NaiveVerdict verdict;
  Progress progress("recounting", "log records");
  const uint32_t partitions = stored->directory->facts().partitions;
  for (uint32_t first = 0; first < partitions; first += kPartitionsAtOnce) {
    const uint32_t last = std::min(first + kPartitionsAtOnce, partitions);
    auto done = recount_some(first, last, *stored, sites, operators, options, verdict);
    if (!done) return done.error();
    progress.update(verdict.records, static_cast<double>(last) / partitions);
  }
  progress.finish(verdict.records);
  return verdict;
}

}  // namespace rekindle::cli
