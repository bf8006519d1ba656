#include "core/voices.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/clock.h"
#include "core/engine.h"
#include "core/limits.h"
#include "core/shard.h"
#include "core/thread_role.h"
#include "core/visitor_format.h"

namespace rekindle {
namespace {

// News are gathered so long, so that many events of a person cost one look.
constexpr auto kGather = std::chrono::milliseconds(5);
constexpr auto kTryAgain = std::chrono::seconds(1);

}  // namespace

Voices::Voices(Environment environment)
    : x_env(std::move(environment)), x_to_wake(x_env.config.shards) {}

Voices::~Voices() {
  end_thread();
}

size_t Voices::shard_of(VisitorKey visitor) const {
  return to_index(partition_of(visitor, x_env.config.partitions)) % x_env.config.shards;
}

// --- who is to be looked at

void Voices::tell(std::vector<VisitorKey>& touched, std::vector<VisitorKey>& fresh) {
  bool rings = false;
  {
    const std::lock_guard lock(x_mutex);
    x_touched.insert(x_touched.end(), touched.begin(), touched.end());
    x_fresh.insert(x_fresh.end(), fresh.begin(), fresh.end());
    if (x_touched.size() + x_fresh.size() > limits::kVoicesWaitingMax) {
      x_touched.clear();
      x_fresh.clear();
      x_everybody = true;
    }
    rings = !std::exchange(x_news, true);
  }
  touched.clear();
  fresh.clear();
  if (rings) x_changed.notify_one();
}

void Voices::notify() {
  {
    const std::lock_guard lock(x_mutex);
    if (std::exchange(x_news, true)) return;
  }
  x_changed.notify_one();
}

// Whoever has a voice, and whoever should have one.
Result<void> Voices::list_everybody() {
  x_env.companions.change_all();
  for (uint32_t p = 0; p < x_env.config.partitions; ++p) {
    const PartitionId partition{static_cast<uint16_t>(p)};
    VisitorNumber from = 0;
    for (bool more = true; more && !x_stopping;) {
      auto listed = x_env.on_shard(p % x_env.config.shards, [&](Shard& shard) -> Result<void> {
        auto keys = shard.partition(partition)->voiced(from, limits::kVoicesListedMax);
        if (!keys) return keys.error();
        x_waiting.insert(keys->begin(), keys->end());
        more = !keys->empty();
        return {};
      });
      if (!listed) return listed;
    }
  }
  return {};
}

Result<void> Voices::take_news() {
  std::vector<VisitorKey> touched;
  std::vector<VisitorKey> fresh;
  bool everybody = false;
  {
    const std::lock_guard lock(x_mutex);
    touched.swap(x_touched);
    fresh.swap(x_fresh);
    everybody = std::exchange(x_everybody, false);
    x_news = false;
  }
  std::erase_if(fresh, [this](VisitorKey visitor) { return !x_env.companions.has(visitor); });
  x_waiting.insert(touched.begin(), touched.end());
  x_waiting.insert(fresh.begin(), fresh.end());
  auto listed = everybody ? list_everybody() : Result<void>();
  if (!listed) {
    const std::lock_guard lock(x_mutex);
    x_everybody = true;
  }
  touched.clear();
  while (x_env.companions.take_changed(limits::kVoicesWaitingMax, touched)) {
  }
  x_waiting.insert(touched.begin(), touched.end());
  return listed;
}

// Takes them out of those who wait: what happens to them from here on comes again.
Voices::Person Voices::take_person(VisitorKey visitor) {
  Person person = x_env.companions.in_order_of_voice(visitor);
  if (person.empty()) person.push_back(visitor);
  for (const VisitorKey one : person) x_waiting.erase(one);
  x_waiting.erase(visitor);
  return person;
}

std::vector<Voices::Person> Voices::next_persons() {
  std::vector<Person> persons;
  while (!x_waiting.empty() && persons.size() < limits::kVoicesPerRoundMax) {
    auto next = x_waiting.upper_bound(x_last);
    if (next == x_waiting.end()) next = x_waiting.begin();
    x_last = *next;
    persons.push_back(take_person(x_last));
  }
  return persons;
}

// --- looking

Result<Voices::States> Voices::read(const std::vector<Person>& persons) {
  std::vector<std::vector<VisitorKey>> wanted(x_env.config.shards);
  for (const Person& person : persons) {
    if (person.size() < 2) continue;
    for (const VisitorKey visitor : person) wanted[shard_of(visitor)].push_back(visitor);
  }
  States states;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].empty()) continue;
    std::vector<Shard::VisitorBytes> found;
    auto asked =
        x_env.on_shard(i, [&](Shard& shard) { return shard.read_visitors(wanted[i], found); });
    if (!asked) return asked.error();
    for (Shard::VisitorBytes& visitor : found) {
      states.emplace(visitor.visitor, std::move(visitor.bytes));
    }
  }
  return states;
}

