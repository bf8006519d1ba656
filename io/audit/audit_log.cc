#include "io/audit/audit_log.h"

#include <fcntl.h>
#include <simdjson.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/limits.h"
#include "core/time_text.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

constexpr const char* kNewer = "audit.ndjson";
constexpr const char* kOlder = "audit.1.ndjson";

Error failed(const std::filesystem::path& file) {
  return {ErrorCode::kStoreFailed, file.string() + ": " + std::strerror(errno)};
}

// False: it is no entry, or only the beginning of one.
bool parse(std::string_view line, AuditEntry& entry) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS) return false;
  const auto text = [&object](const char* name, std::string& out) {
    std::string_view value;
    if (object[name].get(value) == simdjson::SUCCESS) out = value;
  };
  std::string at;
  text("at", at);
  text("key", entry.key);
  text("address", entry.address);
  text("method", entry.method);
  text("path", entry.path);
  text("subject", entry.subject);
  int64_t status = 0;
  const auto time = parse_time(at);
  if (!time || object["status"].get(status) != simdjson::SUCCESS ||
      object["id"].get(entry.id) != simdjson::SUCCESS) {
    return false;
  }
  entry.at = WallTime{*time};
  entry.status = static_cast<int>(status);
  return true;
}

}  // namespace

void append_json(const AuditEntry& entry, std::string& out) {
  JsonObject object(out);
  object.number("id", entry.id);
  object.time("at", entry.at.ms);
  if (!entry.key.empty()) object.text("key", entry.key);
  object.text("address", entry.address);
  object.text("method", entry.method);
  object.text("path", entry.path);
  if (!entry.subject.empty()) object.text("subject", entry.subject);
  object.number("status", static_cast<int64_t>(entry.status));
  object.close();
}

AuditLog::~AuditLog() {
  if (x_file >= 0) ::close(x_file);
}

Result<void> AuditLog::open(const std::string& directory) {
  if (directory.empty()) return {};
  const std::scoped_lock lock(x_mutex);
  x_directory = directory;
  if (auto loaded = load(x_directory / kOlder); !loaded) return loaded;
  if (auto loaded = load(x_directory / kNewer); !loaded) return loaded;
  return open_file();
}

Result<void> AuditLog::load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};  // there is none yet
  for (std::string line; std::getline(in, line);) {
    AuditEntry entry;
    if (parse(line, entry)) remember(std::move(entry));
  }
  if (in.bad()) return failed(file);
  return {};
}

void AuditLog::remember(AuditEntry entry) {
  x_last_id = std::max(x_last_id, entry.id);
  x_newest.push_back(std::move(entry));
  if (x_newest.size() > limits::kAuditShownMax) x_newest.pop_front();
}

Result<void> AuditLog::open_file() {
  const auto file = x_directory / kNewer;
  if (x_file >= 0) ::close(x_file);
  x_file = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat facts {};
  if (x_file < 0 || ::fstat(x_file, &facts) != 0) return failed(file);
  x_file_bytes = static_cast<uint64_t>(facts.st_size);
  // After a line that was cut, the next one begins on its own.
  if (x_file_bytes > 0 && ::write(x_file, "\n", 1) == 1) ++x_file_bytes;
  return {};
}

void AuditLog::add(AuditEntry entry) {
  const std::scoped_lock lock(x_mutex);
  entry.id = ++x_last_id;
  std::string line;
  append_json(entry, line);
  line.push_back('\n');
  remember(std::move(entry));
  if (x_directory.empty()) return;
  if (const auto written = write(line); !written) {
    ++x_failures;
    spdlog::error("an audit entry was not written id={} error=\"{}\"", x_last_id,
                  to_string(written.error()));
  }
}

Result<void> AuditLog::write(const std::string& line) {
  const auto file = x_directory / kNewer;
  if (x_file_bytes + line.size() > limits::kAuditFileBytesMax) {
    std::error_code error;
    std::filesystem::rename(file, x_directory / kOlder, error);
    if (error) return Error{ErrorCode::kStoreFailed, file.string() + ": " + error.message()};
    if (auto opened = open_file(); !opened) return opened;
  }
  // One write a line: O_APPEND keeps it whole.
  const ssize_t written = ::write(x_file, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size())) return failed(file);
  x_file_bytes += line.size();
  return {};
}

std::vector<AuditEntry> AuditLog::read(uint64_t after, size_t limit) const {
  const std::scoped_lock lock(x_mutex);
  const auto first = std::find_if(x_newest.begin(), x_newest.end(),
                                  [after](const AuditEntry& entry) { return entry.id > after; });
  const auto left = static_cast<size_t>(x_newest.end() - first);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(left, limit))};
}

uint64_t AuditLog::failures() const {
  const std::scoped_lock lock(x_mutex);
  return x_failures;
}

}  // namespace rekindle::io
