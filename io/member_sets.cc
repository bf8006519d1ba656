#include "io/member_sets.h"

#include <algorithm>
#include <memory>

#include "core/query.h"
#include "core/state_format.h"
#include "io/fan_out.h"

namespace rekindle::io {
namespace {

// --- a page --------------------------------------------------------------------------------------

struct PageJob {
  IoThread& thread;
  AudienceId audience;
  size_t limit;
  bool first_page;
  PageCursor from;
  const Site* only;  // whose members; null: all
  std::function<void(Result<MembersPage>)> done;
  MembersPage page;
};

// One shard's part of a page.
class PageQuery final : public FanOutQuery {
 public:
  PageQuery(FanOut& fan_out, const PageJob& job) : FanOutQuery(fan_out), x_job(job) {}

  // On the shard; reads only what the job had when the questions were sent.
  void run(QueryScope& scope) override {
    sets = scope.member_sets(x_job.audience);
    std::sort(sets.begin(), sets.end(),
              [](const auto& a, const auto& b) { return a.partition < b.partition; });
    for (auto& set : sets) {
      if (set.members != nullptr) size += set.members->cardinality();
      checksum.join(set.checksum);
      collect(scope, set);
      set.members = nullptr;  // not ours to look at once run() has returned
    }
  }

  std::vector<QueryScope::MemberSet> sets;
  std::vector<Member> members;  // at most limit + 1: one more shows that there is another page
  uint64_t size = 0;
  SetChecksum checksum;

 private:
  void collect(QueryScope& scope, const QueryScope::MemberSet& set) {
    const uint16_t partition = to_index(set.partition);
    if (set.members == nullptr || partition < x_job.from.partition) return;
    auto at = set.members->begin();
    if (partition == x_job.from.partition) at.equalorlarger(x_job.from.number);
    for (; at != set.members->end() && members.size() <= x_job.limit; ++at) {
      Member member{partition, *at, {}, {}};
      if (const auto name = scope.recent_name(set.partition, *at)) {
        member.name = *name;
        member.site = site_of(scope, member);
      }
      members.push_back(std::move(member));
    }
  }
  // A name not yet in the store comes without its site; the visitor itself is still in memory.
  SiteId site_of(QueryScope& scope, const Member& member) const {
    const Engine& engine = x_job.thread.engine();
    const auto& sites = engine.sites().all();
    for (const Site& site : sites) {
      const VisitorKey key = visitor_key(site.id, member.name);
      if (to_index(partition_of(key, engine.partitions())) != member.partition) continue;
      const Visitor* visitor = scope.visitor(key);
      if (visitor != nullptr && visitor->number == member.number) return site.id;
    }
    return {};
  }

  const PageJob& x_job;
};

// Looks names up in the store.
class NamesErrand final : public Errand {
 public:
  explicit NamesErrand(std::unique_ptr<PageJob> job) : x_job(std::move(job)) {}

  void run() override {
    std::vector<std::string> keys;
    std::vector<size_t> wanted;
    auto& members = x_job->page.members;
    for (size_t i = 0; i < members.size(); ++i) {
      if (!members[i].name.empty()) continue;
      wanted.push_back(i);
      state_format::append_number(PartitionId{members[i].partition}, members[i].number,
                                  keys.emplace_back());
    }
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    x_read = x_job->thread.engine().store().multi_get(
        Table::kNames, views, [&](size_t i, std::string_view value) {
          ByteReader reader(value);
          members[wanted[i]].site = SiteId{reader.fixed<uint32_t>()};
          members[wanted[i]].name = reader.raw(reader.left());
        });
    // Whose name is nowhere was erased since the shard was asked.
    std::erase_if(members, [](const Member& member) { return member.name.empty(); });
  }
  void on_reply() override {
    const std::unique_ptr<NamesErrand> self(this);
    if (!x_read) return x_job->done(x_read.error());
    if (x_job->only != nullptr) leave_out_others();
    x_job->done(std::move(x_job->page));
  }

 private:
  void leave_out_others() {
    MembersPage& page = x_job->page;
    const SiteId wanted = x_job->only->id;
    std::erase_if(page.members, [wanted](const Member& member) { return member.site != wanted; });
    page.size.reset();
    page.checksum.reset();
  }

