#include "core/erasure.h"

#include "core/bytes.h"

namespace rekindle {
namespace {

constexpr uint8_t kVersion = 2;
constexpr uint8_t kUnlinked = 4;

// The counts in the order they are stored.
constexpr uint64_t ErasedCounts::*kCounts[] = {
    &ErasedCounts::events,      &ErasedCounts::audiences,    &ErasedCounts::log_events,
    &ErasedCounts::log_changes, &ErasedCounts::log_sessions, &ErasedCounts::learnt_sessions,
    &ErasedCounts::quarantined, &ErasedCounts::log_claims,   &ErasedCounts::links};

void put_key(VisitorKey key, ByteWriter& writer) {
  writer.fixed(key.high);
  writer.fixed(key.low);
}

VisitorKey get_key(ByteReader& reader) {
  VisitorKey key;
  key.high = reader.fixed<uint64_t>();
  key.low = reader.fixed<uint64_t>();
  return key;
}

void put_mark(const ErasureMark& mark, ByteWriter& writer) {
  writer.fixed(static_cast<uint8_t>(mark.applied + mark.known + (mark.unlinked ? kUnlinked : 0)));
  writer.varint(mark.claim);
  if (!mark.known) return;
  writer.fixed(mark.partition);
  writer.varint(mark.target.number);
  put_key(mark.target.key, writer);
  put_key(mark.target.stand_in, writer);
  writer.varint(mark.position);
  writer.varint(mark.change);
  writer.varint(mark.session);
}

ErasureMark get_mark(ByteReader& reader) {
  ErasureMark mark;
  const auto flags = reader.fixed<uint8_t>();
  const auto how = static_cast<uint8_t>(flags & ~kUnlinked);
  if (how > 2) reader.fail();
  mark.unlinked = (flags & kUnlinked) != 0;
  mark.claim = reader.varint();
  mark.applied = how > 0;
  mark.known = how > 1;
  if (!mark.known) return mark;
  mark.partition = reader.fixed<PartitionId>();
  mark.target.number = static_cast<VisitorNumber>(reader.varint());
  mark.target.key = get_key(reader);
  mark.target.stand_in = get_key(reader);
  mark.position = reader.varint();
  mark.change = reader.varint();
  mark.session = reader.varint();
  return mark;
}

}  // namespace

VisitorKey stand_in_for(VisitorKey key, VisitorKey next) {
  VisitorKey best = key;
  for (unsigned bits = 1; bits <= 128; ++bits) {
    VisitorKey wider = key;
    wider.low |= bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
    if (bits > 64) wider.high |= bits == 128 ? ~uint64_t{0} : (uint64_t{1} << (bits - 64)) - 1;
    if (wider >= next) break;
    best = wider;
  }
  return best;
}

std::string_view name_of(ErasureState state) {
  switch (state) {
    case ErasureState::kAccepted: return "accepted";
    case ErasureState::kRunning: return "running";
    case ErasureState::kClearing: return "clearing";
    case ErasureState::kComplete: return "complete";
  }
  return "unknown";
}

void encode_erasure(const Erasure& erasure, std::string& out) {
  const ErasureReceipt& receipt = erasure.receipt;
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.fixed(receipt.state);
  writer.bytes(receipt.id);
  writer.fixed(receipt.site);
  writer.fixed(receipt.requested_at.ms);
  writer.fixed(receipt.complete_by.ms);
  writer.fixed(receipt.completed_at.ms);
  writer.bytes(receipt.proof);
  for (const auto count : kCounts) writer.varint(receipt.counts.*count);
  writer.bytes(erasure.secret);
  writer.bytes(erasure.name);
  put_mark(erasure.mark, writer);
}

Result<Erasure> decode_erasure(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version > kVersion) return Error{ErrorCode::kNewerVersion, "erasure"};
  Erasure erasure;
  ErasureReceipt& receipt = erasure.receipt;
  receipt.state = reader.fixed<ErasureState>();
  receipt.id = reader.bytes();
  receipt.site = reader.fixed<SiteId>();
  receipt.requested_at.ms = reader.fixed<int64_t>();
  receipt.complete_by.ms = reader.fixed<int64_t>();
  receipt.completed_at.ms = reader.fixed<int64_t>();
  receipt.proof = reader.bytes();
  for (const auto count : kCounts) receipt.counts.*count = reader.varint();
  erasure.secret = reader.bytes();
  erasure.name = reader.bytes();
  erasure.mark = get_mark(reader);
  if (version != kVersion || receipt.state > ErasureState::kComplete || !reader.ok() ||
      !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, "erasure"};
  }
  return erasure;
}

}  // namespace rekindle
