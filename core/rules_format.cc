// Rules as bytes: in the log, with a partition's checkpoint, and in the row all partitions share.
//
// 1 version (3) · varint rules version · varint next id · varint count · per audience: a rule
// From version 2 on: · varint count · per retired audience: varint id, name
// From version 3 on: · varint count · per dropped audience: name, 8 configured
//                    · varint count · per pending rule: 1 removes, a rule
// A rule: varint id, varint version, name, title, purpose, when (varint length each); from version
// 3 on: 1 origin, 8 configured
#include "core/bytes.h"
#include "core/limits.h"
#include "core/rules.h"

namespace rekindle {
namespace {

constexpr uint8_t kRulesFormatVersion = 3;

void put_rule(const AudienceRule& rule, ByteWriter& writer) {
  writer.varint(to_index(rule.id));
  writer.varint(rule.version);
  writer.bytes(rule.name);
  writer.bytes(rule.title);
  writer.bytes(rule.purpose);
  writer.bytes(rule.when);
  writer.fixed(rule.origin);
  writer.fixed(rule.configured);
}

AudienceId get_id(ByteReader& reader, const Rules& rules) {
  const uint64_t id = reader.varint();
  if (id >= rules.next_id) reader.fail();
  return AudienceId{static_cast<uint16_t>(id)};
}

void get_rule(ByteReader& reader, uint8_t version, const Rules& rules, AudienceRule& rule) {
  rule.id = get_id(reader, rules);
  rule.version = static_cast<uint32_t>(reader.varint());
  rule.name = reader.bytes();
  rule.title = reader.bytes();
  rule.purpose = reader.bytes();
  rule.when = reader.bytes();
  if (version < 3) return;
  rule.origin = reader.fixed<AudienceOrigin>();
  if (rule.origin > AudienceOrigin::kInterface) reader.fail();
  rule.configured = reader.fixed<uint64_t>();
}

size_t get_count(ByteReader& reader, size_t least_bytes) {
  const size_t count = reader.count(least_bytes);
  if (count > limits::kAudiencesMax) reader.fail();
  return reader.ok() ? count : 0;
}

void get_audiences(ByteReader& reader, uint8_t version, Rules& rules) {
  constexpr size_t kLeastRuleBytes = 6;
  rules.audiences.resize(get_count(reader, kLeastRuleBytes));
  for (size_t i = 0; i < rules.audiences.size(); ++i) {
    get_rule(reader, version, rules, rules.audiences[i]);
    if (i > 0 && rules.audiences[i - 1].id >= rules.audiences[i].id) reader.fail();
  }
}

void get_the_rest(ByteReader& reader, uint8_t version, Rules& rules) {
  constexpr size_t kLeastRetiredBytes = 2;
  constexpr size_t kLeastDroppedBytes = 9;
  constexpr size_t kLeastPendingBytes = 16;
  rules.retired.resize(get_count(reader, kLeastRetiredBytes));
  for (RetiredAudience& audience : rules.retired) {
    audience.id = get_id(reader, rules);
    audience.name = reader.bytes();
  }
  if (version < 3) return;
  rules.dropped.resize(get_count(reader, kLeastDroppedBytes));
  for (DroppedAudience& audience : rules.dropped) {
    audience.name = reader.bytes();
    audience.configured = reader.fixed<uint64_t>();
  }
  rules.pending.resize(get_count(reader, kLeastPendingBytes));
  for (PendingRule& pending : rules.pending) {
    pending.removes = reader.fixed<uint8_t>() != 0;
    get_rule(reader, version, rules, pending.rule);
  }
}

}  // namespace

void encode_rules(const Rules& rules, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kRulesFormatVersion);
  writer.varint(rules.version);
  writer.varint(rules.next_id);
  writer.varint(rules.audiences.size());
  for (const AudienceRule& rule : rules.audiences) put_rule(rule, writer);
  writer.varint(rules.retired.size());
  for (const RetiredAudience& audience : rules.retired) {
    writer.varint(to_index(audience.id));
    writer.bytes(audience.name);
  }
  writer.varint(rules.dropped.size());
  for (const DroppedAudience& audience : rules.dropped) {
    writer.bytes(audience.name);
    writer.fixed(audience.configured);
  }
  writer.varint(rules.pending.size());
  for (const PendingRule& pending : rules.pending) {
    writer.fixed(static_cast<uint8_t>(pending.removes ? 1 : 0));
    put_rule(pending.rule, writer);
  }
}

Result<Rules> decode_rules(std::string_view bytes) {
  const Error corrupt{ErrorCode::kCorruptRecord, "audience definitions"};
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version == 0) return corrupt;
  if (version > kRulesFormatVersion) return Error{ErrorCode::kNewerVersion, {}};
  Rules rules;
  rules.version = static_cast<uint32_t>(reader.varint());
  rules.next_id = static_cast<uint16_t>(reader.varint());
  get_audiences(reader, version, rules);
  if (version >= 2) get_the_rest(reader, version, rules);
  if (!reader.ok() || !reader.at_end()) return corrupt;
  if (version < 3) {  // all of them came from the configuration
    for (AudienceRule& rule : rules.audiences) {
      rule.configured = configured_as({rule.name, rule.title, rule.purpose, rule.when});
    }
  }
  return rules;
}

}  // namespace rekindle
