// Takes erased visitors out of the log: decides, value by value, what takes its place. What is left
// of an event is its place (core/event_format.h), of a change and a session that there was one; so
// every position and seq stays, and a replay gives everybody else what they had.
//
// Thread: one at a time.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

#include "core/change.h"
#include "core/erasure.h"
#include "core/log.h"

namespace rekindle {

class LogEraser final : public LogRewriter {
 public:
  // `erasures` stay where they are; their receipts' counts grow. Of those without a name nothing is
  // known any more.
  explicit LogEraser(const std::vector<Erasure*>& erasures);

  [[nodiscard]] bool record(PartitionId partition, uint64_t position, std::string_view record,
                            std::string& out) override;
  [[nodiscard]] bool changes(PartitionId partition, uint64_t first, std::string_view value,
                             std::string& out) override;
  [[nodiscard]] bool sessions(PartitionId partition, uint64_t first, std::string_view value,
                              std::string& out) override;
  [[nodiscard]] bool claims(PartitionId partition, uint64_t first, std::string_view value,
                            std::string& out) override;
  // Whether its bytes name an erased visitor.
  [[nodiscard]] bool drops(const QuarantineEntry& entry) override;

 private:
  // The erasure that took what this key had at `place`; null: none did.
  [[nodiscard]] Erasure* of(PartitionId partition, VisitorKey key, uint64_t ErasureMark::*upto,
                            uint64_t place) const;
  void rewrite_events(PartitionId partition, uint64_t position, std::string_view content,
                      std::string& out, bool& changed) const;
  void rewrite_voices(PartitionId partition, uint64_t position, std::string_view content,
                      std::string& out, bool& changed) const;
  template <typename Effect, typename Read, typename Append, typename Blank>
  [[nodiscard]] bool effects(PartitionId partition, uint64_t first, std::string_view value,
                             std::string& out, uint64_t ErasureMark::*upto,
                             uint64_t ErasedCounts::*count, Read read, Append append, Blank blank);

  absl::flat_hash_map<VisitorKey, std::vector<Erasure*>> x_by_key;  // each ascending by position
  std::vector<Erasure*> x_all;
};

// Whether `text` has `name` in it as a word of its own: not as a part of a longer run of letters
// and digits. Escapes of URLs and JSON strings in `text` are understood.
[[nodiscard]] bool names(std::string_view text, std::string_view name);

}  // namespace rekindle
