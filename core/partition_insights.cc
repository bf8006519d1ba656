// What a partition makes of its customers as a whole: keeps them in order, says what changed, and
// brings its boundaries to where the whole site's lie.
//
// A boundary that was published is not simply taken over: however many customers it passes, they
// must be looked at in slices. So each partition moves its own towards it, past a bounded number of
// its own customers a record, and the record says where it went. A replay moves the same way. What
// a boundary passes without a customer in between is not worth a record: it moves when it matters.
#include <algorithm>

#include "core/partition.h"
#include "core/state_format.h"
#include "core/visitor_format.h"

namespace rekindle {
namespace {

using Column = RankIndex::Column;

// Of a partition that counts all its customers; a batch's are fewer, and reported once it is
// committed.
constexpr size_t kChangesPerReport = 1'024;
static_assert(kChangesPerReport > limits::kBatchEventsMax);

RankPosition position_of(const RankIndex::Entry& entry) {
  return RankPosition::at(entry.value, entry.key);
}

// From `from` towards `to`, past at most `budget` customers; nothing when there is none between.
// Takes from the budget what it passes.
std::optional<RankPosition> advanced(const Column& column, const RankPosition& from,
                                     const RankPosition& to, size_t& budget) {
  auto here = first_from(column, from);
  const auto there = first_from(column, to);
  if (here == there) return std::nullopt;
  const bool up = from < to;
  while (here != there && budget > 0) {
    up ? ++here : --here;
    --budget;
  }
  if (here == there) return to;
  return position_of(*here);
}

}  // namespace

// --- counting

void Partition::note_customer(const Visitor& visitor, const Lifetime& before, CustomerViews views) {
  x_ranks.change(visitor.site, visitor.key, before, visitor.lifetime, views);
  x_customers_changed = true;
  if (x_env.customers == nullptr) return;
  x_customer_changes.push_back({visitor.site, views, x_state.clock, before, visitor.lifetime});
  if (x_customer_changes.size() >= kChangesPerReport) report_customers();
}

void Partition::hand_over_customers(std::vector<CustomerChange>& changes) {
  changes.insert(changes.end(), x_customer_changes.begin(), x_customer_changes.end());
  x_customer_changes.clear();
}

void Partition::report_customers() {
  if (x_env.customers != nullptr) x_env.customers->add(x_customer_changes);
}

// The operators in force want other things: counts what was not counted so far, and forgets the
// boundaries nobody asks for. What is counted stays counted until the process ends.
Result<void> Partition::meet_needs() {
  x_needs = {};
  for (const auto& op : *x_operators) x_needs.add(op->needs());
  if (x_insights.keep(x_needs)) x_insights_changed = true;
  x_customers_changed = true;  // what is published already may be news to these needs
  if (x_env.customers != nullptr) x_env.customers->want(x_needs);
  const CustomerViews fresh = views_for(x_needs) & ~x_views;
  if (fresh == 0) return {};
  x_views |= fresh;
  if (auto counted = count_customers(fresh); !counted) return counted;
  if (x_env.customers == nullptr) return {};
  report_customers();
  x_env.customers->complete(fresh);
  return {};
}

// All of them, of which those in memory are the newer ones.
Result<void> Partition::count_customers(CustomerViews views) {
  x_cache.for_each([&](CachedVisitor& cached) {
    if (cached.visitor.lifetime.orders > 0) note_customer(cached.visitor, {}, views);
  });
  std::string begin;
  state_format::append_partition(x_id, begin);
  Result<void> outcome;
  Visitor visitor;
  auto read = x_env.store.scan(Table::kVisitors, begin, state_format::partition_end(x_id),
                               [&](std::string_view row, std::string_view value) {
                                 visitor.key = state_format::visitor_of(row);
                                 if (x_cache.find(visitor.key) != nullptr) return true;
                                 if (is_erased(visitor.key)) return true;
                                 auto totals = decode_totals(value, visitor);
                                 if (!totals) return outcome = totals.error(), false;
                                 if (visitor.lifetime.orders > 0) note_customer(visitor, {}, views);
                                 return true;
                               });
  return read ? outcome : read;
}

// --- moving boundaries

std::vector<SiteInsights> Partition::next_insights(const CustomerTargets& targets,
                                                   size_t most) const {
  Insights step;
  for (const SiteModel& target : targets.models) {
    const SiteInsights* const known = x_insights.find(target.site);
    if (!x_needs.model || (known != nullptr && known->model == target.model)) continue;
    step.of(target.site).model = target.model;
  }
  for (const CutPosition& target : targets.cuts) {
    if (most == 0) break;
    const Column* const column = x_ranks.find(target.site, target.cut.metric);
    if (column == nullptr || column->empty() || !x_needs.has(target.cut)) continue;
    const SiteInsights* const site = x_insights.find(target.site);
    const RankBoundary* const known = site == nullptr ? nullptr : site->find(target.cut);
    RankBoundary next = known != nullptr ? *known : RankBoundary{target.cut, target.position, {}};
    // Until everyone is judged the boundary stays; what is new below its frontier joins the rest.
    const bool judging = next.frontier != RankPosition::before_all();
    RankPosition& moving = judging ? next.frontier : next.position;
    const RankPosition goal = judging ? RankPosition::before_all() : target.position;
    const auto moved = advanced(*column, moving, goal, most);
    if (!moved && !judging) continue;
    moving = moved.value_or(goal);
    step.of(target.site).boundary(target.cut) = next;
  }
  return step.sites();
}

Result<void> Partition::change_insights(std::vector<SiteInsights> step) {
  encode_insights(step, x_record);
  x_insights_changed = true;
  for (SiteInsights& site : step) {
    if (!site.model.empty()) x_insights.of(site.site).model = std::move(site.model);
    for (const RankBoundary& to : site.boundaries) {
      if (auto moved = move_boundary(site.site, to); !moved) return moved;
    }
  }
  return {};
}

// Looks again at the customers between where the boundary (or its frontier) was and where it goes.
Result<void> Partition::move_boundary(SiteId site_id, const RankBoundary& to) {
  RankBoundary& known = x_insights.of(site_id).boundary(to.cut);
  const bool judging = known.frontier != to.frontier;
  const RankPosition from = judging ? known.frontier : known.position;
  const RankPosition until = judging ? to.frontier : to.position;
  known = to;
  const Column* const column = x_ranks.find(site_id, to.cut.metric);
  const Site* const site = x_env.sites.find(site_id);
  if (column == nullptr || site == nullptr) return {};
  std::vector<VisitorKey> keys;
  const auto end = first_from(*column, std::max(from, until));
  for (auto at = first_from(*column, std::min(from, until)); at != end; ++at) {
    keys.push_back(at->key);
  }
  std::vector<VisitorKey> missing = keys;
  if (auto read = read_ahead(missing); !read) return read;
  for (const VisitorKey key : keys) {
    auto found = find(key);
    if (!found) return found.error();
    if (*found != nullptr) look_again(**found, *site, ChangeReason::kRank);
  }
  bump(x_env.counters.rank_crossings, keys.size());
  return {};
}

// All audiences, at the partition's clock, for a reason that is no event of the visitor's.
void Partition::look_again(CachedVisitor& cached, const Site& site, ChangeReason reason) {
  touch(cached);
  fire_visitor(cached, x_state.clock);
  Context context(cached.visitor, site, x_state.clock, reason, EventType::kNone, *this,
                  x_insights.find(cached.visitor.site));
  for (const auto& op : *x_operators) op->on_deadline(context);
  if (cached.visitor.voice != nullptr) note_touched(cached.visitor);
  rearm(cached);
}

}  // namespace rekindle
