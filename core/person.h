// A person: visitors and ids that links hold together. Pure values and functions; the identity book
// (core/identity_book.h) keeps them and decides.
//
// A strong link is a visitor's claim of an id that names a person, or of another visitor's name; a
// weak one of a device or of another platform's id. Visitors and ids that strong links hold
// together are a cluster; one that has a user id, an e-mail address or a phone number is
// identified. Invariant of every person that is kept: at most one of its clusters is identified.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/identifier.h"

namespace rekindle {

struct PersonId {
  IdKey key;
  std::string name;  // of a visitor; empty for others
  EventTime since;   // of the event that brought it
};

struct PersonLink {
  uint64_t decision = 0;  // the journal's number of it
  IdKey visitor;          // who claimed
  IdKey id;               // what
  EventType cause = EventType::kNone;
  uint64_t claim = 0;  // its seq in the visitor's partition
  EventTime at;
};

struct Person {
  uint64_t number = 0;  // from 1
  SiteId site{};
  std::vector<PersonId> ids;      // in the order they came
  std::vector<PersonLink> links;  // ascending by decision

  [[nodiscard]] bool has(const IdKey& id) const;
  // The link between two, whoever claimed; null: none.
  [[nodiscard]] const PersonLink* link(const IdKey& a, const IdKey& b) const;
  [[nodiscard]] bool is_identified() const;
};

// What a person may be made of.
struct PersonLimits {
  std::array<uint32_t, kIdTypes> most{};  // ids of each type
};

// Both, the first one's ids first.
[[nodiscard]] Person joined(const Person& first, const Person& second);
// What hangs together, in the order of each part's first id; ids without links are left out. The
// part that has the first id keeps the number, the others have none.
[[nodiscard]] std::vector<Person> parts_of(const Person& person);
// Everything that strong links hold together with `id`. Ascending.
[[nodiscard]] std::vector<IdKey> cluster_of(const Person& person, const IdKey& id);
[[nodiscard]] bool is_identified(const std::vector<IdKey>& cluster);
// The weak links of a cluster by which another identified cluster is reached.
[[nodiscard]] std::vector<PersonLink> conflicts_of(const Person& person,
                                                   const std::vector<IdKey>& cluster);
// Whether a person may be so.
[[nodiscard]] bool is_within(const Person& person, const PersonLimits& limits);

}  // namespace rekindle
