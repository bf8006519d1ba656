#include "core/repeated_events.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace rekindle {
namespace {

using Entries = std::span<const Timeline::Entry>;

Entries entries_of(const Visitor& visitor, EventType type) {
  const Timeline::List* const list = visitor.timeline.find(type);
  return list == nullptr ? Entries() : list->entries();
}

class Search {
 public:
  explicit Search(std::span<const Visitor* const> parts) : x_parts(parts) {
    x_found.left_out.resize(parts.size());
    x_shared_orders.resize(parts.size(), 0);
    for (const Visitor* const part : parts) x_found.totals.push_back(part->lifetime);
  }

  RepeatedEvents run() {
    leave_out_orders();
    for (size_t part = 1; part < x_parts.size(); ++part) leave_out_same_ids(part);
    for (size_t part = 0; part < x_parts.size(); ++part) date_orders(part);
    return std::move(x_found);
  }

 private:
  struct Place {
    size_t part = 0;
    std::optional<size_t> entry;  // among purchases; none: not known any more
    EventTime at;
  };

  [[nodiscard]] bool is_left_out(size_t part, EventType type, size_t entry) const {
    return x_found.left_out[part].count({type, entry}) != 0;
  }

  // A list with tiles keeps an entry.
  [[nodiscard]] bool may_leave_out(size_t part, EventType type) const {
    const Timeline::List* const list = x_parts[part]->timeline.find(type);
    if (list->tiles() == nullptr) return true;
    size_t left = list->entries().size();
    for (const auto& [of, entry] : x_found.left_out[part]) left -= of == type ? 1 : 0;
    return left > 1;
  }

  void take_from_totals(size_t part, EventType type, int64_t value) {
    Lifetime& totals = x_found.totals[part];
    --totals.events;
    if (type == EventType::kRefund && value != kNoMoney) {
      totals.refunded = saturating_add(totals.refunded, value < 0 ? value : -value);
    }
    if (type != EventType::kPurchase) return;
    // Whether it had a coupon is known where all had, or none.
    if (totals.coupon_orders == totals.orders) {
      --totals.coupon_orders;
    } else if (totals.coupon_orders != 0) {
      x_found.exact = false;
    }
    --totals.orders;
    if (value != kNoMoney) totals.purchased = saturating_add(totals.purchased, -value);
  }

  void leave_out(size_t part, EventType type, size_t entry) {
    x_found.left_out[part].insert({type, entry});
    take_from_totals(part, type, entries_of(*x_parts[part], type)[entry].value);
  }

