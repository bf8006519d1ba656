// Adds up what each channel brought (io/reports/channel.h) from a site's events, in the order of
// the log. Two steps, because late events are in the log behind later ones: add() keeps what
// matters of an event, finish() puts each visitor's moments in the order of their time and counts.
//
// Thread: the reports' own. Owns: limits::kChannelMomentsMax moments and kChannelsMax channels.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "io/reports/channel.h"

namespace rekindle::io {

struct ChannelPeriod {
  SiteId site{};
  EventTime begin;
  EventTime end;  // excluded
};

class ChannelSums {
 public:
  struct Sums {
    uint64_t reach = 0;  // visitors, each once
    uint64_t engagements = 0;
    uint64_t clicks = 0;
    uint64_t emails = 0;
    uint64_t conversions = 0;
    int64_t revenue = 0;  // minor units
    int64_t cost = 0;
  };

  ChannelSums(const ChannelPeriod& period, const ChannelConfig& config);

  // False: there is no room for more, the period is too long.
  [[nodiscard]] bool add(const Event& event);
  void add(const ChannelCost& cost);
  // Once, after all that is to be counted was added.
  void finish();

  // Every channel something is known of, in alphabetical order of kind and names.
  struct Row {
    MediaKind kind;
    const Channel* channel;
    const Sums* sums;
  };
  [[nodiscard]] std::vector<Row> rows() const;
  [[nodiscard]] const std::array<Sums, kMediaKinds>& kinds() const { return x_kinds; }

 private:
  enum class Kind : uint8_t { kReached, kEngaged, kClicked, kVisited, kEmail, kBought };
  struct Moment {
    VisitorKey visitor;
    EventTime at;
    NameHash event_id = kNoName;
    NameHash order = kNoName;
    int64_t value = 0;
    uint32_t channel = 0;
    Kind kind{};
  };
  struct Known {  // a channel
    MediaKind kind{};
    Sums sums;
  };
  using Moments = std::vector<Moment>::iterator;

  [[nodiscard]] uint32_t channel_id(const Channel& channel);
  [[nodiscard]] bool is_in(EventTime at) const { return at >= x_period.begin && at < x_period.end; }
  [[nodiscard]] Moments without_repeats(Moments begin, Moments end);
  void count_visitor(Moments begin, Moments end);
  void count_reach();
  void count_touch(const Moment& touch, EventTime& newest_click);
  void credit(const Moment& moment, uint32_t channel);

  ChannelPeriod x_period;
  const ChannelConfig& x_config;
  std::map<Channel, uint32_t> x_ids;
  std::vector<Known> x_channels;
  std::array<Sums, kMediaKinds> x_kinds{};
  std::vector<Moment> x_moments;
  // Of the visitor under way; reused.
  std::vector<uint32_t> x_reached;
  std::map<uint32_t, EventTime> x_newest_clicks;
};

}  // namespace rekindle::io
