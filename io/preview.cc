#include "io/preview.h"

#include <algorithm>

#include "core/limits.h"
#include "core/query.h"
#include "io/member_facts.h"

namespace rekindle::io {
namespace {

Error stopping() {
  return {ErrorCode::kOverloaded, "the server is stopping or at its limit"};
}

void keep_smallest(std::vector<PreviewMember>& sample, size_t most) {
  std::sort(sample.begin(), sample.end(),
            [](const auto& a, const auto& b) { return a.rank < b.rank; });
  if (sample.size() > most) sample.resize(most);
}

// All slices of one preview. Owns: itself, until the last slice is back.
class PreviewRun {
 public:
  using Done = std::function<void(Result<PreviewTally>)>;

  PreviewRun(IoThread& thread, std::unique_ptr<AudienceProbe> probe, size_t sample_max, Done done)
      : x_thread(thread),
        x_probe(std::move(probe)),
        x_sample_max(sample_max),
        x_done(std::move(done)),
        x_lanes(thread.engine().shards()) {}

  void start() {
    x_outstanding = 1;  // so that a refused slice does not end it before all lanes were tried
    for (size_t shard = 0; shard < x_lanes.size(); ++shard) ask_next(shard);
    finish_one();
  }

 private:
  // What one shard has looked at, and where it goes on.
  struct Lane {
    bool begun = false;
    std::vector<VisitorWalk> walks;  // a partition each; the last is under way
    PreviewTally tally;
  };

  class Slice final : public Query {
   public:
    Slice(PreviewRun& run, size_t shard) : x_run(run), x_shard(shard) {}
    void run(QueryScope& scope) override { x_outcome = x_run.look(scope, x_run.x_lanes[x_shard]); }
    void on_reply() override {
      const std::unique_ptr<Slice> self(this);
      x_run.take(*this);
    }

   private:
    friend class PreviewRun;
    PreviewRun& x_run;
    size_t x_shard;
    Result<void> x_outcome;
  };

  // On the shard. Of the run it reads only what never changes.
  Result<void> look(QueryScope& scope, Lane& lane) const {
    if (!lane.begun) {
      lane.begun = true;
      for (const PartitionId id : scope.partitions()) lane.walks.emplace_back(id);
    }
    if (lane.walks.empty()) return {};
    VisitorWalk& walk = lane.walks.back();
    const Rules& rules = scope.rules(walk.partition);
    if (!x_probe->is_current(rules)) {
      return Error{ErrorCode::kOverloaded, "the definitions it refers to are changing"};
    }
    const EventTime now = scope.now(walk.partition);
    lane.tally.as_of = std::max(lane.tally.as_of, now);
    const auto add = [&](const Visitor& visitor, const Site& site) {
      if (kind_of(visitor.voice.get()) == VoiceKind::kQuiet) return;  // another speaks for them
      const SiteInsights* const insights = scope.insights(walk.partition, site.id);
      lane.tally.add(visitor, site, x_probe->evaluate(visitor, site, now, insights), rules,
                     x_sample_max);
    };
    auto more = scope.walk(walk, limits::kPreviewVisitorsMax, add);
    if (!more) return more.error();
    if (!*more) lane.walks.pop_back();
    return {};
  }

  void ask_next(size_t shard) {
    const Lane& lane = x_lanes[shard];
    if (!x_outcome || (lane.begun && lane.walks.empty())) return;
    if (x_thread.ask(shard, std::make_unique<Slice>(*this, shard))) {
      ++x_outstanding;
    } else {
      x_outcome = stopping();
    }
  }
  void take(const Slice& slice) {
    if (slice.failed) x_outcome = stopping();
    if (!slice.x_outcome && x_outcome) x_outcome = slice.x_outcome;
    if (x_thread.is_stopping()) x_outcome = stopping();
    ask_next(slice.x_shard);
    finish_one();
  }
  void finish_one() {
    if (--x_outstanding > 0) return;
    const std::unique_ptr<PreviewRun> self(this);
    x_thread.end_preview();
    if (!x_outcome) return x_done(x_outcome.error());
    PreviewTally all;
    for (Lane& lane : x_lanes) all.merge(std::move(lane.tally), x_sample_max);
    x_done(std::move(all));
  }

  IoThread& x_thread;
  const std::unique_ptr<AudienceProbe> x_probe;
  const size_t x_sample_max;
  const Done x_done;
  std::vector<Lane> x_lanes;  // by shard
  size_t x_outstanding = 0;
  Result<void> x_outcome;
};

}  // namespace

void PreviewTally::add(const Visitor& visitor, const Site& site, const Holds& holds,
                       const Rules& rules, size_t sample_max) {
  ++visitors;
  if (!holds.exact) ++inexact;
  if (!holds.value) return;
  ++size;
  for (const Membership& membership : visitor.memberships) {
    if (!rules.is_in_force(membership.of())) continue;
    const size_t id = to_index(membership.audience);
    if (id >= both.size()) both.resize(id + 1, 0);
    ++both[id];
  }
  const bool email = has_field(visitor, &MemberFacts::email);
  const bool phone = has_field(visitor, &MemberFacts::phone);
  const bool mobile_id = has_field(visitor, &MemberFacts::mobile_id);
  const bool user_id = has_field(visitor, &MemberFacts::user_id);
  with_email += email ? 1 : 0;
  with_phone += phone ? 1 : 0;
  with_mobile_id += mobile_id ? 1 : 0;
  with_user_id += user_id ? 1 : 0;
  with_any += email || phone || mobile_id || user_id ? 1 : 0;
  for_platforms += (email || phone || mobile_id) && may_share(visitor, site) ? 1 : 0;
  if (visitor.profile != nullptr) {
    for (const Consent& consent : visitor.profile->consents) {
      if (!consent.granted) continue;
      const auto known = consents.find(consent.purpose);
      if (known != consents.end()) {
        ++known->second;
      } else if (consents.size() < limits::kPreviewPurposesMax) {
        consents.emplace(consent.purpose, 1);
      }
    }
  }
  // Keys are hashes of the visitors' names.
  if (sample_max == 0 || visitor.key.low >= sample_below) return;
  sample.push_back({visitor.key.low, visitor.site, visitor.name});
  if (sample.size() < 4 * sample_max) return;
  keep_smallest(sample, sample_max);
  sample_below = sample.back().rank;
}

void PreviewTally::merge(PreviewTally other, size_t sample_max) {
  as_of = std::max(as_of, other.as_of);
  visitors += other.visitors;
  size += other.size;
  inexact += other.inexact;
  if (both.size() < other.both.size()) both.resize(other.both.size(), 0);
  for (size_t id = 0; id < other.both.size(); ++id) both[id] += other.both[id];
  with_email += other.with_email;
  with_phone += other.with_phone;
  with_mobile_id += other.with_mobile_id;
  with_user_id += other.with_user_id;
  with_any += other.with_any;
  for_platforms += other.for_platforms;
  for (auto& [purpose, count] : other.consents) consents[purpose] += count;
  std::move(other.sample.begin(), other.sample.end(), std::back_inserter(sample));
  keep_smallest(sample, sample_max);
}

Result<void> preview(IoThread& thread, std::unique_ptr<AudienceProbe> probe, size_t sample_max,
                     std::function<void(Result<PreviewTally>)> done) {
  if (!thread.begin_preview()) return Error{ErrorCode::kOverloaded, "too many previews at a time"};
  auto run = std::make_unique<PreviewRun>(thread, std::move(probe), sample_max, std::move(done));
  run.release()->start();  // it takes itself back when all slices are
  return {};
}

}  // namespace rekindle::io