  void leave_out_orders() {
    std::map<NameHash, std::vector<Place>> sent;
    for (size_t part = 0; part < x_parts.size(); ++part) {
      const Visitor& visitor = *x_parts[part];
      const Entries entries = entries_of(visitor, EventType::kPurchase);
      absl::flat_hash_map<NameHash, size_t> known;
      for (size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].has_order) known[visitor.timeline.order_of(entries[i])] = i;
      }
      for (const NameHash order : visitor.seen.orders) {
        const auto found = known.find(order);
        std::vector<Place>& places = sent[order];
        if (found == known.end()) {
          places.push_back({part, std::nullopt, EventTime::before_all()});
        } else {
          places.push_back({part, found->second, entries[found->second].at});
        }
      }
    }
    for (auto& [order, places] : sent) leave_out_all_but_one(places);
  }

  // The first stays; one that cannot be left out comes before all.
  void leave_out_all_but_one(std::vector<Place>& places) {
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return a.at < b.at; });
    if (places.size() == 1) return;
    for (const Place& place : places) ++x_shared_orders[place.part];
    for (size_t i = 1; i < places.size(); ++i) {
      const Place& place = places[i];
      if (place.entry && may_leave_out(place.part, EventType::kPurchase)) {
        leave_out(place.part, EventType::kPurchase, *place.entry);
      } else {
        take_from_totals(place.part, EventType::kPurchase, kNoMoney);
        x_found.exact = false;
      }
    }
  }

  // How many of its event ids the parts before it have too.
  [[nodiscard]] size_t same_ids(size_t part) const {
    absl::flat_hash_set<NameHash> before;
    for (size_t earlier = 0; earlier < part; ++earlier) {
      const auto& ids = x_parts[earlier]->seen.event_ids;
      before.insert(ids.begin(), ids.end());
    }
    const auto& ids = x_parts[part]->seen.event_ids;
    return static_cast<size_t>(std::count_if(
        ids.begin(), ids.end(), [&before](NameHash id) { return before.contains(id); }));
  }

  void leave_out_same_ids(size_t part) {
    size_t left = same_ids(part);
    if (left == 0) return;
    for (const Timeline::List& list : x_parts[part]->timeline.lists()) {
      const Entries entries = list.entries();
      for (size_t i = entries.size(); i-- > 0 && left > 0;) {
        if (is_left_out(part, list.type, i) || !is_in_earlier(part, list.type, entries[i])) {
          continue;
        }
        if (!may_leave_out(part, list.type)) continue;
        leave_out(part, list.type, i);
        --left;
      }
    }
    // The ids left may be those of orders.
    if (left > x_shared_orders[part]) x_found.exact = false;
  }

  [[nodiscard]] bool is_in_earlier(size_t part, EventType type, const Timeline::Entry& entry) {
    for (size_t earlier = 0; earlier < part; ++earlier) {
      const Entries entries = entries_of(*x_parts[earlier], type);
      auto same = std::partition_point(entries.begin(), entries.end(),
                                       [&](const auto& other) { return other.at < entry.at; });
      for (; same != entries.end() && same->at == entry.at; ++same) {
        const auto place = static_cast<size_t>(same - entries.begin());
        if (is_left_out(earlier, type, place)) continue;
        if (!is_same(earlier, *same, part, entry)) continue;
        if (x_taken.insert({earlier, type, place, part}).second) return true;
      }
    }
    return false;
  }

  [[nodiscard]] bool is_same(size_t one, const Timeline::Entry& a, size_t other,
                             const Timeline::Entry& b) const {
    const Timeline& first = x_parts[one]->timeline;
    const Timeline& second = x_parts[other]->timeline;
    if (a.value != b.value || a.pieces != b.pieces || a.line_count != b.line_count ||
        first.order_of(a) != second.order_of(b)) {
      return false;
    }
    for (size_t line = 0; line < a.line_count; ++line) {
      if (first.item_of(a, line) != second.item_of(b, line)) return false;
    }
    return true;
  }

  // The newest and the oldest order of those that stay.
  void date_orders(size_t part) {
    const Entries entries = entries_of(*x_parts[part], EventType::kPurchase);
    Lifetime& totals = x_found.totals[part];
    if (totals.orders == x_parts[part]->lifetime.orders) return;
    EventTime first = EventTime::never();
    EventTime last = EventTime::before_all();
    for (size_t i = 0; i < entries.size(); ++i) {
      if (is_left_out(part, EventType::kPurchase, i)) continue;
      first = std::min(first, entries[i].at);
      last = std::max(last, entries[i].at);
    }
    const Timeline::List* const list = x_parts[part]->timeline.find(EventType::kPurchase);
    const bool goes_back = list == nullptr || list->tiles() != nullptr;
    if (goes_back && totals.orders > 0) first = std::min(first, totals.first_order);
    if (goes_back && totals.orders > 0 && entries.empty()) last = totals.last_order;
    totals.first_order = first;
    totals.last_order = last;
  }

  std::span<const Visitor* const> x_parts;
  RepeatedEvents x_found;
  std::vector<size_t> x_shared_orders;  // by part: orders that others have too
  // (part, type, entry, later part): what a later part's entry was found to be.
  std::set<std::tuple<size_t, EventType, size_t, size_t>> x_taken;
};

}  // namespace

RepeatedEvents repeated_events(std::span<const Visitor* const> parts) {
  return Search(parts).run();
}

}  // namespace rekindle
