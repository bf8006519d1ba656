#include "core/partition_format.h"

#include "core/bytes.h"

namespace rekindle {
namespace {
constexpr uint8_t kVersion = 1;
constexpr uint8_t kWithErased = 2;
}  // namespace

void encode_checkpoint(const PartitionCheckpoint& checkpoint, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(checkpoint.erased == 0 ? kVersion : kWithErased);
  writer.varint(checkpoint.position);
  writer.varint(checkpoint.change_seq);
  writer.varint(checkpoint.session_seq);
  writer.varint(checkpoint.next_number);
  writer.fixed(checkpoint.clock.ms);
  writer.fixed(checkpoint.fired.time.ms);
  writer.fixed(checkpoint.fired.key.high);
  writer.fixed(checkpoint.fired.key.low);
  if (checkpoint.erased != 0) writer.varint(checkpoint.erased);
}

Result<PartitionCheckpoint> decode_checkpoint(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version > kWithErased) return Error{ErrorCode::kNewerVersion, "partition checkpoint"};
  PartitionCheckpoint checkpoint;
  checkpoint.position = reader.varint();
  checkpoint.change_seq = reader.varint();
  checkpoint.session_seq = reader.varint();
  checkpoint.next_number = static_cast<VisitorNumber>(reader.varint());
  checkpoint.clock.ms = reader.fixed<int64_t>();
  checkpoint.fired.time.ms = reader.fixed<int64_t>();
  checkpoint.fired.key.high = reader.fixed<uint64_t>();
  checkpoint.fired.key.low = reader.fixed<uint64_t>();
  if (version == kWithErased) checkpoint.erased = reader.varint();
  const bool is_known = version == kVersion || (version == kWithErased && checkpoint.erased != 0);
  if (!is_known || !reader.ok() || !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, "partition checkpoint"};
  }
  return checkpoint;
}

}  // namespace rekindle
