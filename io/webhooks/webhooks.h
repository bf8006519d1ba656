// All webhooks of a server, on a thread of their own: cuts messages out of the change log, saves
// what is about to be sent, sends, tries again. docs/handover.md tells receivers what to expect.
//
// Thread: make and stop from the server's; status from any. Life: stop before the engine stops.
// What is saved is never ahead of the log: the log is synced before it.
#pragma once

#include <memory>
#include <vector>

#include "core/engine.h"
#include "core/mailbox.h"
#include "io/webhooks/webhook_config.h"
#include "io/webhooks/webhook_status.h"

namespace rekindle::io {

class Webhooks {
 public:
  // `bell` is rung after commits with changes; it outlives this. Errors: kInvalidConfiguration,
  // kStoreFailed, kCorruptRecord, kNewerVersion.
  [[nodiscard]] static Result<std::unique_ptr<Webhooks>> make(
      Engine& engine, const std::vector<WebhookConfig>& configs, Doorbell& bell);
  ~Webhooks();  // stops
  Webhooks(const Webhooks&) = delete;
  Webhooks& operator=(const Webhooks&) = delete;

  void start();
  // Breaks off what is under way, which is sent again after the next start, and saves the rest.
  void stop();
  // In the order of the configuration.
  [[nodiscard]] std::vector<WebhookStatus> status() const;

 private:
  struct Parts;
  explicit Webhooks(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> x_parts;
};

}  // namespace rekindle::io
