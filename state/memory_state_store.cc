#include "state/memory_state_store.h"

#include <utility>
#include <vector>

namespace rekindle::state {

std::unique_ptr<MemoryStateStore> MemoryStateStore::clone() const {
  auto copy = std::make_unique<MemoryStateStore>();
  const std::lock_guard lock(x_mutex);
  copy->x_tables = x_tables;
  return copy;
}

Result<void> MemoryStateStore::write(const StateBatch& batch) {
  const std::lock_guard lock(x_mutex);
  batch.for_each(
      [this](StateBatch::Kind kind, Table table, std::string_view key, std::string_view value) {
        Rows& rows = x_tables[static_cast<size_t>(table)];
        switch (kind) {
          case StateBatch::Kind::kPut:
            rows.insert_or_assign(std::string(key), std::string(value));
            break;
          case StateBatch::Kind::kAppend: rows[std::string(key)].append(value); break;
          case StateBatch::Kind::kDelete:
            if (const auto row = rows.find(key); row != rows.end()) rows.erase(row);
            break;
          case StateBatch::Kind::kDeleteRange:
            if (key < value) rows.erase(rows.lower_bound(key), rows.lower_bound(value));
            break;
        }
      });
  return {};
}

Result<void> MemoryStateStore::multi_get(Table table, std::span<const std::string_view> keys,
                                         absl::FunctionRef<void(size_t, std::string_view)> visit) {
  std::vector<std::pair<size_t, std::string>> found;
  {
    const std::lock_guard lock(x_mutex);
    const Rows& rows = x_tables[static_cast<size_t>(table)];
    for (size_t i = 0; i < keys.size(); ++i) {
      if (const auto row = rows.find(keys[i]); row != rows.end())
        found.emplace_back(i, row->second);
    }
  }
  for (const auto& [index, value] : found) visit(index, value);
  return {};
}

Result<void> MemoryStateStore::scan(Table table, std::string_view begin, std::string_view end,
                                    RowVisitor visit) {
  if (begin >= end) return {};
  std::vector<std::pair<std::string, std::string>> found;
  {
    const std::lock_guard lock(x_mutex);
    const Rows& rows = x_tables[static_cast<size_t>(table)];
    found.assign(rows.lower_bound(begin), rows.lower_bound(end));
  }
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) break;
  }
  return {};
}

uint64_t MemoryStateStore::size_bytes() const {
  const std::lock_guard lock(x_mutex);
  uint64_t bytes = 0;
  for (const Rows& rows : x_tables) {
    for (const auto& [key, value] : rows) bytes += key.size() + value.size();
  }
  return bytes;
}

}  // namespace rekindle::state
