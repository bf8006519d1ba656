#include "cli/webhook_config.h"

#include <algorithm>
#include <filesystem>

#include "cli/secret_words.h"
#include "core/limits.h"
#include "io/webhooks/webhook_signature.h"

namespace rekindle::cli {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string beside(const YamlSection& section, const std::string& path) {
  return (std::filesystem::path(section.file()->name).parent_path() / path).string();
}

class WebhookReader {
 public:
  explicit WebhookReader(YamlSection section) : x_section(std::move(section)) {}

  io::WebhookConfig read() {
    x_section.read("name", x_config.name);
    if (!is_name(x_config.name)) fault("name", "needs a 'name' of 1 to 64 of a-z, 0-9 and _");
    read_url();
    read_audiences();
    read_secrets();
    x_section.read("ca_file", x_config.ca_file);
    if (!x_config.ca_file.empty()) x_config.ca_file = beside(x_section, x_config.ca_file);
    x_section.read_duration("timeout", x_config.timeout, milliseconds(100), minutes(2));
    x_section.read_duration("retry", x_config.retry, milliseconds(1),
                            milliseconds(limits::kWebhookRetryMsMax));
    x_section.read_number("batch", x_config.batch, 1, limits::kWebhookChangesMax);
    x_section.finish();
    return std::move(x_config);
  }

 private:
  void fault(const char* key, const std::string& message) {
    const YAML::Node node = x_section.take(key);
    x_section.fault(node.IsDefined() ? node : x_section.node(), "the webhook " + message);
  }
  void read_url() {
    std::string text;
    x_section.read("url", text);
    auto url = io::WebhookUrl::parse(text);
    if (!url) return fault("url", "needs a 'url': " + url.error().detail);
    x_config.url = *std::move(url);
  }
  void read_audiences() {
    const YAML::Node node = x_section.take("audiences");
    if (node.IsDefined() && node.IsScalar()) {
      x_config.audiences.push_back(node.Scalar());
    } else if (node.IsDefined() && node.IsSequence()) {
      for (const auto& name : node) {
        x_config.audiences.push_back(name.IsScalar() ? name.Scalar() : std::string());
      }
    }
    const auto& names = x_config.audiences;
    const bool sound = std::all_of(names.begin(), names.end(), [](const std::string& name) {
      return name == "*" || is_name(name);
    });
    if (names.empty() || !sound) {
      fault("audiences", "needs 'audiences': a list of names, or \"*\" for all");
    }
  }
  void read_secrets() {
    const SecretWords secret = read_secret_words(x_section);
    if (!secret.fault.empty()) return fault(secret.key.c_str(), secret.fault);
    for (const std::string& word : secret.words) {
      auto key = io::webhook_key(word);
      if (!key) return fault(secret.key.c_str(), "has a bad secret: " + key.error().detail);
      x_config.secrets.push_back(*std::move(key));
    }
  }

  YamlSection x_section;
  io::WebhookConfig x_config;
};

}  // namespace

std::vector<io::WebhookConfig> read_webhooks(YamlSection& top, Faults& faults) {
  std::vector<io::WebhookConfig> all;
  const YAML::Node nodes = top.take("webhooks");
  if (!nodes.IsDefined() || nodes.IsNull()) return all;
  if (!nodes.IsSequence()) {
    top.fault(nodes, "'webhooks' must be a list");
    return all;
  }
  if (nodes.size() > limits::kWebhookTargetsMax) {
    top.fault(nodes, "more than " + std::to_string(limits::kWebhookTargetsMax) + " webhooks");
    return all;
  }
  for (const auto& node : nodes) {
    const std::string path = "webhooks[" + std::to_string(all.size()) + "]";
    io::WebhookConfig config = WebhookReader({top.file(), node, path, faults}).read();
    const auto same = [&](const io::WebhookConfig& other) { return other.name == config.name; };
    if (std::any_of(all.begin(), all.end(), same)) {
      top.fault(node, "the webhook '" + config.name + "' is defined twice");
    }
    all.push_back(std::move(config));
  }
  return all;
}

}  // namespace rekindle::cli
