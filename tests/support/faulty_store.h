// A Log and a StateStore that fail, or crash the process as far as the engine can tell, at a chosen
// write. Both share one FaultPlan, so that one number names any point of a run.
//
// Used by simulations: run until is_crashed(), then open a new engine on clones of the inner
// stores.
#pragma once

#include <cstdint>
#include <limits>
#include <mutex>
#include <vector>

#include "core/log.h"
#include "core/state_store.h"

namespace rekindle::testing {

enum class Fault : uint8_t {
  kRefuse,       // this write fails and leaves nothing; later ones work
  kCrashBefore,  // the process dies before this write
  kCrashAfter,   // the process dies after this write, before anyone learns of it
};

// Thread: any.
class FaultPlan {
 public:
  enum class Verdict : uint8_t { kPass, kRefuse, kPassAndFail };
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  // `write`: counted from 1 over all writes since the start.
  void fail_at(uint64_t write, Fault fault) {
    const std::lock_guard lock(x_mutex);
    x_at = write;
    x_fault = fault;
  }
  Verdict on_write() {
    const std::lock_guard lock(x_mutex);
    if (x_crashed) return Verdict::kRefuse;
    if (++x_writes != x_at) return Verdict::kPass;
    x_crashed = x_fault != Fault::kRefuse;
    return x_fault == Fault::kCrashAfter ? Verdict::kPassAndFail : Verdict::kRefuse;
  }
  [[nodiscard]] bool is_crashed() const {
    const std::lock_guard lock(x_mutex);
    return x_crashed;
  }
  [[nodiscard]] uint64_t writes() const {
    const std::lock_guard lock(x_mutex);
    return x_writes;
  }

  // Runs `write` as the verdict says. Nothing passes after a crash.
  template <typename Write>
  Result<void> apply(Write&& write) {
    const Verdict verdict = on_write();
    if (verdict == Verdict::kPass) return write();
    if (verdict == Verdict::kPassAndFail) {
      if (auto done = write(); !done) return done;
    }
    return failure();
  }
  [[nodiscard]] static Error failure() { return {ErrorCode::kStoreFailed, "injected"}; }

 private:
  mutable std::mutex x_mutex;
  uint64_t x_writes = 0;
  uint64_t x_at = kNever;
  Fault x_fault = Fault::kRefuse;
  bool x_crashed = false;
};

class FaultyLog final : public Log {
 public:
  FaultyLog(Log& inner, FaultPlan& plan) : x_inner(inner), x_plan(plan) {}

  Result<void> append(const LogBatch& batch, Durability durability) override {
    return x_plan.apply([&] { return x_inner.append(batch, durability); });
  }
  Result<void> sync() override {
    return x_plan.is_crashed() ? Result<void>(FaultPlan::failure()) : x_inner.sync();
  }
  Result<uint64_t> end(PartitionId partition) override { return x_inner.end(partition); }
  Result<void> read_events(std::span<const LogPosition> after, RecordVisitor visit) override {
    return x_inner.read_events(after, visit);
  }
  Result<void> read_changes(PartitionId partition, uint64_t after, LogVisitor visit) override {
    return x_inner.read_changes(partition, after, visit);
  }
  Result<void> read_sessions(PartitionId partition, uint64_t after, LogVisitor visit) override {
    return x_inner.read_sessions(partition, after, visit);
  }
  Result<void> read_claims(PartitionId partition, uint64_t after, LogVisitor visit) override {
    return x_inner.read_claims(partition, after, visit);
  }
  Result<std::vector<QuarantineEntry>> read_quarantine(uint64_t after, size_t limit) override {
    return x_inner.read_quarantine(after, limit);
  }
  Result<void> remove_quarantine(uint64_t id) override {
    return x_plan.apply([&] { return x_inner.remove_quarantine(id); });
  }
  Result<void> trim(std::span<const LogTrim> upto) override {
    return x_plan.apply([&] { return x_inner.trim(upto); });
  }
  Result<void> rewrite(LogRewriter& rewriter) override {
    return x_plan.apply([&] { return x_inner.rewrite(rewriter); });
  }
  uint64_t size_bytes() const override { return x_inner.size_bytes(); }

 private:
  Log& x_inner;
  FaultPlan& x_plan;
};

class FaultyStateStore final : public StateStore {
 public:
  FaultyStateStore(StateStore& inner, FaultPlan& plan) : x_inner(inner), x_plan(plan) {}

  Result<void> write(const StateBatch& batch) override {
    return x_plan.apply([&] { return x_inner.write(batch); });
  }
  Result<void> multi_get(Table table, std::span<const std::string_view> keys,
                         absl::FunctionRef<void(size_t, std::string_view)> visit) override {
    return x_inner.multi_get(table, keys, visit);
  }
  Result<void> scan(Table table, std::string_view begin, std::string_view end,
                    RowVisitor visit) override {
    return x_inner.scan(table, begin, end, visit);
  }
  Result<void> flush() override {
    return x_plan.is_crashed() ? Result<void>(FaultPlan::failure()) : x_inner.flush();
  }
  Result<void> purge(std::span<const TableRange> ranges) override {
    return x_plan.apply([&] { return x_inner.purge(ranges); });
  }
  uint64_t size_bytes() const override { return x_inner.size_bytes(); }
  bool is_stalling() const override { return x_inner.is_stalling(); }

 private:
  StateStore& x_inner;
  FaultPlan& x_plan;
};

}  // namespace rekindle::testing
