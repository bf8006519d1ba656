#include "core/partition_format.h"

#include "core/bytes.h"

namespace rekindle {
namespace {
constexpr uint8_t kVersion = 1;
constexpr uint8_t kWithErased = 2;
constexpr uint8_t kWithClaims = 3;

uint8_t version_of(const PartitionCheckpoint& checkpoint) {
  if (checkpoint.claim_seq != 0) return kWithClaims;
  return checkpoint.erased == 0 ? kVersion : kWithErased;
}
}  // namespace

void encode_checkpoint(const PartitionCheckpoint& checkpoint, std::string& out) {
  ByteWriter writer(out);
  const uint8_t version = version_of(checkpoint);
  writer.fixed(version);
  writer.varint(checkpoint.position);
  writer.varint(checkpoint.change_seq);
  writer.varint(checkpoint.session_seq);
  writer.varint(checkpoint.next_number);
  writer.fixed(checkpoint.clock.ms);
  writer.fixed(checkpoint.fired.time.ms);
  writer.fixed(checkpoint.fired.key.high);
  writer.fixed(checkpoint.fired.key.low);
  if (version >= kWithErased) writer.varint(checkpoint.erased);
  if (version >= kWithClaims) writer.varint(checkpoint.claim_seq);
}

Result<PartitionCheckpoint> decode_checkpoint(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version > kWithClaims) return Error{ErrorCode::kNewerVersion, "partition checkpoint"};
  PartitionCheckpoint checkpoint;
  checkpoint.position = reader.varint();
  checkpoint.change_seq = reader.varint();
  checkpoint.session_seq = reader.varint();
  checkpoint.next_number = static_cast<VisitorNumber>(reader.varint());
  checkpoint.clock.ms = reader.fixed<int64_t>();
  checkpoint.fired.time.ms = reader.fixed<int64_t>();
  checkpoint.fired.key.high = reader.fixed<uint64_t>();
  checkpoint.fired.key.low = reader.fixed<uint64_t>();
  if (version >= kWithErased) checkpoint.erased = reader.varint();
  if (version >= kWithClaims) checkpoint.claim_seq = reader.varint();
  if (version == 0 || version != version_of(checkpoint) || !reader.ok() || !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, "partition checkpoint"};
  }
  return checkpoint;
}

}  // namespace rekindle
