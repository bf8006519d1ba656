#include "io/reports/channel_sums.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <optional>

#include "core/limits.h"

namespace rekindle::io {
namespace {

// A visit so soon after a click or visit by the same channel is the same one.
constexpr Duration kSameVisit = minutes(30);

}  // namespace

ChannelSums::ChannelSums(const ChannelPeriod& period, const ChannelConfig& config)
    : x_period(period), x_config(config) {}

uint32_t ChannelSums::channel_id(const Channel& channel) {
  static const Channel kOthers{"(other)", "(other)", {}, {}};
  const bool is_full = x_channels.size() >= limits::kChannelsMax && !x_ids.contains(channel);
  const Channel& named = is_full ? kOthers : channel;
  const auto [place, is_new] = x_ids.try_emplace(named, static_cast<uint32_t>(x_channels.size()));
  if (is_new) x_channels.push_back({kind_of(named, x_config), {}});
  return place->second;
}

bool ChannelSums::add(const Event& event) {
  if (event.site != x_period.site || event.at >= x_period.end ||
      event.at < x_period.begin - x_config.window) {
    return true;
  }
  Moment moment{event.visitor, event.at, event.event_id, event.order_hash, 0, 0, Kind::kReached};
  const TouchOf touch = touch_of(event);
  if (touch.touch != Touch::kNone) {
    constexpr Kind kKinds[] = {Kind::kReached, Kind::kReached, Kind::kEngaged, Kind::kClicked,
                               Kind::kVisited};
    moment.kind = kKinds[static_cast<size_t>(touch.touch)];
    moment.channel = channel_id(touch.channel);
    x_moments.push_back(moment);
  }
  if (event.type == EventType::kPurchase) {
    moment.kind = Kind::kBought;
    moment.value = std::max<int64_t>(worth_of(event), 0);  // kNoMoney is below
    x_moments.push_back(moment);
  } else if (collects_email(event)) {
    moment.kind = Kind::kEmail;
    x_moments.push_back(moment);
  }
  return x_moments.size() <= limits::kChannelMomentsMax;
}

void ChannelSums::add(const ChannelCost& cost) {
  const EventTime at = EventTime{} + days(cost.day);
  if (!is_in(at)) return;
  Known& known = x_channels[channel_id(cost.channel)];
  for (Sums* sums : {&known.sums, &x_kinds[static_cast<size_t>(known.kind)]}) {
    sums->cost = saturating_add(sums->cost, cost.minor);
  }
}

void ChannelSums::finish() {
  std::stable_sort(x_moments.begin(), x_moments.end(),
                   [](const Moment& a, const Moment& b) { return a.visitor < b.visitor; });
  for (auto begin = x_moments.begin(); begin != x_moments.end();) {
    const auto end = std::find_if(begin, x_moments.end(), [&](const Moment& moment) {
      return moment.visitor != begin->visitor;
    });
    count_visitor(begin, without_repeats(begin, end));
    begin = end;
  }
  x_moments.clear();
}

// Sorts out what was sent twice: of an event id, and of an order, the first in the log counts.
ChannelSums::Moments ChannelSums::without_repeats(Moments begin, Moments end) {
  absl::flat_hash_set<std::pair<NameHash, Kind>> events;
  absl::flat_hash_set<NameHash> orders;
  const auto is_repeat = [&](const Moment& moment) {
    if (moment.event_id != kNoName && !events.insert({moment.event_id, moment.kind}).second) {
      return true;
    }
    return moment.kind == Kind::kBought && moment.order != kNoName &&
           !orders.insert(moment.order).second;
  };
  return std::remove_if(begin, end, is_repeat);  // in order, each once, as the standard has it
}

void ChannelSums::count_visitor(Moments begin, Moments end) {
  std::stable_sort(begin, end, [](const Moment& a, const Moment& b) { return a.at < b.at; });
  x_reached.clear();
  x_newest_clicks.clear();
  std::optional<Moment> click;  // the newest click or visit, and other engagement
  std::optional<Moment> engagement;
  bool has_email = false;
  for (auto moment = begin; moment != end; ++moment) {
    if (moment->kind == Kind::kBought || moment->kind == Kind::kEmail) {
      if (!is_in(moment->at) || (moment->kind == Kind::kEmail && has_email)) continue;
      has_email |= moment->kind == Kind::kEmail;
      const auto explains = [&](const std::optional<Moment>& touch) {
        return touch && touch->at > moment->at - x_config.window;
      };
      const uint32_t channel = explains(click)        ? click->channel
                               : explains(engagement) ? engagement->channel
                                                      : channel_id(direct_channel());
      credit(*moment, channel);
      continue;
    }
    const auto [place, is_new] =
        x_newest_clicks.try_emplace(moment->channel, EventTime::before_all());
    count_touch(*moment, place->second);
    if (moment->kind == Kind::kClicked || moment->kind == Kind::kVisited) click = *moment;
    if (moment->kind == Kind::kEngaged) engagement = *moment;
  }
  count_reach();
}

void ChannelSums::count_touch(const Moment& touch, EventTime& newest_click) {
  const bool is_click = touch.kind == Kind::kClicked || touch.kind == Kind::kVisited;
  const bool is_same = touch.kind == Kind::kVisited && newest_click != EventTime::before_all() &&
                       touch.at - newest_click <= kSameVisit;
  if (is_click) newest_click = touch.at;
  if (!is_in(touch.at)) return;
  x_reached.push_back(touch.channel);
  if (touch.kind == Kind::kReached || is_same) return;
  Known& known = x_channels[touch.channel];
  for (Sums* sums : {&known.sums, &x_kinds[static_cast<size_t>(known.kind)]}) {
    ++sums->engagements;
    sums->clicks += is_click;
  }
}

void ChannelSums::credit(const Moment& moment, uint32_t channel) {
  Known& known = x_channels[channel];
  for (Sums* sums : {&known.sums, &x_kinds[static_cast<size_t>(known.kind)]}) {
    if (moment.kind == Kind::kEmail) {
      ++sums->emails;
    } else {
      ++sums->conversions;
      sums->revenue = saturating_add(sums->revenue, moment.value);
    }
  }
}

void ChannelSums::count_reach() {
  std::sort(x_reached.begin(), x_reached.end());
  x_reached.erase(std::unique(x_reached.begin(), x_reached.end()), x_reached.end());
  std::array<bool, kMediaKinds> by_kind{};
  for (const uint32_t channel : x_reached) {
    ++x_channels[channel].sums.reach;
    by_kind[static_cast<size_t>(x_channels[channel].kind)] = true;
  }
  for (size_t i = 0; i < kMediaKinds; ++i) x_kinds[i].reach += by_kind[i];
}

std::vector<ChannelSums::Row> ChannelSums::rows() const {
  std::vector<Row> rows;
  rows.reserve(x_ids.size());
  for (const auto& [channel, id] : x_ids) {
    const Sums& sums = x_channels[id].sums;
    const bool is_known =
        sums.reach > 0 || sums.emails > 0 || sums.conversions > 0 || sums.cost > 0;
    if (is_known) rows.push_back({x_channels[id].kind, &channel, &sums});  // touched in the window
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return name_of(a.kind) < name_of(b.kind); });
  return rows;
}

}  // namespace rekindle::io
