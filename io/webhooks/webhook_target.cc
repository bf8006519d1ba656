#include "io/webhooks/webhook_target.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/clock.h"
#include "core/limits.h"

namespace rekindle::io {
namespace {

constexpr int64_t kGatherMs = 100;  // between messages, so that changes come in batches
constexpr int64_t kSaveQuietMs =
    60'000;  // a place that moved past unwanted changes is saved so often

int64_t monotonic_ms() {
  return monotonic_ns() / 1'000'000;
}

}  // namespace

Result<std::unique_ptr<WebhookTarget>> WebhookTarget::make(Engine& engine,
                                                           const WebhookConfig& config) {
  auto tls = WebhookTls::make(config.ca_file);
  if (!tls) return tls.error();
  auto found = load_progress(engine.store(), config.name, engine.partitions());
  if (!found) return found.error();
  const WebhookOutbox outbox(engine, config);
  const bool goes_on = found->has_value() && (**found).audiences == outbox.audiences();
  WebhookProgress progress =
      goes_on ? **found
              : outbox.resync(found->has_value() ? ResyncReason::kAudiencesChanged
                                                 : ResyncReason::kStarted);
  return std::unique_ptr<WebhookTarget>(
      new WebhookTarget(engine, config, *std::move(tls), std::move(progress), goes_on));
}

WebhookTarget::WebhookTarget(Engine& engine, const WebhookConfig& config, WebhookTls tls,
                             WebhookProgress progress, bool is_saved)
    : x_engine(engine),
      x_config(config),
      x_tls(std::move(tls)),
      x_outbox(engine, x_config),
      x_progress(std::move(progress)),
      x_is_saved(is_saved) {
  x_status.name = config.name;
  x_status.url = config.url.shown();
  x_status.audiences = x_outbox.audiences();
  x_status.cursor = x_progress.from.text();
}

// --- what to do next -----------------------------------------------------------------------------

bool WebhookTarget::waits_for_news() const {
  if (x_in_flight || x_progress.sending != WebhookSending::kNothing) return false;
  for (uint32_t p = 0; p < x_progress.from.partitions(); ++p) {
    if (x_engine.last_change(PartitionId{static_cast<uint16_t>(p)}) > x_progress.from[p]) {
      return false;
    }
  }
  return true;
}

int64_t WebhookTarget::wakes_at() const {
  if (x_in_flight) return INT64_MAX;
  if (!waits_for_news()) return x_wait_until_ms;
  return x_is_saved ? INT64_MAX : std::max(x_wait_until_ms, x_saved_ms + kSaveQuietMs);
}

bool WebhookTarget::step(int64_t now_ms) {
  if (x_in_flight || now_ms < x_wait_until_ms) return false;
  if (x_progress.sending == WebhookSending::kNothing) {
    if (!waits_for_news()) cut(now_ms);
  } else if (x_message.id.empty() && !make_again()) {
    return false;
  }
  if (x_is_saved) return false;
  return x_progress.sending != WebhookSending::kNothing || now_ms >= x_saved_ms + kSaveQuietMs;
}

void WebhookTarget::cut(int64_t now_ms) {
  auto made = x_outbox.cut(x_progress.from);
  if (!made) return fail(to_string(made.error()), 0);
  x_is_saved = false;
  x_progress = std::move(made->progress);
  x_message = std::move(made->message);
  x_status.cursor = x_progress.from.text();
  if (x_progress.sending != WebhookSending::kNothing) return;
  x_status.state = WebhookState::kIdle;
  if (!made->more) x_wait_until_ms = now_ms + kGatherMs;
}

// After a start, what was being sent. False: it cannot be read now.
bool WebhookTarget::make_again() {
  auto message = x_outbox.message_of(x_progress);
  if (message) {
    x_message = *std::move(message);
    return true;
  }
  if (message.error().code != ErrorCode::kGone) {
    fail(to_string(message.error()), 0);
    return false;
  }
  x_progress = x_outbox.resync(ResyncReason::kGone);
  x_is_saved = false;
  return make_again();
}

void WebhookTarget::save(StateBatch& batch) {
  batch.put(Table::kPartitions, progress_row(x_config.name), encode_progress(x_progress));
}

void WebhookTarget::saved() {
  x_is_saved = true;
  x_saved_ms = monotonic_ms();
}

// --- sending -------------------------------------------------------------------------------------

bool WebhookTarget::wants_to_send(int64_t now_ms) const {
  return !x_in_flight && x_is_saved && !x_message.id.empty() && now_ms >= x_wait_until_ms;
}

void WebhookTarget::send(boost::asio::io_context& context, std::function<void()> after) {
  x_in_flight = true;
  x_status.state = WebhookState::kSending;
  const WebhookRequest request{x_config, x_tls, x_message.id, x_engine.clock().now().ms / 1'000,
                               x_message.body};
  call_webhook(context, request, [this, after = std::move(after)](const WebhookOutcome& outcome) {
    x_in_flight = false;
    on_outcome(outcome);
    after();
  });
}

void WebhookTarget::on_outcome(const WebhookOutcome& outcome) {
  if (outcome.is_delivered()) return take_delivery();
  ++x_status.failures;
  const int64_t asked = outcome.retry_after_seconds.value_or(0);
  fail(outcome.problem, std::min(asked, limits::kWebhookRetryMsMax / 1'000) * 1'000);
}

void WebhookTarget::take_delivery() {
  if (x_status.failures_in_a_row > 0) {
    spdlog::info("webhook delivers again name={} after_failures={}", x_config.name,
                 x_status.failures_in_a_row);
  }
  x_status.state = WebhookState::kIdle;
  x_status.failures_in_a_row = 0;
  x_status.problem.clear();
  x_status.delivered_at = x_engine.clock().now();
  ++x_status.messages;
  x_status.changes += x_message.changes;
  if (x_progress.sending == WebhookSending::kResync) ++x_status.resyncs;
  x_progress.sending = WebhookSending::kNothing;
  x_progress.from = x_progress.to;
  x_status.cursor = x_progress.from.text();
  const bool was_full = x_message.changes >= x_config.batch;
  x_message = {};
  x_is_saved = false;
  x_saved_ms = was_full ? x_saved_ms : 0;  // saved with the next cut, or soon when there is none
  x_wait_until_ms = was_full ? 0 : monotonic_ms() + kGatherMs;
}

void WebhookTarget::fail(std::string problem, int64_t at_least_ms) {
  if (x_status.failures_in_a_row++ == 0) {
    spdlog::warn("webhook fails, will be tried again name={} problem=\"{}\"", x_config.name,
                 problem);
  }
  x_status.state = WebhookState::kRetrying;
  x_status.problem = std::move(problem);
  const int64_t delay = std::max(retry_delay_ms(), at_least_ms);
  x_wait_until_ms = monotonic_ms() + delay;
  x_status.next_attempt_at = x_engine.clock().now() + milliseconds(delay);
}

int64_t WebhookTarget::retry_delay_ms() {
  int64_t delay = x_config.retry.ms;
  for (uint64_t i = 1; i < x_status.failures_in_a_row && delay < limits::kWebhookRetryMsMax; ++i) {
    delay *= 2;
  }
  delay = std::min(delay, limits::kWebhookRetryMsMax);
  return delay - std::uniform_int_distribution<int64_t>(0, delay / 2)(x_dice);
}

}  // namespace rekindle::io
