// The state store: ordered tables of bytes with atomic writes. Holds checkpoints of visitors and of
// the partitions' own state. Keys and values are laid out in core/state_format.h. The embedded one
// is RocksDB (state/rocks_state_store.h).
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace rekindle {

enum class Table : uint8_t {
  kPartitions,  // a partition's checkpoint: position, clocks, counters, rules, member sets
  kVisitors,    // (partition, visitor key) → core/visitor_format.h
  kNames,       // (partition, visitor number) → site id, name
  kDeadlines,   // (partition, time, visitor key) → nothing
  kModels,      // name → a model's snapshot
  kIdentity,    // persons, their ids and the journal: core/identity_format.h
};
inline constexpr size_t kTables = 6;

// Writes that happen together or not at all, in the order given. Owns its bytes, so that it can be
// handed to another thread.
class StateBatch {
 public:
  enum class Kind : uint8_t { kPut, kAppend, kDelete, kDeleteRange };
  struct Write {
    Kind kind;
    Table table;
    uint32_t key_size;
    uint32_t value_size;  // kDeleteRange: size of the end key (not included in the range)
  };

  void put(Table table, std::string_view key, std::string_view value) {
    add(Kind::kPut, table, key, value);
  }
  // Puts the value behind what the row holds; makes the row when there is none.
  void append(Table table, std::string_view key, std::string_view value) {
    add(Kind::kAppend, table, key, value);
  }
  void remove(Table table, std::string_view key) { add(Kind::kDelete, table, key, {}); }
  void remove_range(Table table, std::string_view begin, std::string_view end) {
    add(Kind::kDeleteRange, table, begin, end);
  }
  [[nodiscard]] size_t bytes() const { return x_bytes.size(); }
  [[nodiscard]] bool empty() const { return x_writes.empty(); }
  // Calls fn(kind, table, key, value) for each write.
  template <typename Fn>
  void for_each(Fn&& fn) const {
    size_t at = 0;
    for (const Write& write : x_writes) {
      const std::string_view key(x_bytes.data() + at, write.key_size);
      const std::string_view value(x_bytes.data() + at + write.key_size, write.value_size);
      at += write.key_size + write.value_size;
      fn(write.kind, write.table, key, value);
    }
  }

 private:
  void add(Kind kind, Table table, std::string_view key, std::string_view value) {
    x_writes.push_back(
        {kind, table, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size())});
    x_bytes.append(key).append(value);
  }
  std::vector<Write> x_writes;
  std::string x_bytes;
};

// Rows from `begin` to `end`, both of them too.
struct TableRange {
  Table table;
  std::string begin;
  std::string end;
};

// Called with (key, value); returns false to stop. Views are valid during the call only.
using RowVisitor = absl::FunctionRef<bool(std::string_view, std::string_view)>;

class StateStore {
 public:
  virtual ~StateStore() = default;

  // Any thread. Errors: kStoreFailed, kDiskFull.
  [[nodiscard]] virtual Result<void> write(const StateBatch& batch) = 0;
  // Calls visit(index, value) for every key that exists, in any order. One look-up for all.
  // Any thread.
  [[nodiscard]] virtual Result<void> multi_get(
      Table table, std::span<const std::string_view> keys,
      absl::FunctionRef<void(size_t, std::string_view)> visit) = 0;
  // Rows with begin ≤ key < end, ascending, as of the call. Any thread.
  [[nodiscard]] virtual Result<void> scan(Table table, std::string_view begin, std::string_view end,
                                          RowVisitor visit) = 0;
  // Empties the write buffers to disk. Any thread.
  [[nodiscard]] virtual Result<void> flush() = 0;
  // When it returns, nothing that was deleted or overwritten in these rows, and nothing at all that
  // was logged for recovery, is in any file any more. Any thread; takes long.
  [[nodiscard]] virtual Result<void> purge(std::span<const TableRange> ranges) = 0;
  // Bytes on disk (in memory for the in-memory store).
  [[nodiscard]] virtual uint64_t size_bytes() const = 0;
  // True while the store slows writers down (compaction debt): feeds admission control.
  [[nodiscard]] virtual bool is_stalling() const = 0;
};

// One row, or nothing when there is none. Any thread.
[[nodiscard]] Result<std::optional<std::string>> read_row(StateStore& store, Table table,
                                                          std::string_view row);

}  // namespace rekindle
