#include "core/state_store.h"

namespace rekindle {

Result<std::optional<std::string>> read_row(StateStore& store, Table table, std::string_view row) {
  std::optional<std::string> value;
  const std::string_view rows[] = {row};
  auto read =
      store.multi_get(table, rows, [&](size_t, std::string_view stored) { value = stored; });
  if (!read) return read.error();
  return value;
}

}  // namespace rekindle
