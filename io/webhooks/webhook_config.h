// A configured webhook: where it goes, whose changes, and how it is signed. Filled by cli/, read by
// webhooks. Secrets are kept as bytes and never logged or shown.
#pragma once

#include <string>
#include <vector>

#include "core/time.h"
#include "io/webhooks/webhook_url.h"

namespace rekindle::io {

struct WebhookConfig {
  std::string name;  // [a-z0-9_]{1,64}; its place in the feed is kept under it
  WebhookUrl url;
  std::vector<std::string> audiences;  // names, or "*"
  std::vector<std::string> secrets;    // keys; a message is signed with each
  std::string ca_file;                 // certificates to trust instead of the system's; or empty
  Duration timeout = seconds(10);      // of an attempt
  Duration retry = seconds(1);         // after the first failure; doubles, to five minutes
  uint64_t batch = 1'000;              // most changes in a message
};

}  // namespace rekindle::io
