#include "core/identity_format.h"

#include "core/limits.h"

namespace rekindle {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kSecretBytes = 32;
constexpr size_t kIdBytes = 17;
constexpr std::string_view kKinds[] = {"link", "merge", "refuse", "cut", "unmerge"};
constexpr std::string_view kReasons[] = {"claim",          "placeholder", "malformed", "shared",
                                         "two_identified", "limit",       "asked"};

void append_id(std::string& row, const IdKey& id) {
  row.push_back(static_cast<char>(id.type));
  append_big_endian(row, id.high);
  append_big_endian(row, id.low);
}

IdKey id_at(std::string_view row, size_t at) {
  return {static_cast<IdType>(row[at]), read_big_endian<uint64_t>(row.data() + at + 1),
          read_big_endian<uint64_t>(row.data() + at + 9)};
}

std::string numbered(char table, uint64_t number) {
  std::string row(1, table);
  append_big_endian(row, number);
  return row;
}

void put_id(const IdKey& id, ByteWriter& writer) {
  writer.fixed(id.type);
  writer.fixed(id.high);
  writer.fixed(id.low);
}

IdKey get_id(ByteReader& reader) {
  IdKey id;
  id.type = reader.fixed<IdType>();
  id.high = reader.fixed<uint64_t>();
  id.low = reader.fixed<uint64_t>();
  if (static_cast<size_t>(id.type) >= kIdTypes) reader.fail();
  return id;
}

Result<void> begin(ByteReader& reader, std::string_view what) {
  const auto version = reader.fixed<uint8_t>();
  if (version > kVersion) return Error{ErrorCode::kNewerVersion, std::string(what)};
  if (version != kVersion) return Error{ErrorCode::kCorruptRecord, std::string(what)};
  return {};
}

template <typename T>
Result<T> done(const ByteReader& reader, T& value, std::string_view what) {
  if (!reader.ok() || !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, std::string(what)};
  }
  return std::move(value);
}

}  // namespace

std::string_view name_of(DecisionKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

std::string_view name_of(DecisionReason reason) {
  return kReasons[static_cast<size_t>(reason)];
}

std::string person_row(uint64_t number) {
  return numbered('p', number);
}

uint64_t person_of_row(std::string_view row) {
  if (row.size() != 1 + sizeof(uint64_t) || row.front() != 'p') return 0;
  return read_big_endian<uint64_t>(row.data() + 1);
}

std::string decision_row(uint64_t number) {
  return numbered('j', number);
}

std::string known_row(const IdKey& id) {
  std::string row(1, 'n');
  append_id(row, id);
  return row;
}

std::string unlinked_prefix(const IdKey& visitor) {
  std::string row(1, 'x');
  append_id(row, visitor);
  return row;
}

std::string unlinked_row(const IdKey& visitor, const IdKey& id) {
  std::string row = unlinked_prefix(visitor);
  append_id(row, id);
  return row;
}

IdKey unlinked_visitor(std::string_view row) {
  return id_at(row, 1);
}

IdKey unlinked_id(std::string_view row) {
  return id_at(row, 1 + kIdBytes);
}

void encode_person(const Person& person, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.fixed(person.site);
  writer.varint(person.ids.size());
  for (const PersonId& id : person.ids) {
    put_id(id.key, writer);
    writer.bytes(id.name);
    writer.fixed(id.since.ms);
  }
  writer.varint(person.links.size());
  for (const PersonLink& link : person.links) {
    writer.varint(link.decision);
    put_id(link.visitor, writer);
    put_id(link.id, writer);
    writer.fixed(link.cause);
    writer.varint(link.claim);
    writer.fixed(link.at.ms);
  }
}

Result<Person> decode_person(uint64_t number, std::string_view bytes) {
  constexpr std::string_view kWhat = "a person";
  ByteReader reader(bytes);
  if (auto begun = begin(reader, kWhat); !begun) return begun.error();
  Person person;
  person.number = number;
  person.site = reader.fixed<SiteId>();
  person.ids.resize(reader.count(kIdBytes));
  for (PersonId& id : person.ids) {
    id.key = get_id(reader);
    id.name = reader.bytes();
    id.since.ms = reader.fixed<int64_t>();
  }
  person.links.resize(reader.count(2 * kIdBytes));
  for (PersonLink& link : person.links) {
    link.decision = reader.varint();
    link.visitor = get_id(reader);
    link.id = get_id(reader);
    link.cause = reader.fixed<EventType>();
    link.claim = reader.varint();
    link.at.ms = reader.fixed<int64_t>();
  }
  return done(reader, person, kWhat);
}

void encode_known(const KnownId& known, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.varint(known.person);
  writer.varint(known.claimers);
  writer.fixed(static_cast<uint8_t>(known.shared));
}

Result<KnownId> decode_known(std::string_view bytes) {
  constexpr std::string_view kWhat = "a known id";
  ByteReader reader(bytes);
  if (auto begun = begin(reader, kWhat); !begun) return begun.error();
  KnownId known;
  known.person = reader.varint();
  known.claimers = reader.varint();
  const auto shared = reader.fixed<uint8_t>();
  if (shared > 1) reader.fail();
  known.shared = shared == 1;
  return done(reader, known, kWhat);
}

void encode_decision(const IdentityDecision& decision, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.fixed(decision.kind);
  writer.fixed(decision.reason);
  writer.fixed(decision.at.ms);
  writer.fixed(decision.site);
  put_id(decision.visitor, writer);
  writer.bytes(decision.visitor_name);
  put_id(decision.id, writer);
  writer.fixed(decision.cause);
  writer.fixed(decision.partition);
  writer.varint(decision.claim);
  writer.varint(decision.person);
  writer.varint(decision.other);
}

Result<IdentityDecision> decode_decision(uint64_t number, std::string_view bytes) {
  constexpr std::string_view kWhat = "the journal of identity";
  ByteReader reader(bytes);
  if (auto begun = begin(reader, kWhat); !begun) return begun.error();
  IdentityDecision decision;
  decision.number = number;
  decision.kind = reader.fixed<DecisionKind>();
  decision.reason = reader.fixed<DecisionReason>();
  if (decision.kind > DecisionKind::kUnmerge || decision.reason > DecisionReason::kAsked) {
    reader.fail();
  }
  decision.at.ms = reader.fixed<int64_t>();
  decision.site = reader.fixed<SiteId>();
  decision.visitor = get_id(reader);
  decision.visitor_name = reader.bytes();
  decision.id = get_id(reader);
  decision.cause = reader.fixed<EventType>();
  decision.partition = reader.fixed<PartitionId>();
  decision.claim = reader.varint();
  decision.person = reader.varint();
  decision.other = reader.varint();
  return done(reader, decision, kWhat);
}

void encode_identity_state(const IdentityState& state, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.raw(state.secret);
  writer.varint(state.next_person);
  writer.varint(state.next_decision);
  writer.varint(state.seqs.size());
  for (const uint64_t seq : state.seqs) writer.varint(seq);
}

Result<IdentityState> decode_identity_state(std::string_view bytes) {
  constexpr std::string_view kWhat = "the state of identity";
  ByteReader reader(bytes);
  if (auto begun = begin(reader, kWhat); !begun) return begun.error();
  IdentityState state;
  state.secret = reader.raw(kSecretBytes);
  state.next_person = reader.varint();
  state.next_decision = reader.varint();
  const size_t count = reader.count(1);
  if (count > limits::kPartitionsMax) reader.fail();
  for (size_t i = 0; i < count && reader.ok(); ++i) state.seqs.push_back(reader.varint());
  return done(reader, state, kWhat);
}

}  // namespace rekindle
