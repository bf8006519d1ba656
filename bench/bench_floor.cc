// What the parts of an event's way could not be faster than on this machine, for the traffic that
// bench_budget drives: simdjson that reads the same lines and looks at none, RocksDB given one row
// a batch of the same records, or visitors as rows in order, the bare queue, a line that is in no
// cache, a call of the kernel. Prints a JSON object a figure, in nanoseconds; `./dev budget` puts
// them beside ours.
#include <concurrentqueue/concurrentqueue.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <simdjson.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "cli/load/traffic.h"
#include "core/assert.h"
#include "core/bytes.h"
#include "core/clock.h"
#include "io/decoders/json_events.h"
#include "io/intake.h"

namespace {

using namespace rekindle;

constexpr size_t kBodyEvents = 64;
constexpr size_t kBatchEvents = 512;
constexpr size_t kEvents = 200 * kBatchEvents;
constexpr size_t kRuns = 5;

template <typename Do>
void print(std::string_view name, size_t count, const Do& action) {
  std::vector<double> ns;
  for (size_t run = 0; run < kRuns; ++run) {
    const int64_t began = monotonic_ns();
    action(run);
    ns.push_back(static_cast<double>(monotonic_ns() - began) / static_cast<double>(count));
  }
  std::sort(ns.begin(), ns.end());
  const double median = ns[kRuns / 2];
  fmt::print(R"({{"name":"floor.{}","value":{:.3f},"unit":"ns","samples":{},"spread":{:.4f}}})"
             "\n",
             name, median, kRuns, (ns.back() - ns.front()) / median);
  std::fflush(stdout);
}

std::vector<std::string> traffic_bodies() {
  cli::Traffic traffic({});
  std::vector<std::string> bodies(kEvents / kBodyEvents);
  for (std::string& body : bodies) {
    for (size_t i = 0; i < kBodyEvents; ++i) {
      RK_ASSERT(traffic.append_json(body));
      body += '\n';
    }
    body.reserve(body.size() + io::kJsonPaddingBytes);
  }
  return bodies;
}

class OneParcel final : public io::ParcelSource {
 public:
  Parcel& parcel(size_t) override { return x_parcel; }
  [[nodiscard]] std::string& records() { return x_parcel.records; }

