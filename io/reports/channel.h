// Where attention comes from: a channel is a source, a medium, a campaign and an influencer, and of
// one kind of media. What an event says about the channel it came by, and how far it is a touch:
// docs/reports.md has the rules.
//
// Pure functions; called by io/reports/channel_sums.cc on the reports' thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/event.h"

namespace rekindle::io {

enum class MediaKind : uint8_t { kOwned, kPaid, kEarned, kShared, kOther };
inline constexpr size_t kMediaKinds = 5;
[[nodiscard]] std::string_view name_of(MediaKind kind);  // "owned", …
[[nodiscard]] std::optional<MediaKind> parse_media_kind(std::string_view name);

// In small letters, but for campaign and influencer. Empty: not said.
struct Channel {
  std::string source;
  std::string medium;
  std::string campaign;
  std::string influencer;
  friend auto operator<=>(const Channel&, const Channel&) = default;
};
[[nodiscard]] std::string small_letters(std::string_view text);  // of ASCII
// What no touch explains.
[[nodiscard]] Channel direct_channel();

// What a channel cost on a day; a line of the cost file.
struct ChannelCost {
  int32_t day = 0;  // since 1970-01-01
  Channel channel;
  int64_t minor = 0;  // of the site's currency
};

struct ChannelConfig {
  std::string site;
  Duration window = days(30);              // a touch explains what happens so long after it
  std::map<std::string, MediaKind> media;  // by medium; others as usual
  // Reads the cost file as it is now; empty: there is none. Called on the reports' thread.
  std::function<Result<std::vector<ChannelCost>>()> read_costs;
};

[[nodiscard]] MediaKind kind_of(const Channel& channel, const ChannelConfig& config);

enum class Touch : uint8_t {
  kNone,
  kReached,  // something was shown or brought to them
  kEngaged,  // they did something with it
  kClicked,  // … that led to the shop
  kVisited,  // they came
};
// `channel` is what the event says; it is empty for Touch::kNone.
struct TouchOf {
  Touch touch = Touch::kNone;
  Channel channel;
};
[[nodiscard]] TouchOf touch_of(const Event& event);

// Whether an e-mail address was given with it.
[[nodiscard]] bool collects_email(const Event& event);

}  // namespace rekindle::io
