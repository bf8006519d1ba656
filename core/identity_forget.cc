// Forgetting visitors: out of persons, refusals and the journal.
#include <algorithm>

#include "core/identity_book.h"

namespace rekindle {

Result<void> IdentityBook::forget(std::span<Forgotten> all, WallTime now) {
  bool any = false;
  for (Forgotten& forgotten : all) {
    auto was_known = forget_one(forgotten, now);
    if (!was_known) return was_known.error();
    any = any || *was_known;
  }
  if (!any) return {};
  if (auto forgotten = forget_refusals_of_others(all); !forgotten) return forgotten;
  return blank_journal(all);
}

Result<bool> IdentityBook::forget_one(Forgotten& forgotten, WallTime now) {
  const IdKey visitor = id_key(forgotten.visitor);
  auto stored = row(known_row(visitor));
  if (!stored) return stored.error();
  if (!*stored) return false;
  if (auto links = forget_links(visitor, forgotten, now); !links) return links.error();
  if (auto own = forget_own_refusals(visitor, forgotten.upto); !own) return own.error();
  auto known_visitor = known(visitor);
  if (!known_visitor) return known_visitor.error();
  auto stays = has_rows(visitor);
  if (!stays) return stays.error();
  if (known_visitor->person == 0 && !*stays) {
    remove(known_row(visitor));
  } else {  // who came back is somebody of that name
    known_visitor->claimers = 0;
    put_known(visitor, *known_visitor);
  }
  return true;
}

Result<void> IdentityBook::forget_links(const IdKey& visitor, Forgotten& forgotten, WallTime now) {
  auto person = person_of(visitor);
  if (!person) return person.error();
  if (!*person) return {};
  Person& whole = **person;
  std::vector<IdKey> claimed;
  std::erase_if(whole.links, [&](const PersonLink& link) {
    const bool own = link.visitor == visitor && link.claim <= forgotten.upto;
    if (own) claimed.push_back(link.id);
    const bool goes = own || link.id == visitor;
    forgotten.links += goes;
    return goes;
  });
  std::vector<IdentityDecision> lines;
  separate(whole, now, lines);
  auto settled = settle(whole, {{whole.number, whole.ids.front().key}});
  if (!settled) return settled.error();
  if (auto written = write(std::move(lines)); !written) return written;
  for (const IdKey& id : claimed) {
    if (auto released = release(id); !released) return released;
  }
  return {};
}

Result<void> IdentityBook::forget_own_refusals(const IdKey& visitor, uint64_t upto) {
  std::vector<std::pair<std::string, uint64_t>> rows;  // with their decisions
  const std::string begin = unlinked_prefix(visitor);
  auto read = scan(begin, begin + std::string(1, '\xff'), [&](auto key, auto value) {
    rows.emplace_back(key, ByteReader(value).fixed<uint64_t>());
    return true;
  });
  if (!read) return read;
  for (const auto& [key, number] : rows) {
    auto stored = row(decision_row(number));
    if (!stored) return stored.error();
    if (*stored) {
      auto line = decode_decision(number, **stored);
      if (!line) return line.error();
      // Of a cut alias both visitors have a row, but one claimed.
      if (line->visitor == visitor && line->claim > upto) continue;
    }
    const IdKey id = unlinked_id(key);
    remove(key);
    if (auto released = release(id); !released) return released;
  }
  return {};
}

// One visitor less claims it. What nobody claims is not known any more.
Result<void> IdentityBook::release(const IdKey& id) {
  auto stored = known(id);
  if (!stored) return stored.error();
  if (stored->claimers > 0) --stored->claimers;
  if (stored->claimers > 0 || stored->person != 0) return put_known(id, *stored), Result<void>();
  if (id.type == IdType::kVisitor) {  // who has claims of their own
    auto stays = has_rows(id);
    if (!stays) return stays.error();
    if (*stays) return put_known(id, *stored), Result<void>();
  }
  remove(known_row(id));
  return {};
}

Result<bool> IdentityBook::has_rows(const IdKey& visitor) {
  bool any = false;
  const std::string begin = unlinked_prefix(visitor);
  auto read =
      scan(begin, begin + std::string(1, '\xff'), [&any](auto, auto) { return any = true, false; });
  if (!read) return read.error();
  return any;
}

Result<void> IdentityBook::forget_refusals_of_others(std::span<const Forgotten> all) {
  std::vector<std::string> rows;
  auto read = scan("x", "y", [&](std::string_view key, std::string_view) {
    const IdKey id = unlinked_id(key);
    const bool is_of = id.type == IdType::kVisitor &&
                       std::any_of(all.begin(), all.end(), [&id](const Forgotten& forgotten) {
                         return id_key(forgotten.visitor) == id;
                       });
    if (is_of) rows.emplace_back(key);
    return true;
  });
  if (!read) return read;
  for (std::string& key : rows) remove(std::move(key));
  return {};
}

Result<void> IdentityBook::blank_journal(std::span<const Forgotten> all) {
  const auto is_about = [&all](const IdentityDecision& line) {
    return std::any_of(all.begin(), all.end(), [&line](const Forgotten& forgotten) {
      const IdKey visitor = id_key(forgotten.visitor);
      return (line.visitor == visitor && line.claim <= forgotten.upto) || line.id == visitor;
    });
  };
  std::vector<IdentityDecision> lines;
  Result<void> outcome;
  auto read = scan("j", "k", [&](std::string_view key, std::string_view value) {
    auto line = decode_decision(read_big_endian<uint64_t>(key.data() + 1), value);
    if (!line) return outcome = line.error(), false;
    if (is_about(*line)) lines.push_back(std::move(*line));
    return true;
  });
  if (!read) return read;
  if (!outcome) return outcome;
  for (IdentityDecision& line : lines) {
    line.visitor = {};
    line.visitor_name.clear();
    line.id = {line.id.type, 0, 0};
    std::string value;
    encode_decision(line, value);
    put(decision_row(line.number), std::move(value));
  }
  return {};
}

}  // namespace rekindle
