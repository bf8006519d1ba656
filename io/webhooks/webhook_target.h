// One webhook on its way through the feed: cuts a message, sends it until it is taken, cuts the
// next. One message is under way at a time, so they arrive in order; it is all that is in memory,
// however long the receiver is away.
//
//   idle ──cut──▶ sending ──taken──▶ idle        a cut is saved before it is sent
//                  │   ▲
//               failed └─after 1 s, 2 s, … 5 min, each shortened at random by up to a half
//                  ▼   │
//                 retrying
//
// Thread: the webhook thread. Driven by io/webhooks/webhooks.
#pragma once

#include <random>

#include "io/webhooks/webhook_call.h"
#include "io/webhooks/webhook_outbox.h"
#include "io/webhooks/webhook_status.h"

namespace rekindle::io {

class WebhookTarget {
 public:
  // Errors: kInvalidConfiguration, kStoreFailed, kCorruptRecord, kNewerVersion.
  [[nodiscard]] static Result<std::unique_ptr<WebhookTarget>> make(Engine& engine,
                                                                   const WebhookConfig& config);

  // Nothing to do until something is committed.
  [[nodiscard]] bool waits_for_news() const;
  // When it wants step() called, in monotonic ms; INT64_MAX: not before an attempt ends or
  // something is committed.
  [[nodiscard]] int64_t wakes_at() const;
  // Cuts when it is time to. True: there is something to save(), which comes before send().
  bool step(int64_t now_ms);
  [[nodiscard]] bool is_saved() const { return x_is_saved; }
  void save(StateBatch& batch);
  void saved();
  [[nodiscard]] bool wants_to_send(int64_t now_ms) const;
  // `after` is called when the attempt is over.
  void send(boost::asio::io_context& context, std::function<void()> after);

  [[nodiscard]] const WebhookStatus& status() const { return x_status; }
  [[nodiscard]] const ChangesCursor& delivered() const { return x_progress.from; }

 private:
  WebhookTarget(Engine& engine, const WebhookConfig& config, WebhookTls tls,
                WebhookProgress progress, bool is_saved);

  void cut(int64_t now_ms);
  bool make_again();
  void on_outcome(const WebhookOutcome& outcome);
  void take_delivery();
  void fail(std::string problem, int64_t at_least_ms);
  [[nodiscard]] int64_t retry_delay_ms();

  Engine& x_engine;
  const WebhookConfig x_config;
  WebhookTls x_tls;
  WebhookOutbox x_outbox;
  WebhookProgress x_progress;
  WebhookMessage x_message;  // of x_progress while it is sending; empty: to be made again
  bool x_is_saved;           // x_progress is what the store has
  int64_t x_saved_ms = 0;
  bool x_in_flight = false;
  int64_t x_wait_until_ms = 0;  // no cut, or no attempt, before
  WebhookStatus x_status;
  std::minstd_rand x_dice{std::random_device{}()};
};

}  // namespace rekindle::io
