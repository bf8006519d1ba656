// The log: what was accepted and what it caused, one ordered sequence a partition, in four streams
// (events, changes, sessions, claims) and one side stream of quarantined input. The embedded log is
// RocksDB (state/rocks_log.h); a cluster's is Kafka. Nothing above this interface knows which.
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

// How far a batch must have come before it is acknowledged. The word is what `X-Ack` says.
enum class Durability : uint8_t {
  kDurable,  // in the operating system's hands: survives the process, not the machine
  kFsync,    // on the disk
};

// One partition's share of a batch. Views: valid during append() only.
struct PartitionAppend {
  PartitionId partition{};
  uint64_t position = 0;      // of this record: the partition's previous one + 1, from 1
  std::string_view events;    // core/log_format.h; never empty
  uint64_t first_change = 0;  // seq of the first change in `changes`
  std::string_view changes;   // empty: none
  uint64_t first_session = 0;
  std::string_view sessions;  // empty: none
  uint64_t first_claim = 0;
  std::string_view claims;  // empty: none
};

// Input that no event could be made of, with where it came from and why it was refused.
struct QuarantineEntry {
  uint64_t id = 0;  // given by the log, ascending, from 1; 0 when appending
  WallTime received_at;
  std::string reason;  // name_of(ErrorCode)
  std::string source;  // "json", "pixel", "websocket", …: the decoder's name
  std::string detail;  // for people; may be empty
  std::string raw;     // as received, cut at limits::kQuarantineRawBytesMax
  std::string site;    // empty: it names none that is known
};

struct LogBatch {
  std::vector<PartitionAppend> partitions;
  std::vector<std::string_view> quarantine;  // encoded by append_quarantine (core/log_format.h)
};

// A place in a partition's event stream.
struct LogPosition {
  PartitionId partition{};
  uint64_t position = 0;
};

// How far a partition's streams may be let go: up to and including; 0: nothing of that stream.
struct LogTrim {
  PartitionId partition{};
  uint64_t position = 0;
  uint64_t change = 0;
  uint64_t session = 0;
  uint64_t claim = 0;
};

// Called with (first seq, value). Returns false to stop. The view is valid during the call only.
using LogVisitor = absl::FunctionRef<bool(uint64_t, std::string_view)>;
// The same for events, with (partition, position, record).
using RecordVisitor = absl::FunctionRef<bool(PartitionId, uint64_t, std::string_view)>;

// Says what takes the place of a value. The first four: true, and `out` holds the new value of the
// same record, or of as many effects; false: it stays.
class LogRewriter {
 public:
  virtual ~LogRewriter() = default;
  [[nodiscard]] virtual bool record(PartitionId partition, uint64_t position,
                                    std::string_view record, std::string& out) = 0;
  [[nodiscard]] virtual bool changes(PartitionId partition, uint64_t first, std::string_view value,
                                     std::string& out) = 0;
  [[nodiscard]] virtual bool sessions(PartitionId partition, uint64_t first, std::string_view value,
                                      std::string& out) = 0;
  [[nodiscard]] virtual bool claims(PartitionId partition, uint64_t first, std::string_view value,
                                    std::string& out) = 0;
  [[nodiscard]] virtual bool drops(const QuarantineEntry& entry) = 0;
};

class Log {
 public:
  virtual ~Log() = default;

  // All of it or none of it. One call at a time per partition (its shard); calls for different
  // partitions may be concurrent. Errors: kStoreFailed, kDiskFull: the caller stops acknowledging.
  [[nodiscard]] virtual Result<void> append(const LogBatch& batch, Durability durability) = 0;
  // Makes everything appended so far survive a power cut. Any thread.
  [[nodiscard]] virtual Result<void> sync() = 0;

  // Position of a partition's last record, 0 when empty.
  [[nodiscard]] virtual Result<uint64_t> end(PartitionId partition) = 0;
  // The records of the named partitions with a position above the one given. A partition's records
  // ascend; those of different partitions come in any order. Partitions are written together, so
  // reading many at once costs little more than one. Any thread.
  [[nodiscard]] virtual Result<void> read_events(std::span<const LogPosition> after,
                                                 RecordVisitor visit) = 0;
  // Values that hold changes (sessions, claims) with seq > after, ascending by first seq. The first
  // value may begin before `after`. After 0 comes whatever is kept; so it does for sessions and
  // claims after any seq. Errors: kGone when the change after `after` > 0 was let go. Any thread.
  [[nodiscard]] virtual Result<void> read_changes(PartitionId partition, uint64_t after,
                                                  LogVisitor visit) = 0;
  [[nodiscard]] virtual Result<void> read_sessions(PartitionId partition, uint64_t after,
                                                   LogVisitor visit) = 0;
  [[nodiscard]] virtual Result<void> read_claims(PartitionId partition, uint64_t after,
                                                 LogVisitor visit) = 0;
  // Entries with id > after, ascending, at most `limit`. Any thread.
  [[nodiscard]] virtual Result<std::vector<QuarantineEntry>> read_quarantine(uint64_t after,
                                                                             size_t limit) = 0;
  // Drops an entry that was replayed or given up. Any thread.
  [[nodiscard]] virtual Result<void> remove_quarantine(uint64_t id) = 0;

  // Lets go of what is named. Of events, sessions and claims it may keep more; what is asked for is
  // remembered until the process ends. Any thread.
  [[nodiscard]] virtual Result<void> trim(std::span<const LogTrim> upto) = 0;
  // Goes through everything that is there when it is called, beside appends. When it returns, what
  // was replaced or dropped is not in any file any more. Interrupted, it may be done again. One
  // call at a time, any thread.
  [[nodiscard]] virtual Result<void> rewrite(LogRewriter& rewriter) = 0;
  // Bytes on disk (memory for the in-memory log), all streams.
  [[nodiscard]] virtual uint64_t size_bytes() const = 0;
};

}  // namespace rekindle
