// Looking at all visitors of a partition, and finding visitors by their numbers.
#include <algorithm>

#include "core/bytes.h"
#include "core/partition.h"
#include "core/state_format.h"
#include "core/visitor_format.h"

namespace rekindle {

namespace {

// Who is told what a copy's operators say.
class Nobody final : public EffectSink {
 public:
  void add_change(const Change&, VisitorNumber) override {}
  void add_session(const ClosedSession&) override {}
};

}  // namespace

void Partition::look_at_copy(Visitor& visitor, EventTime now) const {
  const Site* const site = x_env.sites.find(visitor.site);
  if (site == nullptr) return;
  const Membership* const end = std::remove_if(
      visitor.memberships.begin(), visitor.memberships.end(),
      [this](const Membership& membership) { return !x_rules.is_in_force(membership.of()); });
  visitor.memberships.erase(end, visitor.memberships.end());
  Nobody nobody;
  look_as_one(visitor, *site, now, ChangeReason::kDeadline, nobody);
}

// As if a deadline came at an instant, for a visitor who is nobody's; `effects` hear of it.
void Partition::look_as_one(Visitor& visitor, const Site& site, EventTime at, ChangeReason reason,
                            EffectSink& effects) const {
  visitor.deadline = EventTime::never();
  Context context(visitor, site, at, reason, EventType::kNone, effects,
                  x_insights.find(visitor.site));
  for (const auto& op : *x_operators) op->on_deadline(context);
}

Result<std::vector<Partition::NamedVisitor>> Partition::names_of(
    std::span<const VisitorNumber> numbers) {
  std::vector<NamedVisitor> named;
  named.reserve(numbers.size());
  const auto first_unsaved = std::lower_bound(numbers.begin(), numbers.end(), x_first_unsaved);
  const auto stored = numbers.first(static_cast<size_t>(first_unsaved - numbers.begin()));
  const auto add = [this, &named](VisitorNumber number, std::string_view value) {
    ByteReader reader(value);
    const auto site = reader.fixed<SiteId>();
    if (is_erased(number)) return;
    named.push_back({number, site, std::string(reader.raw(reader.left()))});
  };
  if (!stored.empty() && stored.back() - stored.front() < 2 * stored.size()) {
    std::string begin;
    std::string end;
    state_format::append_number(x_id, stored.front(), begin);
    state_format::append_number(x_id, stored.back() + 1, end);
    auto wanted = stored.begin();
    auto read = x_env.store.scan(Table::kNames, begin, end, [&](auto key, std::string_view value) {
      const auto number = read_big_endian<VisitorNumber>(key.data() + 2);
      while (wanted != stored.end() && *wanted < number) ++wanted;
      if (wanted != stored.end() && *wanted == number) add(number, value);
      return true;
    });
    if (!read) return read.error();
  } else if (!stored.empty()) {
    std::vector<std::string> rows(stored.size());
    for (size_t i = 0; i < rows.size(); ++i) state_format::append_number(x_id, stored[i], rows[i]);
    const std::vector<std::string_view> views(rows.begin(), rows.end());
    auto read = x_env.store.multi_get(
        Table::kNames, views, [&](size_t i, std::string_view value) { add(stored[i], value); });
    if (!read) return read.error();
    std::sort(named.begin(), named.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
  }
  for (auto number = first_unsaved; number != numbers.end(); ++number) {
    if (*number - x_first_unsaved >= x_unsaved.size()) break;
    if (x_unsaved[*number - x_first_unsaved] == nullptr) continue;
    const Visitor& visitor = x_unsaved[*number - x_first_unsaved]->visitor;
    named.push_back({*number, visitor.site, visitor.name});
  }
  return named;
}

Result<bool> Partition::walk(VisitorWalk& walk, size_t most, VisitorReader look) {
  if (!walk.begun) {
    walk.begun = true;
    walk.seen.resize(x_state.next_number, false);
  }
  if (walk.slot < x_cache.size()) {
    const std::vector<const CachedVisitor*> portion = x_cache.portion(walk.slot, most);
    walk.slot += portion.size();
    begin_prefetch(portion, Work::kAny);
    for (size_t i = 0; i < portion.size(); ++i) {
      prefetch_ahead(portion, i, Work::kAny);
      const Visitor& visitor = portion[i]->visitor;
      // One that moved up to a place that another left may come twice.
      if (visitor.number >= walk.seen.size() || walk.seen[visitor.number]) continue;
      walk.seen[visitor.number] = true;
      const Site* const site = x_env.sites.find(visitor.site);
      if (site != nullptr) look(visitor, *site);
    }
    return true;
  }
  return walk_unseen(walk, most, look);
}

Result<bool> Partition::walk_unseen(VisitorWalk& walk, size_t most, VisitorReader look) {
  std::vector<VisitorNumber> numbers;
  for (; walk.next < walk.seen.size() && numbers.size() < most; ++walk.next) {
    if (!walk.seen[walk.next]) numbers.push_back(walk.next);
  }
  if (numbers.empty()) return false;
  auto named = names_of(numbers);
  if (!named) return named.error();
  std::string rows;
  std::vector<VisitorKey> missing;
  const auto look_at = [&](const Visitor& visitor) {
    const Site* const site = x_env.sites.find(visitor.site);
    if (site != nullptr) look(visitor, *site);
  };
  for (const NamedVisitor& visitor : *named) {
    const VisitorKey key = visitor_key(visitor.site, visitor.name);
    if (const CachedVisitor* const cached = x_cache.find(key)) {
      look_at(cached->visitor);
    } else {
      missing.push_back(key);
      state_format::append_visitor(x_id, key, rows);
    }
  }
  std::vector<std::string_view> views;
  for (size_t i = 0; i < missing.size(); ++i) {
    views.push_back(std::string_view(rows).substr(i * state_format::kVisitorKeyBytes,
                                                  state_format::kVisitorKeyBytes));
  }
  Result<void> outcome;
  auto read = x_env.store.multi_get(Table::kVisitors, views, [&](size_t i, std::string_view value) {
    if (is_erased(missing[i])) return;
    Visitor visitor;
    visitor.key = missing[i];
    if (auto decoded = decode_visitor(value, visitor); !decoded) {
      outcome = decoded.error();
    } else {
      look_at(visitor);
    }
  });
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  return walk.next < walk.seen.size();
}

}  // namespace rekindle
