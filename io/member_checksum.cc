#include "io/member_checksum.h"

#include <memory>
#include <vector>

#include "core/limits.h"
#include "core/query.h"
#include "io/changes_reader.h"
#include "io/fan_out.h"

namespace rekindle::io {
namespace {

constexpr size_t kReadAtOnce = 1'000;

// What one partition had when its shard was asked.
struct Part {
  PartitionId partition{};
  uint64_t seq = 0;
};

struct Job {
  IoThread& thread;
  AudienceId audience;
  std::optional<ChangesCursor> at;
  std::function<void(Result<MemberChecksum>)> done;
};

class SetsQuery final : public FanOutQuery {
 public:
  SetsQuery(FanOut& fan_out, AudienceId audience) : FanOutQuery(fan_out), x_audience(audience) {}
  void run(QueryScope& scope) override {
    for (const auto& set : scope.member_sets(x_audience)) {
      parts.push_back({set.partition, set.seq});
      checksum.join(set.checksum);
      if (set.members != nullptr) size += set.members->cardinality();
    }
  }
  std::vector<Part> parts;
  SetChecksum checksum;
  uint64_t size = 0;

 private:
  const AudienceId x_audience;
};

// Takes back what came after the place that was asked for.
class TakeBackErrand final : public Errand {
 public:
  TakeBackErrand(Job job, MemberChecksum now, std::vector<Part> parts)
      : x_job(std::move(job)), x_answer(std::move(now)), x_parts(std::move(parts)) {}

  void run() override {
    for (const Part& part : x_parts) {
      x_outcome = take_back(part);
      if (!x_outcome) return;
    }
    x_answer.at = *x_job.at;
  }
  void on_reply() override {
    const std::unique_ptr<TakeBackErrand> self(this);
    if (!x_outcome) return x_job.done(x_outcome.error());
    x_job.done(std::move(x_answer));
  }

 private:
  Result<void> take_back(const Part& part) {
    uint64_t seq = (*x_job.at)[to_index(part.partition)];
    if (seq > part.seq) return Error{ErrorCode::kInvalidArgument, "a cursor of another store"};
    Engine& engine = x_job.thread.engine();
    while (seq < part.seq) {
      const auto changes = read_on(engine, part.partition, seq, kReadAtOnce);
      if (!changes) return changes.error();
      if (changes->empty()) return Error{ErrorCode::kCorruptRecord, "the change log is cut"};
      for (const auto& stored : *changes) {
        if (stored.change.seq > part.seq) return {};
        seq = stored.change.seq;
        undo(stored.change);
      }
      x_scanned += changes->size();
      if (x_scanned > limits::kChangesScanMax) {
        return Error{ErrorCode::kInvalidArgument,
                     "this cursor is too far back: follow the changes first"};
      }
    }
    return {};
  }
  void undo(const Change& change) {
    if (change.audience != x_job.audience || change.reason == ChangeReason::kConsent) return;
    x_answer.checksum.toggle(change.visitor);
    if (change.entered) {
      --x_answer.size;
    } else {
      ++x_answer.size;
    }
  }

  Job x_job;
  MemberChecksum x_answer;
  std::vector<Part> x_parts;
  size_t x_scanned = 0;
  Result<void> x_outcome;
};

Error stopping() {
  return {ErrorCode::kOverloaded, "the server is stopping or at its limit"};
}

void answer(Job& job, FanOut& fan_out) {
  if (fan_out.failed()) return job.done(stopping());
  MemberChecksum now{ChangesCursor(job.thread.engine().partitions()), 0, {}};
  std::vector<Part> parts;
  fan_out.for_each<SetsQuery>([&](const SetsQuery& query) {
    for (const Part& part : query.parts) {
      now.at.set(to_index(part.partition), part.seq);
      parts.push_back(part);
    }
    now.checksum.join(query.checksum);
    now.size += query.size;
  });
  if (!job.at) return job.done(std::move(now));
  const auto done = job.done;
  IoThread& thread = job.thread;
  if (!thread.send_errand(
          std::make_unique<TakeBackErrand>(std::move(job), std::move(now), std::move(parts)))) {
    done(stopping());
  }
}

}  // namespace

std::string to_text(const SetChecksum& checksum) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const uint64_t half : {checksum.high, checksum.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text.push_back(kHex[half >> shift & 15]);
  }
  return text;
}

Result<void> read_checksum(IoThread& thread, AudienceId audience, std::optional<ChangesCursor> at,
                           std::function<void(Result<MemberChecksum>)> done) {
  auto job = std::make_shared<Job>(Job{thread, audience, std::move(at), std::move(done)});
  return FanOut::ask(
      thread, [&](FanOut& fan_out) { return std::make_unique<SetsQuery>(fan_out, job->audience); },
      [job](FanOut& fan_out) { answer(*job, fan_out); });
}

}  // namespace rekindle::io