  std::unique_ptr<PageJob> x_job;
  Result<void> x_read;
};

void join(PageJob& job, FanOut& fan_out) {
  MembersPage& page = job.page;
  ChangesCursor snapshot(job.thread.engine().partitions());
  SetChecksum checksum;
  uint64_t size = 0;
  fan_out.for_each<PageQuery>([&](PageQuery& query) {
    size += query.size;
    checksum.join(query.checksum);
    for (const auto& set : query.sets) {
      snapshot.set(to_index(set.partition), set.seq);
      page.as_of = std::max(page.as_of, set.as_of);
    }
    std::move(query.members.begin(), query.members.end(), std::back_inserter(page.members));
  });
  page.size = size;
  std::sort(page.members.begin(), page.members.end(), [](const Member& a, const Member& b) {
    return a.partition != b.partition ? a.partition < b.partition : a.number < b.number;
  });
  if (job.first_page) {
    job.from.changes_after = snapshot;
    page.checksum = checksum;
  }
  page.changes_after = job.from.changes_after.text();
  if (page.members.size() > job.limit) {
    job.from.partition = page.members[job.limit].partition;
    job.from.number = page.members[job.limit].number;
    page.next = job.from.text();
    page.members.resize(job.limit);
  }
}

// --- sizes ---------------------------------------------------------------------------------------

struct SizesJob {
  std::vector<AudienceId> audiences;
  std::function<void(Result<AudienceSizes>)> done;
};

class SizesQuery final : public FanOutQuery {
 public:
  SizesQuery(FanOut& fan_out, const SizesJob& job)
      : FanOutQuery(fan_out), sizes(job.audiences.size(), 0), x_job(job) {}
  void run(QueryScope& scope) override {
    for (const PartitionId id : scope.partitions()) as_of = std::max(as_of, scope.now(id));
    for (size_t i = 0; i < sizes.size(); ++i) {
      for (const auto& set : scope.member_sets(x_job.audiences[i])) {
        if (set.members != nullptr) sizes[i] += set.members->cardinality();
      }
    }
  }
  std::vector<uint64_t> sizes;
  EventTime as_of = EventTime::before_all();

 private:
  const SizesJob& x_job;
};

Error stopping() {
  return {ErrorCode::kOverloaded, "the server is stopping or at its limit"};
}

}  // namespace

std::string PageCursor::text() const {
  std::string bytes;
  changes_after.encode(bytes);
  ByteWriter writer(bytes);
  writer.varint(partition);
  writer.varint(number);
  return to_base64url(bytes);
}

Result<PageCursor> PageCursor::parse(std::string_view text, uint32_t partitions) {
  const auto bytes = from_base64url(text);
  if (!bytes) return bytes.error();
  std::string_view rest = *bytes;
  auto changes_after = ChangesCursor::decode(rest, partitions);
  if (!changes_after) return changes_after.error();
  ByteReader reader(rest);
  const uint64_t partition = reader.varint();
  const uint64_t number = reader.varint();
  if (!reader.ok() || !reader.at_end() || partition >= partitions || number > UINT32_MAX) {
    return Error{ErrorCode::kInvalidArgument, "not a page cursor of this server"};
  }
  return PageCursor{*std::move(changes_after), static_cast<uint32_t>(partition),
                    static_cast<VisitorNumber>(number)};
}

Result<void> read_members(IoThread& thread, AudienceId audience, size_t limit,
                          std::optional<PageCursor> from, const Site* only,
                          std::function<void(Result<MembersPage>)> done) {
  const bool first_page = !from.has_value();
  if (first_page) from = PageCursor{ChangesCursor(thread.engine().partitions()), 0, 0};
  auto job = std::make_shared<PageJob>(
      PageJob{thread, audience, limit, first_page, *std::move(from), only, std::move(done), {}});
  return FanOut::ask(
      thread, [&](FanOut& fan_out) { return std::make_unique<PageQuery>(fan_out, *job); },
      [job](FanOut& fan_out) {
        if (fan_out.failed()) return job->done(stopping());
        join(*job, fan_out);
        auto owned = std::make_unique<PageJob>(std::move(*job));
        const auto errand_done = owned->done;
        if (!owned->thread.send_errand(std::make_unique<NamesErrand>(std::move(owned)))) {
          errand_done(stopping());
        }
      });
}

Result<void> read_sizes(IoThread& thread, std::vector<AudienceId> audiences,
                        std::function<void(Result<AudienceSizes>)> done) {
  auto job = std::make_shared<SizesJob>(SizesJob{std::move(audiences), std::move(done)});
  return FanOut::ask(
      thread, [&](FanOut& fan_out) { return std::make_unique<SizesQuery>(fan_out, *job); },
      [job](FanOut& fan_out) {
        if (fan_out.failed()) return job->done(stopping());
        AudienceSizes all;
        all.sizes.resize(job->audiences.size(), 0);
        fan_out.for_each<SizesQuery>([&](const SizesQuery& query) {
          for (size_t i = 0; i < all.sizes.size(); ++i) all.sizes[i] += query.sizes[i];
          all.as_of = std::max(all.as_of, query.as_of);
        });
        job->done(std::move(all));
      });
}

}  // namespace rekindle::io
