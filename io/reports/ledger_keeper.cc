#include "io/reports/ledger_keeper.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <string>

#include "core/bytes.h"
#include "core/limits.h"
#include "core/thread_role.h"

namespace rekindle::io {
namespace {

constexpr std::string_view kSeqsRow = "reports.at";
constexpr std::string_view kDaysBegin = "reports.day/";
constexpr std::string_view kDaysEnd = "reports.day0";
constexpr uint8_t kVersion = 1;
constexpr auto kRhythm = std::chrono::seconds(10);

std::string row_of(Ledger::Place place) {
  std::string row(kDaysBegin);
  append_big_endian(row, static_cast<uint32_t>(place.first));
  append_big_endian(row, static_cast<uint32_t>(place.second) ^ (1U << 31));
  return row;
}

Ledger::Place place_of(std::string_view row) {
  const char* place = row.data() + kDaysBegin.size();
  return {SiteId{read_big_endian<uint32_t>(place)},
          static_cast<int32_t>(read_big_endian<uint32_t>(place + 4) ^ (1U << 31))};
}

bool same_instant(const Change& a, const Change& b) {
  return a.visitor == b.visitor && a.at == b.at;
}

Error corrupt() {
  return {ErrorCode::kCorruptRecord, "report ledger"};
}

}  // namespace

LedgerKeeper::LedgerKeeper(Engine& engine) : x_engine(engine), x_seqs(engine.partitions(), 0) {}

LedgerKeeper::~LedgerKeeper() {
  stop();
}

Result<void> LedgerKeeper::open() {
  const std::string_view rows[] = {kSeqsRow};
  bool good = true;
  auto read = x_engine.store().multi_get(Table::kModels, rows, [&](size_t, std::string_view value) {
    ByteReader reader(value);
    good = reader.fixed<uint8_t>() == kVersion && reader.count(1) == x_seqs.size();
    for (uint64_t& seq : x_seqs) seq = reader.varint();
    good = good && reader.ok();
  });
  if (!read) return read;
  auto scanned = x_engine.store().scan(Table::kModels, kDaysBegin, kDaysEnd,
                                       [&](std::string_view row, std::string_view value) {
                                         auto day = decode_day(value);
                                         good = good && day && row.size() == kDaysBegin.size() + 8;
                                         if (good) x_ledger.restore(place_of(row), std::move(*day));
                                         return good;
                                       });
  if (!scanned) return scanned;
  return good ? Result<void>() : corrupt();
}

void LedgerKeeper::start() {
  x_stopping = false;
  x_thread = std::thread([this] { run(); });
}

void LedgerKeeper::stop() {
  {
    const std::lock_guard lock(x_mutex);
    x_stopping = true;
  }
  x_wake.notify_all();
  if (x_thread.joinable()) x_thread.join();
}

void LedgerKeeper::run() {
  begin_thread("rk-reports", ThreadRole::kBackground);
  std::unique_lock lock(x_mutex);
  while (true) {
    auto done = catch_up();
    if (done) done = save();
    // Tried again with the next round; what is not counted yet is still in the log.
    if (!done) spdlog::warn("reports are behind detail=\"{}\"", to_string(done.error()));
    if (x_stopping) return;
    x_wake.wait_for(lock, kRhythm, [this] { return x_stopping; });
  }
}

Result<void> LedgerKeeper::look(absl::FunctionRef<void(const Ledger&)> look) {
  const std::lock_guard lock(x_mutex);
  if (auto done = catch_up(); !done) return done;
  look(x_ledger);
  return {};
}

Result<void> LedgerKeeper::catch_up() {
  const Rules rules = x_engine.rules();
  for (size_t p = 0; p < x_seqs.size(); ++p) {
    if (auto done = catch_up(PartitionId{static_cast<uint16_t>(p)}, rules); !done) return done;
  }
  return {};
}

Result<void> LedgerKeeper::catch_up(PartitionId partition, const Rules& rules) {
  uint64_t& seq = x_seqs[to_index(partition)];
  while (seq < x_engine.last_change(partition)) {
    auto page = x_engine.read_changes(partition, seq, limits::kChangesPageMax);
    if (!page && page.error().code == ErrorCode::kGone) {
      page = x_engine.read_changes(partition, 0, limits::kChangesPageMax);
    }
    if (!page) return page.error();
    if (page->empty()) return {};
    x_missed += page->front().change.seq - seq - 1;
    // A full page may end in the middle of an instant; a commit's changes come together, so another
    // page does not.
    size_t end = page->size();
    if (end == limits::kChangesPageMax) {
      while (end > 0 && same_instant((*page)[end - 1].change, page->back().change)) --end;
      if (end == 0) end = page->size();
    }
    for (size_t i = 0; i < end; ++i) x_ledger.add((*page)[i].change, rules);
    x_ledger.finish();
    seq = (*page)[end - 1].change.seq;
    x_unsaved = true;
  }
  return {};
}

Result<void> LedgerKeeper::save() {
  if (!x_unsaved) return {};
  StateBatch batch;
  std::string value;
  for (const auto& [place, day] : x_ledger.days()) {
    if (!day.changed) continue;
    value.clear();
    encode_day(day, value);
    batch.put(Table::kModels, row_of(place), value);
  }
  value.clear();
  ByteWriter writer(value);
  writer.fixed(kVersion);
  writer.varint(x_seqs.size());
  for (const uint64_t seq : x_seqs) writer.varint(seq);
  batch.put(Table::kModels, kSeqsRow, value);
  if (auto written = x_engine.store().write(batch); !written) return written;
  x_ledger.mark_saved();
  x_unsaved = false;
  return {};
}

}  // namespace rekindle::io
