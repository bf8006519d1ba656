#include "core/companions.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace rekindle {
namespace {

bool is_address(IdType type) {
  return type == IdType::kEmail || type == IdType::kPhone;
}

// Whether a visitor told who they are in a way that others can use.
bool told_address(const Person& person, const IdKey& visitor) {
  return std::any_of(person.links.begin(), person.links.end(), [&visitor](const PersonLink& link) {
    return link.visitor == visitor && is_address(link.id.type);
  });
}

}  // namespace

std::vector<VisitorKey> Companions::of(VisitorKey visitor, size_t most) const {
  std::vector<VisitorKey> others;
  const std::shared_lock lock(x_mutex);
  const auto person = x_persons.find(visitor);
  if (person == x_persons.end()) return others;
  const std::vector<VisitorKey>& all = x_groups.at(person->second).visitors;
  for (auto other = all.rbegin(); other != all.rend() && others.size() < most; ++other) {
    if (*other != visitor) others.push_back(*other);
  }
  std::reverse(others.begin(), others.end());
  return others;
}

std::vector<VisitorKey> Companions::in_order_of_voice(VisitorKey visitor) const {
  const std::shared_lock lock(x_mutex);
  const auto person = x_persons.find(visitor);
  return person == x_persons.end() ? std::vector<VisitorKey>()
                                   : x_groups.at(person->second).by_voice;
}

bool Companions::has(VisitorKey visitor) const {
  const std::shared_lock lock(x_mutex);
  return x_persons.contains(visitor);
}

size_t Companions::persons() const {
  const std::shared_lock lock(x_mutex);
  return x_groups.size();
}

bool Companions::take_changed(size_t most, std::vector<VisitorKey>& visitors) {
  const std::unique_lock lock(x_mutex);
  const bool any = !x_changed.empty();
  for (auto next = x_changed.begin(); next != x_changed.end() && most > 0; --most) {
    visitors.push_back(*next);
    x_changed.erase(next++);
  }
  return any;
}

void Companions::change_all() {
  const std::unique_lock lock(x_mutex);
  for (const auto& [visitor, number] : x_persons) x_changed.insert(visitor);
}

void Companions::forget(uint64_t number) {
  const auto known = x_groups.find(number);
  if (known == x_groups.end()) return;
  for (const VisitorKey visitor : known->second.visitors) {
    x_changed.insert(visitor);
    const auto person = x_persons.find(visitor);
    // Several persons change at once; one who was told before may have the visitor already.
    if (person != x_persons.end() && person->second == number) x_persons.erase(person);
  }
  x_groups.erase(known);
}

void Companions::set(const Person& person) {
  Group group;
  std::vector<VisitorKey> silent;
  for (const PersonId& id : person.ids) {
    if (id.key.type != IdType::kVisitor) continue;
    group.visitors.push_back(visitor_key(id.key));
    (told_address(person, id.key) ? group.by_voice : silent).push_back(visitor_key(id.key));
  }
  group.by_voice.insert(group.by_voice.end(), silent.begin(), silent.end());
  const std::unique_lock lock(x_mutex);
  forget(person.number);
  if (group.visitors.size() >= 2) {
    for (const VisitorKey visitor : group.visitors) {
      x_persons[visitor] = person.number;
      x_changed.insert(visitor);
    }
    x_groups.emplace(person.number, std::move(group));
  }
  x_any.store(!x_groups.empty(), std::memory_order_relaxed);
}

void Companions::remove(uint64_t number) {
  const std::unique_lock lock(x_mutex);
  forget(number);
  x_any.store(!x_groups.empty(), std::memory_order_relaxed);
}

void Companions::note_missing(const Groups& some, const Groups& from) {
  for (const auto& [number, group] : some) {
    const auto same = from.find(number);
    if (same != from.end() && same->second == group) continue;
    x_changed.insert(group.visitors.begin(), group.visitors.end());
  }
}

void Companions::become(Companions& fresh) {
  const std::unique_lock lock(x_mutex);
  note_missing(x_groups, fresh.x_groups);
  note_missing(fresh.x_groups, x_groups);
  x_groups = std::move(fresh.x_groups);
  x_persons = std::move(fresh.x_persons);
  x_any.store(!x_groups.empty(), std::memory_order_relaxed);
}

}  // namespace rekindle
