// Reads `webhooks` of the configuration: where, whose changes, and the secrets they are signed
// with, from files or the environment, never from the configuration itself. Used by cli/config.
#pragma once

#include <vector>

#include "cli/yaml_reader.h"
#include "io/webhooks/webhook_config.h"

namespace rekindle::cli {

// Takes the key "webhooks" of the top section.
[[nodiscard]] std::vector<io::WebhookConfig> read_webhooks(YamlSection& top, Faults& faults);

}  // namespace rekindle::cli
