// JSON that asks for something instead of reporting events: WebSocket control frames, and the
// bodies of POST /v1/decide, POST /v1/clock and of audience definitions. simdjson stays in the
// source file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/decider.h"
#include "core/engine.h"
#include "core/error.h"

namespace rekindle::io {

// {"subscribe":{"audiences":["a"] or ["*"],"after":"cursor, now or 0","decisions":[{…},…]}}, with
// at least one of the two lists; "after" absent: now; decisions as the body of POST /v1/decide.
struct SubscribeFrame {
  std::vector<std::string> audiences;
  std::string after = "now";
  std::vector<DecideRequest> decisions;
};
struct UnsubscribeFrame {};  // {"unsubscribe":true}
struct DecideFrame {         // {"decide":{…}} as the body of POST /v1/decide
  DecideRequest request;
};
using ControlFrame = std::variant<SubscribeFrame, UnsubscribeFrame, DecideFrame>;

// True when the frame's first key is one of a control frame's; looks at the first bytes only.
[[nodiscard]] bool is_control_frame(std::string_view frame);
// Errors: kMalformedJson, kWrongType, kMissingField, kInvalidArgument.
[[nodiscard]] Result<ControlFrame> parse_control_frame(std::string_view frame);

// {"visitor","placement"? or "placements"?:["name" or {"name","n"?}],"n"?,"site"?,
// "cart"?:[product ids],"cart_discount"?,"shown"?:[product ids],"events"?:[…]}. Errors: as above,
// and kTooManyItems.
struct DecideBody {
  DecideRequest request;
  std::optional<std::string> events;  // a JSON array, as the body of POST /v1/events
};
[[nodiscard]] Result<DecideBody> parse_decide_body(std::string_view body);
// Errors: kMissingField, kInvalidArgument, kStringTooLong. Used for query parameters too.
[[nodiscard]] Result<void> check(const DecideRequest& request);

// {"mode":"wall" or "events"} and/or {"tick": RFC 3339 or milliseconds} and/or {"settle":true}.
struct ClockBody {
  std::optional<ClockMode> mode;
  std::optional<EventTime> tick;
  bool settle = false;
};
[[nodiscard]] Result<ClockBody> parse_clock_body(std::string_view body);

// {"when","title"?,"purpose"?}: the body of PUT /v1/audiences/{name}, which names it.
[[nodiscard]] Result<AudienceDefinition> parse_definition_body(std::string_view body);

// {"when","name"?,"title"?,"purpose"?,"audiences"?:["a"],"sample"?}: what POST
// /v1/audiences/preview is asked. Without "audiences": all of them.
struct PreviewBody {
  AudienceDefinition definition;
  std::optional<std::vector<std::string>> audiences;
  size_t sample = 10;
};
[[nodiscard]] Result<PreviewBody> parse_preview_body(std::string_view body);

}  // namespace rekindle::io
