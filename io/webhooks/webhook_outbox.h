// Cuts a webhook's next message out of the change log, and makes a cut message again, byte for
// byte.
//
//   {"type":"audience.changes","timestamp":"…","data":{"webhook":"crm","cursor":"…","changes":[…]}}
//   {"type":"audience.resync","timestamp":"…","data":{"webhook":"crm","cursor":"…",
//    "reason":"gone","audiences":[{"audience":"vip","members":"/v1/audiences/vip/members"}]}}
//
// Thread: the webhook thread (reads the log, which may block). Bounds: limits::kWebhook*.
#pragma once

#include <string>
#include <vector>

#include "core/engine.h"
#include "io/change_json.h"
#include "io/webhooks/webhook_config.h"
#include "io/webhooks/webhook_progress.h"

namespace rekindle::io {

struct WebhookMessage {
  std::string id;
  std::string body;
  uint64_t changes = 0;
};

class WebhookOutbox {
 public:
  WebhookOutbox(Engine& engine, const WebhookConfig& config);

  // As configured, with commas between.
  [[nodiscard]] const std::string& audiences() const { return x_audiences; }
  // A place at the present end, from where changes follow a resync.
  [[nodiscard]] WebhookProgress resync(ResyncReason reason) const;

  struct Cut {
    WebhookProgress progress;  // sending: nothing, when no wanted change was found up to `from`
    WebhookMessage message;
    bool more = false;  // there may be more right now
  };
  // What comes after `from`. When changes there were let go it is a resync. Errors: kStoreFailed.
  [[nodiscard]] Result<Cut> cut(const ChangesCursor& from);
  // The message of a progress that is sending. Errors: as the log's; kGone.
  [[nodiscard]] Result<WebhookMessage> message_of(const WebhookProgress& progress);

 private:
  struct Range {
    PartitionId partition{};
    uint64_t after = 0;
    uint64_t upto = UINT64_MAX;
    size_t most = SIZE_MAX;  // wanted changes
    size_t bytes_max = SIZE_MAX;
  };
  struct Found {
    std::string json;  // wanted changes, with commas between
    size_t count = 0;
    size_t scanned = 0;
    uint64_t last = 0;  // seq of the last one looked at
    bool more = false;
  };
  [[nodiscard]] Result<Found> read(const Range& range);
  [[nodiscard]] bool wants(AudienceId audience);
  [[nodiscard]] WebhookMessage write(const WebhookProgress& progress, std::string_view changes,
                                     uint64_t count) const;
  [[nodiscard]] WebhookMessage write_resync(const WebhookProgress& progress) const;
  [[nodiscard]] std::string id_of(const WebhookProgress& progress) const;

  Engine& x_engine;
  const WebhookConfig& x_config;
  std::string x_audiences;
  ChangeJson x_json;
  std::vector<signed char> x_wanted;  // by audience id: −1 no, 1 yes, 0 not looked up
  uint32_t x_next = 0;                // partition a cut begins with, so that none is starved
};

}  // namespace rekindle::io
