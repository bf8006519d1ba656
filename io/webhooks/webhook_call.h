// One attempt to deliver one message: connects, writes the POST, reads the answer's status, closes.
// Redirects are not followed; of the answer no more than limits::kWebhookResponseBytesMax is read.
//
// Thread: the webhook thread. Owns: its socket and the bytes under way; itself until it is over.
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "io/webhooks/webhook_config.h"
#include "io/webhooks/webhook_outbox.h"

namespace rekindle::io {

struct WebhookOutcome {
  int status = 0;                              // of the answer; 0: there was none
  std::string problem;                         // why not, for people; empty when delivered
  std::optional<int64_t> retry_after_seconds;  // as the receiver asks
  [[nodiscard]] bool is_delivered() const { return status >= 200 && status < 300; }
};

// What https needs of a target; made once.
class WebhookTls {
 public:
  // Errors: kInvalidConfiguration (the certificates cannot be read).
  [[nodiscard]] static Result<WebhookTls> make(const std::string& ca_file);
  WebhookTls(WebhookTls&&) noexcept;
  ~WebhookTls();
  struct Impl;
  [[nodiscard]] Impl& impl() const { return *x_impl; }

 private:
  explicit WebhookTls(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> x_impl;
};

struct WebhookRequest {
  const WebhookConfig& config;  // outlives the call
  const WebhookTls& tls;        // the same
  std::string id;
  int64_t seconds;        // since 1970
  std::string_view body;  // the same
};

// Calls `done` once, later, unless the context stops before.
void call_webhook(boost::asio::io_context& context, const WebhookRequest& request,
                  std::function<void(const WebhookOutcome&)> done);

}  // namespace rekindle::io
