// A partition's own state in the state store: how far its log was applied and what it had counted.
//
//   1 version (1, 2 or 3) · varints: position, change seq, session seq, next visitor number ·
//   8 clock, ms · 8 fired time, ms · 16 fired key · version 2: varint erased (never 0) ·
//   version 3: varint erased, varint claim seq (never 0)
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/log_format.h"

namespace rekindle {

struct PartitionCheckpoint {
  uint64_t position = 0;     // of the last applied record
  uint64_t change_seq = 0;   // of the last change emitted
  uint64_t session_seq = 0;  // of the last session closed
  VisitorNumber next_number = 0;
  EventTime clock = EventTime::before_all();
  FireBound fired;         // deadlines up to here have fired
  uint64_t erased = 0;     // numbers below next_number whose visitors are no more
  uint64_t claim_seq = 0;  // of the last claim made
  friend bool operator==(const PartitionCheckpoint&, const PartitionCheckpoint&) = default;
};

void encode_checkpoint(const PartitionCheckpoint& checkpoint, std::string& out);
[[nodiscard]] Result<PartitionCheckpoint> decode_checkpoint(std::string_view bytes);

}  // namespace rekindle
