// How far a webhook has come, as it is kept in the state store: the change log is the outbox, a
// place in it is all that must survive. What is being sent is written down before it is sent; so
// the same message goes out again after a restart, with the same id.
//
//   1 version (1) · 1 sending (0 nothing, 1 changes, 2 resync) · 1 reason (of a resync) · 8 cut at,
//   ms · audiences (names with commas between, varint length) · cursor from · cursor to
//
// Row of Table::kPartitions: ff ff 'w' · name. Thread: any one.
#pragma once

#include <optional>
#include <string>

#include "core/state_store.h"
#include "core/time.h"
#include "io/changes_cursor.h"

namespace rekindle::io {

enum class WebhookSending : uint8_t { kNothing, kChanges, kResync };
// Why a receiver must take the members again.
enum class ResyncReason : uint8_t { kStarted, kGone, kAudiencesChanged };
[[nodiscard]] std::string_view name_of(
    ResyncReason reason);  // "started", "gone", "audiences_changed"

struct WebhookProgress {
  WebhookSending sending = WebhookSending::kNothing;
  ResyncReason reason = ResyncReason::kStarted;
  WallTime cut_at;
  std::string audiences;  // as configured when this was written
  ChangesCursor from;     // what was delivered
  ChangesCursor to;       // … and what is being sent: from where `from` ends to here
  friend bool operator==(const WebhookProgress&, const WebhookProgress&) = default;
};

[[nodiscard]] std::string encode_progress(const WebhookProgress& progress);
[[nodiscard]] Result<WebhookProgress> decode_progress(std::string_view bytes, uint32_t partitions);

[[nodiscard]] std::string progress_row(std::string_view webhook);
// Nothing when there is none yet. Errors: kStoreFailed, kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<std::optional<WebhookProgress>> load_progress(StateStore& store,
                                                                   std::string_view webhook,
                                                                   uint32_t partitions);

}  // namespace rekindle::io
