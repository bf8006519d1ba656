#include "io/webhooks/webhook_outbox.h"

#include <algorithm>

#include "core/clock.h"
#include "core/limits.h"
#include "core/sha256.h"
#include "io/changes_reader.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

constexpr size_t kReadAtOnce = 1'000;

// Opens what all messages have; the caller closes both objects.
struct Envelope {
  Envelope(std::string& out, std::string_view type, const WebhookProgress& progress,
           const std::string& webhook)
      : message(out), data(open(type, progress)) {
    data.text("webhook", webhook);
    data.text("cursor", progress.to.text());
  }
  std::string& open(std::string_view type, const WebhookProgress& progress) {
    message.text("type", type);
    message.time("timestamp", progress.cut_at.ms);
    return message.key("data");
  }
  void close() {
    data.close();
    message.close();
  }
  JsonObject message;
  JsonObject data;
};

}  // namespace

WebhookOutbox::WebhookOutbox(Engine& engine, const WebhookConfig& config)
    : x_engine(engine), x_config(config), x_json(engine) {
  for (const std::string& name : config.audiences) {
    x_audiences.append(x_audiences.empty() ? "" : ",").append(name);
  }
}

bool WebhookOutbox::wants(AudienceId audience) {
  const size_t index = to_index(audience);
  if (index >= x_wanted.size()) x_wanted.resize(index + 1);
  if (x_wanted[index] == 0) {
    const std::string_view name = x_json.audience_name(audience);
    const auto is_it = [name](const std::string& wanted) {
      return wanted == "*" || wanted == name;
    };
    const auto& wanted = x_config.audiences;
    x_wanted[index] = std::any_of(wanted.begin(), wanted.end(), is_it) ? 1 : -1;
  }
  return x_wanted[index] > 0;
}

// --- reading -------------------------------------------------------------------------------------

Result<WebhookOutbox::Found> WebhookOutbox::read(const Range& range) {
  Found found;
  found.last = range.after;
  while (found.last < range.upto) {
    const auto changes = read_on(x_engine, range.partition, found.last, kReadAtOnce);
    if (!changes) return changes.error();
    for (const auto& stored : *changes) {
      const bool full = found.count >= range.most || found.json.size() >= range.bytes_max;
      if (full || stored.change.seq > range.upto) {
        found.more = full;
        return found;
      }
      found.last = stored.change.seq;
      ++found.scanned;
      if (!wants(stored.change.audience)) continue;
      if (found.count++ > 0) found.json.push_back(',');
      Change change = stored.change;
      change.visitor_name = stored.visitor_name;
      x_json.append(range.partition, change, found.json);
    }
    if (changes->size() < kReadAtOnce) return found;
    if (found.scanned >= limits::kChangesScanMax && range.upto == UINT64_MAX) {
      found.more = true;
      return found;
    }
  }
  return found;
}

Result<WebhookOutbox::Cut> WebhookOutbox::cut(const ChangesCursor& from) {
  Cut made{{.audiences = x_audiences, .from = from, .to = from}, {}, false};
  std::vector<std::string> parts(from.partitions());  // in the order of partitions, as message_of
  uint64_t count = 0;
  size_t bytes = 0;
  size_t scanned = 0;
  for (uint32_t i = 0; i < from.partitions() && !made.more; ++i) {
    const uint32_t p = (x_next + i) % from.partitions();
    const PartitionId id{static_cast<uint16_t>(p)};
    if (x_engine.last_change(id) <= from[p]) continue;
    auto found = read(
        {id, from[p], UINT64_MAX, x_config.batch - count, limits::kWebhookBodyBytesMax - bytes});
    if (!found && found.error().code == ErrorCode::kGone) {
      made.progress = resync(ResyncReason::kGone);
      made.message = write_resync(made.progress);
      return made;
    }
    if (!found) return found.error();
    made.progress.to.set(p, found->last);
    count += found->count;
    bytes += found->json.size();
    scanned += found->scanned;
    parts[p] = std::move(found->json);
    made.more = found->more || count >= x_config.batch || bytes >= limits::kWebhookBodyBytesMax ||
                scanned >= limits::kChangesScanMax;
    if (made.more) x_next = (p + 1) % from.partitions();
  }
  if (count == 0) {
    made.progress.from = made.progress.to;
    return made;
  }
  made.progress.sending = WebhookSending::kChanges;
  made.progress.cut_at = x_engine.clock().now();
  std::string changes;
  for (const std::string& part : parts) {
    if (!part.empty()) changes.append(changes.empty() ? "" : ",").append(part);
  }
  made.message = write(made.progress, changes, count);
  return made;
}

Result<WebhookMessage> WebhookOutbox::message_of(const WebhookProgress& progress) {
  if (progress.sending == WebhookSending::kResync) return write_resync(progress);
  std::string changes;
  uint64_t count = 0;
  for (uint32_t p = 0; p < progress.from.partitions(); ++p) {
    const auto found =
        read({PartitionId{static_cast<uint16_t>(p)}, progress.from[p], progress.to[p]});
    if (!found) return found.error();
    if (found->count == 0) continue;
    changes.append(changes.empty() ? "" : ",").append(found->json);
    count += found->count;
  }
  return write(progress, changes, count);
}

WebhookProgress WebhookOutbox::resync(ResyncReason reason) const {
  const ChangesCursor now = ChangesCursor::now(x_engine);
  return {WebhookSending::kResync, reason, x_engine.clock().now(), x_audiences, now, now};
}

// --- writing -------------------------------------------------------------------------------------

// The same for the same cut, and for no other: a store that is begun anew counts from 1 again, but
// not at the same instant.
std::string WebhookOutbox::id_of(const WebhookProgress& progress) const {
  return "msg_" + sha256_hex(x_config.name + "\n" + encode_progress(progress)).substr(0, 32);
}

WebhookMessage WebhookOutbox::write(const WebhookProgress& progress, std::string_view changes,
                                    uint64_t count) const {
  WebhookMessage message{id_of(progress), {}, count};
  message.body.reserve(changes.size() + 1'024);
  Envelope envelope(message.body, "audience.changes", progress, x_config.name);
  envelope.data.key("changes").append("[").append(changes).append("]");
  envelope.close();
  return message;
}

WebhookMessage WebhookOutbox::write_resync(const WebhookProgress& progress) const {
  WebhookMessage message{id_of(progress), {}, 0};
  Envelope envelope(message.body, "audience.resync", progress, x_config.name);
  envelope.data.text("reason", name_of(progress.reason));
  envelope.data.key("audiences").push_back('[');
  JsonList list(message.body);
  const auto add = [&](const std::string& name) {
    list.next();
    JsonObject audience(message.body);
    audience.text("audience", name);
    audience.text("members", "/v1/audiences/" + name + "/members");
    audience.close();
  };
  for (const std::string& name : x_config.audiences) {
    if (name != "*") {
      add(name);
      continue;
    }
    for (const AudienceRule& rule : x_engine.rules().audiences) add(rule.name);
  }
  message.body.push_back(']');
  envelope.close();
  return message;
}

}  // namespace rekindle::io
