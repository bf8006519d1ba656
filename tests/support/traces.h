// Looks through everything that in-memory stores hold for what was to be gone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/log.h"
#include "core/log_format.h"
#include "core/state_format.h"
#include "core/state_store.h"

namespace rekindle::testing {

// The bytes by which a visitor could be known: the name, and the key as logs and rows have it.
inline std::vector<std::string> patterns_of(SiteId site, const std::string& name) {
  const VisitorKey key = visitor_key(site, name);
  std::string logged;
  ByteWriter writer(logged);
  writer.fixed(key.high);
  writer.fixed(key.low);
  std::string stored;
  append_big_endian(stored, key.high);
  append_big_endian(stored, key.low);
  return {name, logged, stored};
}

// Calls look(where, bytes) with every value and row of both.
template <typename Look>
void for_all_bytes(Log& log, StateStore& store, uint32_t partitions, Look look) {
  std::vector<LogPosition> all;
  for (uint32_t p = 0; p < partitions; ++p) {
    const PartitionId id{static_cast<uint16_t>(p)};
    all.push_back({id, 0});
    RK_ASSERT(log.read_changes(id, 0, [&](uint64_t, std::string_view value) {
      look("changes", value);
      return true;
    }));
    RK_ASSERT(log.read_sessions(id, 0, [&](uint64_t, std::string_view value) {
      look("sessions", value);
      return true;
    }));
    RK_ASSERT(log.read_claims(id, 0, [&](uint64_t, std::string_view value) {
      look("claims", value);
      return true;
    }));
  }
  RK_ASSERT(log.read_events(all, [&](PartitionId, uint64_t, std::string_view record) {
    look("events", record);
    return true;
  }));
  for (const QuarantineEntry& entry : log.read_quarantine(0, SIZE_MAX).value()) {
    look("quarantine", entry.raw + entry.detail);
  }
  for (size_t table = 0; table < kTables; ++table) {
    RK_ASSERT(store.scan(Table{static_cast<uint8_t>(table)}, "", std::string(40, '\xff'),
                         [&](std::string_view key, std::string_view value) {
                           look("table " + std::to_string(table), std::string(key));
                           look("table " + std::to_string(table), value);
                           return true;
                         }));
  }
}

// Where any of the patterns is found.
inline std::vector<std::string> traces(Log& log, StateStore& store, uint32_t partitions,
                                       const std::vector<std::string>& patterns) {
  std::vector<std::string> found;
  for_all_bytes(log, store, partitions, [&](const std::string& where, std::string_view bytes) {
    for (const std::string& pattern : patterns) {
      if (bytes.find(pattern) != std::string_view::npos) found.push_back(where);
    }
  });
  return found;
}

}  // namespace rekindle::testing
