#include "core/person.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/limits.h"

namespace rekindle {
namespace {

// Follows links from `from` over ids for which `may_pass(link, next)` holds.
template <typename MayPass>
std::set<IdKey> reached(const Person& person, const IdKey& from, MayPass may_pass) {
  std::multimap<IdKey, const PersonLink*> links_of;
  for (const PersonLink& link : person.links) {
    links_of.emplace(link.visitor, &link);
    links_of.emplace(link.id, &link);
  }
  std::set<IdKey> seen{from};
  std::vector<IdKey> open{from};
  while (!open.empty()) {
    const IdKey at = open.back();
    open.pop_back();
    for (auto [link, end] = links_of.equal_range(at); link != end; ++link) {
      const IdKey& next = link->second->visitor == at ? link->second->id : link->second->visitor;
      if (!may_pass(*link->second, next) || !seen.insert(next).second) continue;
      open.push_back(next);
    }
  }
  return seen;
}

}  // namespace

bool Person::has(const IdKey& id) const {
  return std::any_of(ids.begin(), ids.end(), [&](const PersonId& own) { return own.key == id; });
}

const PersonLink* Person::link(const IdKey& a, const IdKey& b) const {
  const auto found = std::find_if(links.begin(), links.end(), [&](const PersonLink& link) {
    return (link.visitor == a && link.id == b) || (link.visitor == b && link.id == a);
  });
  return found == links.end() ? nullptr : &*found;
}

bool Person::is_identified() const {
  return std::any_of(ids.begin(), ids.end(),
                     [](const PersonId& id) { return identifies(id.key.type); });
}

Person joined(const Person& first, const Person& second) {
  Person both = first;
  both.ids.insert(both.ids.end(), second.ids.begin(), second.ids.end());
  both.links.insert(both.links.end(), second.links.begin(), second.links.end());
  std::sort(both.links.begin(), both.links.end(),
            [](const PersonLink& a, const PersonLink& b) { return a.decision < b.decision; });
  return both;
}

std::vector<Person> parts_of(const Person& person) {
  std::vector<Person> parts;
  std::set<IdKey> done;
  for (const PersonId& id : person.ids) {
    if (done.count(id.key) > 0) continue;
    const std::set<IdKey> own =
        reached(person, id.key, [](const PersonLink&, const IdKey&) { return true; });
    done.insert(own.begin(), own.end());
    if (own.size() < 2) continue;
    Person& part = parts.emplace_back();
    part.site = person.site;
    if (own.count(person.ids.front().key) > 0) part.number = person.number;
    for (const PersonId& other : person.ids) {
      if (own.count(other.key) > 0) part.ids.push_back(other);
    }
    for (const PersonLink& link : person.links) {
      if (own.count(link.visitor) > 0) part.links.push_back(link);
    }
  }
  return parts;
}

std::vector<IdKey> cluster_of(const Person& person, const IdKey& id) {
  const auto own = reached(
      person, id, [](const PersonLink& link, const IdKey&) { return !is_weak(link.id.type); });
  return {own.begin(), own.end()};
}

bool is_identified(const std::vector<IdKey>& cluster) {
  return std::any_of(cluster.begin(), cluster.end(),
                     [](const IdKey& id) { return identifies(id.type); });
}

std::vector<PersonLink> conflicts_of(const Person& person, const std::vector<IdKey>& cluster) {
  const auto is_inside = [&cluster](const IdKey& id) {
    return std::binary_search(cluster.begin(), cluster.end(), id);
  };
  std::map<IdKey, bool> leads_on;  // by weak id
  std::vector<PersonLink> conflicts;
  for (const PersonLink& link : person.links) {
    if (!is_weak(link.id.type) || !is_inside(link.visitor)) continue;
    const auto [known, is_new] = leads_on.emplace(link.id, false);
    if (is_new) {
      const auto beyond = reached(
          person, link.id, [&](const PersonLink&, const IdKey& next) { return !is_inside(next); });
      known->second = is_identified({beyond.begin(), beyond.end()});
    }
    if (known->second) conflicts.push_back(link);
  }
  return conflicts;
}

bool is_within(const Person& person, const PersonLimits& limits) {
  std::array<uint32_t, kIdTypes> counts{};
  for (const PersonId& id : person.ids) ++counts[static_cast<size_t>(id.key.type)];
  for (size_t type = 0; type < kIdTypes; ++type) {
    if (counts[type] > limits.most[type]) return false;
  }
  return person.links.size() <= limits::kPersonLinksMax;
}

}  // namespace rekindle
