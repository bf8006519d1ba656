#include "io/member_states.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "core/limits.h"
#include "core/query.h"

namespace rekindle::io {
namespace {

// All slices of one page. Owns: itself, until the last slice is back.
class StatesReader {
 public:
  using Done = std::function<void(Result<std::vector<MemberState>>)>;

  StatesReader(IoThread& thread, AudienceId audience, Done done)
      : x_thread(thread), x_audience(audience), x_done(std::move(done)) {}

  void start(std::vector<VisitorName> visitors) {
    static const Site kNoSite;
    const Engine& engine = x_thread.engine();
    x_lanes.resize(engine.shards());
    for (VisitorName& visitor : visitors) {
      const VisitorKey key = visitor_key(visitor.site, visitor.name);
      x_wanted.push_back({key, visitor.site});
      MemberState& state = x_states.emplace_back(MemberState{false, &kNoSite, {}});
      state.facts.visitor = std::move(visitor.name);
      if (const Site* site = engine.sites().find(visitor.site)) {
        state.site = site;
        x_lanes[engine.shard_of(key)].places.push_back(x_wanted.size() - 1);
      }
    }
    x_outstanding = 1;  // so that a refused slice does not end it before all lanes were tried
    for (size_t shard = 0; shard < x_lanes.size(); ++shard) ask_next(shard);
    finish_one();
  }

 private:
  struct Wanted {
    VisitorKey key;
    SiteId site;
  };
  // What one shard still has to look up.
  struct Lane {
    std::vector<size_t> places;  // in x_wanted
    size_t asked = 0;
  };

  class Slice final : public Query {
   public:
    Slice(StatesReader& reader, size_t shard, std::span<const size_t> places)
        : x_reader(reader), x_shard(shard), x_places(places), x_states(places.size()) {}

    // On the shard; of the reader it reads only what stays as it is until the last slice is back.
    void run(QueryScope& scope) override {
      for (size_t i = 0; i < x_places.size(); ++i) {
        const Wanted& wanted = x_reader.x_wanted[x_places[i]];
        const Visitor* const visitor = scope.visitor(wanted.key);
        const Site* const site = scope.site(wanted.site);
        if (visitor == nullptr || site == nullptr) continue;
        const AudienceRule* const rule =
            scope.rules(partition_of(wanted.key, x_reader.x_thread.engine().partitions()))
                .find(x_reader.x_audience);
        const bool is_member = rule != nullptr && visitor->membership(rule->key()) != nullptr;
        x_states[i] = MemberState{is_member, site, facts_of(*visitor, *site)};
      }
    }
    void on_reply() override {
      const std::unique_ptr<Slice> self(this);
      x_reader.take(*this);
    }

   private:
    friend class StatesReader;
    StatesReader& x_reader;
    size_t x_shard;
    std::span<const size_t> x_places;
    std::vector<std::optional<MemberState>> x_states;  // nothing: forgotten
  };

  void ask_next(size_t shard) {
    Lane& lane = x_lanes[shard];
    const size_t count = std::min(lane.places.size() - lane.asked, limits::kMembersSliceMax);
    if (count == 0 || x_failed) return;
    const std::span<const size_t> places(lane.places.data() + lane.asked, count);
    lane.asked += count;
    if (x_thread.ask(shard, std::make_unique<Slice>(*this, shard, places))) {
      ++x_outstanding;
    } else {
      x_failed = true;
    }
  }
  void take(Slice& slice) {
    if (slice.failed) x_failed = true;
    for (size_t i = 0; i < slice.x_places.size(); ++i) {
      if (slice.x_states[i]) x_states[slice.x_places[i]] = *std::move(slice.x_states[i]);
    }
    ask_next(slice.x_shard);
    finish_one();
  }
  void finish_one() {
    if (--x_outstanding > 0) return;
    const std::unique_ptr<StatesReader> self(this);
    if (x_failed) {
      return x_done(Error{ErrorCode::kOverloaded, "the server is stopping or at its limit"});
    }
    x_done(std::move(x_states));
  }

  IoThread& x_thread;
  const AudienceId x_audience;
  const Done x_done;
  std::vector<Wanted> x_wanted;
  std::vector<MemberState> x_states;  // by place in x_wanted
  std::vector<Lane> x_lanes;          // by shard
  size_t x_outstanding = 0;
  bool x_failed = false;
};

}  // namespace

void read_states(IoThread& thread, AudienceId audience, std::vector<VisitorName> visitors,
                 std::function<void(Result<std::vector<MemberState>>)> done) {
  auto reader = std::make_unique<StatesReader>(thread, audience, std::move(done));
  reader.release()->start(std::move(visitors));  // it takes itself back when all slices are
}

}  // namespace rekindle::io