 private:
  class Kept final : public Parcel {
    void on_reply() override {}
  } x_parcel;
};

// What is logged of them, a row of kBatchEvents each.
std::vector<std::string> rows_of(std::vector<std::string>& bodies) {
  const auto sites = Sites::make({Site{.name = "shop", .currency = *Currency::parse("EUR")}});
  io::IntakeCounters counters;
  io::Intake intake{io::IntakeSettings{sites.value(), 64, 1, [] { return ClockMode::kWall; }},
                    counters};
  io::JsonEvents json;
  OneParcel parcels;
  std::vector<std::string> rows;
  for (size_t i = 0; i < bodies.size(); ++i) {
    if (i % (kBatchEvents / kBodyEvents) == 0) rows.emplace_back();
    parcels.records().clear();
    intake.start(parcels, WallTime{1'700'000'000'000}, "bench");
    RK_ASSERT(json.decode(bodies[i], intake).has_value());
    rows.back() += parcels.records();
  }
  RK_ASSERT(counters.accepted == kEvents);
  return rows;
}

class Database {
 public:
  Database() : x_path((std::filesystem::temp_directory_path() / "rekindle-floor-XXXXXX").string()) {
    RK_ASSERT(::mkdtemp(x_path.data()) != nullptr);
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kLZ4Compression;
    rocksdb::DB* opened = nullptr;
    RK_ASSERT(rocksdb::DB::Open(options, x_path, &opened).ok());
    x_db.reset(opened);
  }
  ~Database() {
    x_db.reset();
    std::filesystem::remove_all(x_path);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  void write(rocksdb::WriteBatch& batch) { RK_ASSERT(x_db->Write({}, &batch).ok()); }

 private:
  std::string x_path;
  std::unique_ptr<rocksdb::DB> x_db;
};

void append_rows(const std::vector<std::string>& rows, size_t run) {
  static Database database;
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string key;
    append_big_endian(key, static_cast<uint64_t>(run * rows.size() + i));
    rocksdb::WriteBatch batch;
    RK_ASSERT(batch.Put(key, rows[i]).ok());
    database.write(batch);
  }
}

// Checkpoints: visitors of 150 bytes, 4,000 at a time, in order.
constexpr size_t kVisitors = 4'000;
constexpr size_t kCheckpoints = 50;

void put_visitors(size_t run) {
  static Database database;
  std::mt19937_64 random(run);
  for (size_t checkpoint = 0; checkpoint < kCheckpoints; ++checkpoint) {
    std::vector<uint64_t> keys(kVisitors);
    for (uint64_t& key : keys) key = random();
    std::sort(keys.begin(), keys.end());
    rocksdb::WriteBatch batch;
    for (const uint64_t key : keys) {
      std::string row;
      append_big_endian(row, key);
      RK_ASSERT(batch.Put(row, std::string(150, static_cast<char>(key))).ok());
    }
    database.write(batch);
  }
}

void read_all(const std::vector<std::string>& bodies) {
  simdjson::dom::parser parser;
  size_t objects = 0;
  for (const std::string& body : bodies) {  // their padding was reserved
    simdjson::dom::document_stream documents;
    RK_ASSERT(!parser.parse_many(body).get(documents));
    for (const auto document : documents) objects += document.error() == simdjson::SUCCESS;
  }
  RK_ASSERT(objects == kEvents);
}

void hand_over(size_t parcels) {
  moodycamel::ConcurrentQueue<void*> queue;
  const moodycamel::ProducerToken producer(queue);
  moodycamel::ConsumerToken consumer(queue);
  void* taken[kBatchEvents / kBodyEvents];
  for (size_t sent = 0; sent < parcels; sent += std::size(taken)) {
    for (size_t i = 0; i < std::size(taken); ++i) queue.enqueue(producer, nullptr);
    RK_ASSERT(queue.try_dequeue_bulk(consumer, taken, std::size(taken)) == std::size(taken));
  }
}

// 512 MiB in huge pages, as the heap's, walked from line to line in one random circle.
class Circle {
 public:
  Circle() {
    x_bytes = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    RK_ASSERT(x_bytes != MAP_FAILED);
    ::madvise(x_bytes, kBytes, MADV_HUGEPAGE);
    std::vector<uint32_t> order(kLines);
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
    for (size_t i = 0; i < kLines; ++i) line(order[i]) = order[(i + 1) % kLines];
  }
  ~Circle() { ::munmap(x_bytes, kBytes); }
  Circle(const Circle&) = delete;
  Circle& operator=(const Circle&) = delete;
  uint32_t walk(uint32_t from, size_t steps) {
    for (size_t i = 0; i < steps; ++i) from = line(from);
    return from;
  }

  uint64_t sum() {
    uint64_t sum = 0;
    const auto* words = static_cast<const uint64_t*>(x_bytes);
    for (size_t i = 0; i < kBytes / sizeof *words; ++i) sum += words[i];
    return sum;
  }

  static constexpr size_t kBytes = size_t{512} * 1'024 * 1'024;
  static constexpr size_t kLines = kBytes / 64;

 private:
  uint32_t& line(uint32_t index) { return static_cast<uint32_t*>(x_bytes)[size_t{index} * 16]; }
  void* x_bytes;
};

void ring(int fd, size_t times) {
  const uint64_t one = 1;
  for (size_t i = 0; i < times; ++i) RK_ASSERT(::write(fd, &one, sizeof one) == sizeof one);
}

}  // namespace

int main() {
  constexpr size_t kSteps = 1'000'000;
  {
    Circle circle;
    uint32_t at = 0;
    print("memory_miss", kSteps, [&](size_t) { at = circle.walk(at, kSteps); });
    RK_ASSERT(at != UINT32_MAX);
    print("memory_line_in_order", Circle::kLines, [&](size_t) { RK_ASSERT(circle.sum() != 0); });
  }
  const int fd = ::eventfd(0, EFD_NONBLOCK);
  print("syscall", kSteps, [fd](size_t) { ring(fd, kSteps); });
  ::close(fd);
  std::vector<std::string> bodies = traffic_bodies();
  print("simdjson", kEvents, [&](size_t) { read_all(bodies); });
  print("queue", kSteps * kBodyEvents, [](size_t) { hand_over(kSteps); });
  const std::vector<std::string> rows = rows_of(bodies);
  print("rocksdb_append", kEvents, [&](size_t run) { append_rows(rows, run); });
  print("rocksdb_put", kVisitors * kCheckpoints, put_visitors);
  return 0;
}