Result<void> Voices::add_looks(const Person& person, const States& states,
                               std::vector<std::vector<VoiceLook>>& looks) {
  Person known;
  for (const VisitorKey visitor : person) {
    if (person.size() == 1 || states.contains(visitor)) known.push_back(visitor);
  }
  for (size_t i = 0; i < known.size(); ++i) {
    VoiceLook look{known[i], i == 0 ? VoiceKind::kSpeaks : VoiceKind::kQuiet, {}};
    if (known.size() == 1) look.wanted = VoiceKind::kAlone;
    for (size_t other = 1; look.wanted == VoiceKind::kSpeaks && other < known.size(); ++other) {
      Visitor& visitor = look.others.emplace_back();
      visitor.key = known[other];
      auto read = decode_visitor(states.at(known[other]), visitor);
      if (!read) return read.error();
    }
    looks[shard_of(known[i])].push_back(std::move(look));
  }
  return {};
}

// The one who speaks was woken by their own change.
void Voices::owe_wakes(const std::vector<Person>& persons, const std::vector<VisitorKey>& moved) {
  for (const Person& person : persons) {
    const bool has_moved = std::find_first_of(person.begin(), person.end(), moved.begin(),
                                              moved.end()) != person.end();
    if (!has_moved) continue;
    for (const VisitorKey visitor : person) x_to_wake[shard_of(visitor)].push_back(visitor);
  }
}

Result<void> Voices::wake() {
  for (size_t i = 0; i < x_to_wake.size(); ++i) {
    if (x_to_wake[i].empty()) continue;
    auto woken = x_env.on_shard(i, [&](Shard& shard) -> Result<void> {
      shard.wake(x_to_wake[i]);
      return {};
    });
    if (!woken) return woken;
    x_to_wake[i].clear();
  }
  return {};
}

Result<void> Voices::look_at(const std::vector<Person>& persons) {
  if (auto woken = wake(); !woken) return woken;  // owed since a look that failed
  auto states = read(persons);
  if (!states) return states.error();
  std::vector<std::vector<VoiceLook>> looks(x_env.config.shards);
  for (const Person& person : persons) {
    if (auto added = add_looks(person, *states, looks); !added) return added;
  }
  for (size_t i = 0; i < looks.size(); ++i) {
    if (looks[i].empty()) continue;
    std::vector<VisitorKey> moved;
    auto looked = x_env.on_shard(i, [&](Shard& shard) { return shard.look(looks[i], moved); });
    owe_wakes(persons, moved);
    if (!looked) return looked;
  }
  x_looks.fetch_add(persons.size(), std::memory_order_relaxed);
  return wake();
}

Result<void> Voices::look_or_put_back(const std::vector<Person>& persons) {
  auto looked = look_at(persons);
  if (!looked) {
    for (const Person& person : persons) x_waiting.insert(person.begin(), person.end());
  }
  x_waiting_now.store(x_waiting.size(), std::memory_order_relaxed);
  return looked;
}

Result<bool> Voices::step() {
  const std::lock_guard working(x_working);
  if (x_env.failed.load()) return false;
  if (auto taken = take_news(); !taken) return taken.error();
  const std::vector<Person> persons = next_persons();
  if (auto looked = look_or_put_back(persons); !looked) return looked.error();
  return !persons.empty();
}

Result<void> Voices::catch_up() {
  const std::lock_guard working(x_working);
  if (x_env.failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  if (auto taken = take_news(); !taken) return taken;
  std::set<VisitorKey> owed = x_waiting;
  while (!owed.empty() && !x_stopping) {
    std::vector<Person> persons;
    while (!owed.empty() && persons.size() < limits::kVoicesPerRoundMax) {
      const VisitorKey next = *owed.begin();
      owed.erase(next);
      persons.push_back(take_person(next));
      for (const VisitorKey visitor : persons.back()) owed.erase(visitor);
    }
    if (auto looked = look_or_put_back(persons); !looked) return looked;
  }
  if (!owed.empty()) return Error{ErrorCode::kStoreFailed, "the engine is stopping"};
  return {};
}

// --- the thread

void Voices::start() {
  x_thread = std::thread([this] { run(); });
}

void Voices::run() {
  begin_thread("rk-voices", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (!x_stopping) {
    // Now and then without news, too: persons that were read again after a fault told nobody.
    x_changed.wait_for(lock, kTryAgain, [this] { return x_stopping || x_news; });
    if (x_stopping) return;
    x_changed.wait_for(lock, kGather, [this] { return x_stopping.load(); });
    for (bool more = true; more && !x_stopping;) {
      lock.unlock();
      const int64_t began = monotonic_ns();
      const auto stepped = step();
      auto rest = std::chrono::nanoseconds(limits::kRestPerWork * (monotonic_ns() - began));
      if (!stepped && x_env.on_trouble) x_env.on_trouble(stepped.error());
      if (!stepped || x_env.failed) rest = kTryAgain;
      more = stepped && *stepped;
      lock.lock();
      x_changed.wait_for(lock, rest, [this] { return x_stopping.load(); });
    }
  }
}

void Voices::end_thread() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_changed.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

}  // namespace rekindle
