// What people and /metrics see of one webhook. Written by the webhook thread, copied by others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"

namespace rekindle::io {

enum class WebhookState : uint8_t { kIdle, kSending, kRetrying };
[[nodiscard]] constexpr std::string_view name_of(WebhookState state) {
  switch (state) {
    case WebhookState::kIdle: return "idle";
    case WebhookState::kSending: return "sending";
    case WebhookState::kRetrying: return "retrying";
  }
  return "unknown";
}

struct WebhookStatus {
  std::string name;
  std::string url;  // without its query
  std::string audiences;
  WebhookState state = WebhookState::kIdle;
  std::string cursor;     // up to here all is delivered
  uint64_t behind = 0;    // changes of any audience after it
  uint64_t messages = 0;  // delivered, since the start
  uint64_t changes = 0;   // in them
  uint64_t resyncs = 0;   // of them
  uint64_t failures = 0;  // attempts
  uint64_t failures_in_a_row = 0;
  WallTime delivered_at;     // 0: not yet
  WallTime next_attempt_at;  // while retrying
  std::string problem;       // of the last attempt; empty when it was delivered
};

}  // namespace rekindle::io
