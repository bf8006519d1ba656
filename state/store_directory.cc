#include "state/store_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <sstream>
#include <system_error>

#include "core/engine.h"
#include "state/small_file.h"

namespace rekindle::state {
namespace {

constexpr std::string_view kWall = "wall";
constexpr std::string_view kEvents = "events";

std::optional<uint32_t> parse_number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool are_valid(const StoreFacts& facts) {
  return facts.partitions >= 1 && facts.partitions <= limits::kPartitionsMax &&
         (facts.clock == ClockMode::kWall || facts.clock == ClockMode::kEvents);
}

std::string format_facts(const StoreFacts& facts) {
  const std::string_view clock = facts.clock == ClockMode::kEvents ? kEvents : kWall;
  return "partitions " + std::to_string(facts.partitions) + "\nclock " + std::string(clock) + "\n";
}

std::optional<StoreFacts> parse_facts(const std::string& text) {
  StoreFacts facts;
  bool has_clock = false;
  std::istringstream lines(text);
  std::string name;
  std::string value;
  while (lines >> name >> value) {
    if (name == "partitions") {
      facts.partitions = parse_number(value).value_or(0);
    } else if (name == "clock" && (value == kWall || value == kEvents)) {
      facts.clock = value == kEvents ? ClockMode::kEvents : ClockMode::kWall;
      has_clock = true;
    } else {
      return std::nullopt;
    }
  }
  if (!has_clock || !are_valid(facts)) return std::nullopt;
  return facts;
}

// Files of someone else: a mistyped path must not become a store. What an interrupted first start
// leaves behind is ours.
Result<void> refuse_foreign_files(const std::string& path) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    const bool ours = name == "LOCK" || name == "STORE" || name == "lost+found" ||
                      name == "STORE.new" || name == "VERSION.new";
    if (!ours) {
      return Error{ErrorCode::kInvalidConfiguration,
                   path + " holds no store but other files (" + name +
                       "); name an empty directory or one that does not exist yet"};
    }
  }
  if (error) return Error{ErrorCode::kStoreFailed, path + ": " + error.message()};
  return {};
}

Result<void> make_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  const bool full = error == std::errc::no_space_on_device;
  return Error{full ? ErrorCode::kDiskFull : ErrorCode::kStoreFailed,
               path + ": " + error.message()};
}

// Returns the descriptor that holds the lock.
Result<int> take_lock(const std::string& path) {
  const std::string file = path + "/LOCK";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return error_of_errno(file);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int reason = errno;
  char holder[32] = {};
  const ssize_t size = ::pread(fd, holder, sizeof(holder) - 1, 0);
  ::close(fd);
  errno = reason;
  if (reason != EWOULDBLOCK) return error_of_errno(file);
  const std::string pid = size > 1 ? std::string(holder, static_cast<size_t>(size) - 1) : "unknown";
  return Error{ErrorCode::kStoreLocked,
               path + " is in use by process " + pid + "; stop it, or name another directory"};
}

}  // namespace

Result<std::unique_ptr<StoreDirectory>> StoreDirectory::open(const std::string& path,
                                                             const StoreFacts& if_new) {
  if (auto made = make_directory(path); !made) return made.error();
  const std::string version_file = path + "/VERSION";
  const bool is_new = !std::filesystem::exists(version_file);
  if (is_new) {
    if (auto empty = refuse_foreign_files(path); !empty) return empty.error();
  }
  auto lock_fd = take_lock(path);
  if (!lock_fd) return lock_fd.error();
  std::unique_ptr<StoreDirectory> store(new StoreDirectory(path, *lock_fd));
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(*lock_fd, 0) != 0 ||
      ::pwrite(*lock_fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return error_of_errno(path + "/LOCK");
  }
  // Looked at again under the lock: another process may just have made the store.
  if (is_new && !std::filesystem::exists(version_file)) {
    if (auto created = store->create(if_new); !created) return created.error();
  }
  if (auto loaded = store->load(); !loaded) return loaded.error();
  for (const std::string& part : {store->log_path(), store->state_path()}) {
    if (auto made = make_directory(part); !made) return made.error();
  }
  return store;
}

StoreDirectory::~StoreDirectory() {
  ::close(x_lock_fd);
}  // lets go of the lock

Result<void> StoreDirectory::create(const StoreFacts& facts) {
  if (!are_valid(facts)) {
    return Error{ErrorCode::kInvalidConfiguration,
                 "partitions must be 1 to " + std::to_string(limits::kPartitionsMax)};
  }
  if (auto put = write_small_file(x_path, "STORE", format_facts(facts)); !put) return put;
  return write_version();
}

Result<void> StoreDirectory::load() {
  const auto version_text = read_small_file(x_path + "/VERSION");
  if (!version_text) return version_text.error();
  const std::string_view digits(version_text->data(),
                                version_text->empty() ? 0 : version_text->size() - 1);
  const auto version = parse_number(digits);
  if (!version || *version == 0) {
    return Error{ErrorCode::kCorruptRecord, x_path + "/VERSION is damaged; restore a backup"};
  }
  if (*version > kStoreVersion) {
    return Error{ErrorCode::kNewerVersion,
                 x_path + " has layout " + std::string(digits) + ", this program knows " +
                     std::to_string(kStoreVersion) + "; start the newer release"};
  }
  if (*version < kOldestStoreVersion) {
    return Error{ErrorCode::kOlderVersion,
                 x_path + " has layout " + std::string(digits) + ", this program reads " +
                     std::to_string(kOldestStoreVersion) +
                     " and newer; start a new store and replay your events into it, or run the "
                     "release that made this one"};
  }
  const auto facts_text = read_small_file(x_path + "/STORE");
  if (!facts_text) return facts_text.error();
  const auto facts = parse_facts(*facts_text);
  if (!facts) {
    return Error{ErrorCode::kCorruptRecord, x_path + "/STORE is damaged; restore a backup"};
  }
  x_facts = *facts;
  return *version == kStoreVersion ? Result<void>() : write_version();
}

Result<void> StoreDirectory::write_version() {
  return write_small_file(x_path, "VERSION", std::to_string(kStoreVersion) + "\n");
}

Result<void> StoreDirectory::check_partitions(uint32_t wanted) const {
  if (wanted == x_facts.partitions) return {};
  return Error{ErrorCode::kInvalidConfiguration,
               x_path + " was made with " + std::to_string(x_facts.partitions) +
                   " partitions, not " + std::to_string(wanted) +
                   "; configure that number, or start a new store and replay into it"};
}

Result<void> StoreDirectory::set_clock(ClockMode clock) {
  if (clock == x_facts.clock) return {};
  const StoreFacts facts{x_facts.partitions, clock};
  if (auto put = write_small_file(x_path, "STORE", format_facts(facts)); !put) return put;
  x_facts = facts;
  return {};
}

Result<uint64_t> StoreDirectory::free_bytes() const {
  struct statvfs space {};
  if (::statvfs(x_path.c_str(), &space) != 0) return error_of_errno(x_path);
  return static_cast<uint64_t>(space.f_bavail) * static_cast<uint64_t>(space.f_frsize);
}

Result<void> StoreDirectory::probe() const {
  const std::string file = x_path + "/PROBE." + std::to_string(::gettid());
  auto written = write_and_sync(file, "probe\n");
  if (::unlink(file.c_str()) != 0 && written) return error_of_errno(file);
  return written;
}

}  // namespace rekindle::state
