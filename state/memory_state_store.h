// A state store in memory, for tests and simulations: the same answers as RocksStateStore. A clone
// is what a restart would find.
//
// Thread: any. Reads copy first, so a visitor may call the store again.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/state_store.h"

namespace rekindle::state {

class MemoryStateStore final : public StateStore {
 public:
  [[nodiscard]] std::unique_ptr<MemoryStateStore> clone() const;

  [[nodiscard]] Result<void> write(const StateBatch& batch) override;
  [[nodiscard]] Result<void> multi_get(
      Table table, std::span<const std::string_view> keys,
      absl::FunctionRef<void(size_t, std::string_view)> visit) override;
  [[nodiscard]] Result<void> scan(Table table, std::string_view begin, std::string_view end,
                                  RowVisitor visit) override;
  [[nodiscard]] Result<void> flush() override { return {}; }
  [[nodiscard]] Result<void> purge(std::span<const TableRange>) override { return {}; }
  [[nodiscard]] uint64_t size_bytes() const override;
  [[nodiscard]] bool is_stalling() const override { return false; }

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;
  mutable std::mutex x_mutex;
  std::array<Rows, kTables> x_tables;
};

}  // namespace rekindle::state
