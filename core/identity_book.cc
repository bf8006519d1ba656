#include "core/identity_book.h"

#include <algorithm>
#include <iterator>

#include "core/limits.h"
#include "core/sha256.h"

namespace rekindle {

IdentityBook::IdentityBook(StateStore& store, IdentityConfig config, uint32_t partitions)
    : x_store(store), x_config(std::move(config)), x_partitions(partitions) {
  x_state.seqs.resize(partitions, 0);
}

Result<void> IdentityBook::open() {
  x_changed.clear();
  x_counts = x_stored_counts;
  x_moved = false;
  auto stored = read_row(x_store, Table::kIdentity, kIdentityStateRow);
  if (!stored) return stored.error();
  x_state = {};
  if (*stored) {
    auto state = decode_identity_state(**stored);
    if (!state) return state.error();
    if (state->seqs.size() != x_partitions) {
      return Error{ErrorCode::kCorruptRecord, "the state of identity: partitions"};
    }
    x_state = std::move(*state);
  }
  x_state.seqs.resize(x_partitions, 0);
  return read_companions();
}

Result<void> IdentityBook::read_companions() {
  Companions fresh;
  Result<void> outcome;
  auto read = x_store.scan(Table::kIdentity, person_row(0), person_row(UINT64_MAX),
                           [&](std::string_view key, std::string_view value) {
                             auto person = decode_person(person_of_row(key), value);
                             if (!person) return outcome = person.error(), false;
                             fresh.set(*person);
                             return true;
                           });
  if (!read || !outcome) return read ? outcome : read;
  x_companions.become(fresh);
  return {};
}

// What is committed changed these persons.
Result<void> IdentityBook::tell_companions() {
  for (const auto& [key, value] : x_changed) {
    const uint64_t number = person_of_row(key);
    if (number == 0) continue;
    if (!value) {
      x_companions.remove(number);
      continue;
    }
    auto person = decode_person(number, *value);
    if (!person) return person.error();
    x_companions.set(*person);
  }
  return {};
}

Result<void> IdentityBook::commit() {
  if (!has_changes()) return {};
  StateBatch batch;
  for (const auto& [key, value] : x_changed) {
    if (value) {
      batch.put(Table::kIdentity, key, *value);
    } else {
      batch.remove(Table::kIdentity, key);
    }
  }
  std::string state;
  encode_identity_state(x_state, state);
  batch.put(Table::kIdentity, kIdentityStateRow, state);
  if (auto written = x_store.write(batch); !written) return written;
  if (auto told = tell_companions(); !told) return told;
  x_changed.clear();
  x_moved = false;
  x_stored_counts = x_counts;
  return {};
}

// --- rows

Result<std::optional<std::string>> IdentityBook::row(const std::string& key) {
  const auto changed = x_changed.find(key);
  if (changed != x_changed.end()) return changed->second;
  return read_row(x_store, Table::kIdentity, key);
}

Result<KnownId> IdentityBook::known(const IdKey& id) {
  auto stored = row(known_row(id));
  if (!stored) return stored.error();
  return *stored ? decode_known(**stored) : KnownId{};
}

void IdentityBook::put_known(const IdKey& id, const KnownId& known) {
  std::string value;
  encode_known(known, value);
  put(known_row(id), std::move(value));
}

Result<void> IdentityBook::set_person(const IdKey& id, uint64_t number) {
  auto stored = known(id);
  if (!stored) return stored.error();
  if (stored->person == number) return {};
  stored->person = number;
  put_known(id, *stored);
  return {};
}

// Calls look(key, value) for each row of the range, as committed and changed since.
Result<void> IdentityBook::scan(std::string_view begin, std::string_view end,
                                absl::FunctionRef<bool(std::string_view, std::string_view)> look) {
  bool goes_on = true;
  auto changed = x_changed.lower_bound(begin);
  const auto pass_changed = [&](std::string_view upto) {
    for (; goes_on && changed != x_changed.end() && changed->first < upto; ++changed) {
      if (changed->second) goes_on = look(changed->first, *changed->second);
    }
  };
  auto read = x_store.scan(Table::kIdentity, begin, end, [&](auto key, auto value) {
    pass_changed(key);
    if (!goes_on || x_changed.contains(key)) return goes_on;
    return goes_on = look(key, value);
  });
  if (!read) return read;
  pass_changed(end);
  return {};
}

// --- looking

Result<std::optional<Person>> IdentityBook::person(uint64_t number) {
  auto stored = row(person_row(number));
  if (!stored) return stored.error();
  if (!*stored) return std::optional<Person>();
  auto person = decode_person(number, **stored);
  if (!person) return person.error();
  return std::optional(std::move(*person));
}

Result<std::optional<Person>> IdentityBook::person_of(const IdKey& id) {
  auto stored = known(id);
  if (!stored) return stored.error();
  if (stored->person == 0) return std::optional<Person>();
  return person(stored->person);
}

std::optional<IdKey> IdentityBook::key_of(SiteId site, IdType type, std::string_view value) const {
  const auto canonical = canonical_id(type, value);
  if (!canonical || x_state.secret.empty()) return std::nullopt;
  return id_key(x_state.secret, site, type, *canonical);
}

Result<std::optional<Person>> IdentityBook::find(SiteId site, std::string_view text) {
  for (size_t type = 0; type < kIdTypes; ++type) {
    const auto id = key_of(site, static_cast<IdType>(type), text);
    if (!id) continue;
    auto person = person_of(*id);
    if (!person || *person) return person;
  }
  return std::optional<Person>();
}

Result<std::vector<IdentityDecision>> IdentityBook::journal(uint64_t after, size_t most,
                                                            std::optional<SiteId> site) {
  std::vector<IdentityDecision> lines;
  Result<void> outcome;
  if (after >= x_state.next_decision) return lines;
  auto read = scan(decision_row(after + 1), decision_row(UINT64_MAX), [&](auto key, auto value) {
    auto line = decode_decision(read_big_endian<uint64_t>(key.data() + 1), value);
    if (!line) return outcome = line.error(), false;
    if (!site || line->site == *site) lines.push_back(std::move(*line));
    return lines.size() < most;
  });
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  return lines;
}

// --- taking links away

// Their numbers are given here; they are written once the parts are known.
std::vector<IdentityDecision> IdentityBook::cut(Person& person,
                                                const std::vector<PersonLink>& links,
                                                DecisionKind kind, DecisionReason reason,
                                                WallTime now) {
  std::vector<IdentityDecision> lines;
  for (const PersonLink& link : links) {
    IdentityDecision& line = lines.emplace_back();
    line.number = x_state.next_decision++;
    line.kind = kind;
    line.reason = reason;
    line.at = now;
    line.site = person.site;
    line.visitor = link.visitor;
    line.id = link.id;
    line.cause = link.cause;
    line.claim = link.claim;
    line.partition = partition_of(rekindle::visitor_key(link.visitor), x_partitions);
    for (const PersonId& id : person.ids) {
      if (id.key == link.visitor) line.visitor_name = id.name;
    }
    std::string value;
    ByteWriter(value).fixed(line.number);
    put(unlinked_row(link.visitor, link.id), value);
    if (link.id.type == IdType::kVisitor) put(unlinked_row(link.id, link.visitor), value);
  }
  std::erase_if(person.links, [&links](const PersonLink& link) {
    return std::any_of(links.begin(), links.end(),
                       [&link](const PersonLink& gone) { return gone.decision == link.decision; });
  });
  return lines;
}

void IdentityBook::separate(Person& person, WallTime now, std::vector<IdentityDecision>& lines) {
  const auto conflicts = [&person]() -> std::vector<PersonLink> {
    for (const Person& part : parts_of(person)) {
      std::vector<IdKey> first;
      for (const PersonId& id : part.ids) {
        if (!identifies(id.key.type)) continue;
        const std::vector<IdKey> cluster = cluster_of(part, id.key);
        if (first.empty()) first = cluster;
        if (first != cluster) return conflicts_of(part, cluster);
      }
    }
    return {};
  };
  for (auto links = conflicts(); !links.empty(); links = conflicts()) {
    auto more = cut(person, links, DecisionKind::kCut, DecisionReason::kTwoIdentified, now);
    std::move(more.begin(), more.end(), std::back_inserter(lines));
  }
}

Result<void> IdentityBook::write(std::vector<IdentityDecision> lines) {
  for (IdentityDecision& line : lines) {
    auto own = known(line.visitor);
    if (!own) return own.error();
    line.person = own->person;
    std::string value;
    encode_decision(line, value);
    put(decision_row(line.number), std::move(value));
    ++x_counts.kinds[static_cast<size_t>(line.kind)];
    if (line.kind == DecisionKind::kRefuse) ++x_counts.refused[static_cast<size_t>(line.reason)];
  }
  return {};
}

Result<std::vector<uint64_t>> IdentityBook::settle(const Person& whole,
                                                   const std::vector<FormerPerson>& before) {
  std::vector<uint64_t> numbers;
  std::vector<Person> parts = parts_of(whole);
  for (Person& part : parts) {
    for (const FormerPerson& former : before) {
      if (part.number == 0 && former.number != 0 && part.has(former.first)) {
        part.number = former.number;
      }
    }
    if (part.number == 0) part.number = x_state.next_person++;
    numbers.push_back(part.number);
  }
  for (const FormerPerson& former : before) {
    if (former.number == 0) continue;
    if (std::find(numbers.begin(), numbers.end(), former.number) == numbers.end()) {
      remove(person_row(former.number));
    }
  }
  for (const PersonId& id : whole.ids) {
    uint64_t number = 0;
    for (const Person& part : parts) {
      if (part.has(id.key)) number = part.number;
    }
    if (auto set = set_person(id.key, number); !set) return set.error();
  }
  for (const Person& part : parts) {
    std::string value;
    encode_person(part, value);
    put(person_row(part.number), std::move(value));
  }
  return numbers;
}

Result<void> IdentityBook::take_away(Person person, const std::vector<PersonLink>& links,
                                     DecisionKind kind, DecisionReason reason, WallTime now) {
  const std::vector<FormerPerson> before{{person.number, person.ids.front().key}};
  auto lines = cut(person, links, kind, reason, now);
  separate(person, now, lines);
  if (auto settled = settle(person, before); !settled) return settled.error();
  return write(std::move(lines));
}

Result<void> IdentityBook::unmerge(uint64_t decision, WallTime now) {
  const Error unknown{ErrorCode::kNotFound, "no link of decision " + std::to_string(decision)};
  auto stored = row(decision_row(decision));
  if (!stored) return stored.error();
  if (!*stored) return unknown;
  auto line = decode_decision(decision, **stored);
  if (!line) return line.error();
  auto person = person_of(line->visitor);
  if (!person) return person.error();
  if (!*person) return unknown;
  std::vector<PersonLink> links;
  for (const PersonLink& link : (*person)->links) {
    if (link.decision == decision) links.push_back(link);
  }
  if (links.empty()) return unknown;
  return take_away(std::move(**person), links, DecisionKind::kUnmerge, DecisionReason::kAsked, now);
}

Result<uint64_t> IdentityBook::unmerge(const IdKey& visitor, WallTime now) {
  auto person = person_of(visitor);
  if (!person) return person.error();
  std::vector<PersonLink> links;
  if (*person) {
    for (const PersonLink& link : (*person)->links) {
      const bool is_shared = std::any_of(
          (*person)->links.begin(), (*person)->links.end(), [&](const PersonLink& other) {
            return other.id == link.id && other.visitor != link.visitor;
          });
      const bool is_own =
          link.visitor == visitor && (is_shared || link.id.type == IdType::kVisitor);
      if (is_own || link.id == visitor) links.push_back(link);
    }
  }
  if (links.empty()) return Error{ErrorCode::kNotFound, "this visitor is linked to nobody"};
  auto taken =
      take_away(std::move(**person), links, DecisionKind::kUnmerge, DecisionReason::kAsked, now);
  if (!taken) return taken.error();
  return links.size();
}

}  // namespace rekindle
