// What was changed through the API, and with which key: one line of JSON a call, only ever added.
// Kept in two files of bounded size (the older is replaced when the newer is full); the newest are
// in memory too, to be shown. Without a directory: in memory only.
//
//   {"id":7,"at":"2026-11-21T20:08:23.000Z","key":"operator","address":"192.0.2.7",
//    "method":"PUT","path":"/v1/audiences/{}","subject":"heroes","status":202}
//
// Visitors are never named here, so that who is erased is.
//
// Thread: any; calls are few, and take a lock. Errors: what cannot be written is logged and
// counted, and shown all the same; the call itself is not refused.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace rekindle::io {

struct AuditEntry {
  uint64_t id = 0;  // counts on from 1, across restarts
  WallTime at;
  std::string key;  // its name; empty: the server has no keys
  std::string address;
  std::string method;
  std::string path;     // the route
  std::string subject;  // what {} in it stood for; empty: none, or a visitor
  int status = 0;
};

class AuditLog {
 public:
  AuditLog() = default;
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Goes on with the files of this directory; "" for none. Before anything else. A line that was
  // cut by the end of the process is left out. Errors: kStoreFailed.
  [[nodiscard]] Result<void> open(const std::string& directory);
  void add(AuditEntry entry);  // gives it its id
  // Of the newest limits::kAuditShownMax: those with larger ids than `after`, oldest first, at most
  // `limit`.
  [[nodiscard]] std::vector<AuditEntry> read(uint64_t after, size_t limit) const;
  [[nodiscard]] uint64_t failures() const;  // entries that could not be written

 private:
  [[nodiscard]] Result<void> load(const std::filesystem::path& file);
  [[nodiscard]] Result<void> open_file();
  [[nodiscard]] Result<void> write(const std::string& line);
  void remember(AuditEntry entry);

  mutable std::mutex x_mutex;
  std::filesystem::path x_directory;
  int x_file = -1;
  uint64_t x_file_bytes = 0;
  uint64_t x_last_id = 0;
  uint64_t x_failures = 0;
  std::deque<AuditEntry> x_newest;
};

void append_json(const AuditEntry& entry, std::string& out);

}  // namespace rekindle::io
