#include "core/companions.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace rekindle {

std::vector<VisitorKey> Companions::of(VisitorKey visitor, size_t most) const {
  std::vector<VisitorKey> others;
  const std::shared_lock lock(x_mutex);
  const auto person = x_persons.find(visitor);
  if (person == x_persons.end()) return others;
  const std::vector<VisitorKey>& all = x_visitors.at(person->second);
  for (auto other = all.rbegin(); other != all.rend() && others.size() < most; ++other) {
    if (*other != visitor) others.push_back(*other);
  }
  std::reverse(others.begin(), others.end());
  return others;
}

size_t Companions::persons() const {
  const std::shared_lock lock(x_mutex);
  return x_visitors.size();
}

void Companions::forget(uint64_t number) {
  const auto known = x_visitors.find(number);
  if (known == x_visitors.end()) return;
  for (const VisitorKey visitor : known->second) {
    const auto person = x_persons.find(visitor);
    // Several persons change at once; one who was told before may have the visitor already.
    if (person != x_persons.end() && person->second == number) x_persons.erase(person);
  }
  x_visitors.erase(known);
}

void Companions::set(const Person& person) {
  std::vector<VisitorKey> visitors;
  for (const PersonId& id : person.ids) {
    if (id.key.type == IdType::kVisitor) visitors.push_back(visitor_key(id.key));
  }
  const std::unique_lock lock(x_mutex);
  forget(person.number);
  if (visitors.size() < 2) return;
  for (const VisitorKey visitor : visitors) x_persons[visitor] = person.number;
  x_visitors.emplace(person.number, std::move(visitors));
}

void Companions::remove(uint64_t number) {
  const std::unique_lock lock(x_mutex);
  forget(number);
}

void Companions::clear() {
  const std::unique_lock lock(x_mutex);
  x_visitors.clear();
  x_persons.clear();
}

}  // namespace rekindle
