#include "io/webhooks/webhook_progress.h"

#include "core/bytes.h"

namespace rekindle::io {
namespace {
constexpr uint8_t kVersion = 1;
}  // namespace

std::string_view name_of(ResyncReason reason) {
  switch (reason) {
    case ResyncReason::kStarted: return "started";
    case ResyncReason::kGone: return "gone";
    case ResyncReason::kAudiencesChanged: return "audiences_changed";
  }
  return "unknown";
}

std::string encode_progress(const WebhookProgress& progress) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.fixed(kVersion);
  writer.fixed(progress.sending);
  writer.fixed(progress.reason);
  writer.fixed(progress.cut_at.ms);
  writer.bytes(progress.audiences);
  progress.from.encode(bytes);
  progress.to.encode(bytes);
  return bytes;
}

Result<WebhookProgress> decode_progress(std::string_view bytes, uint32_t partitions) {
  const Error corrupt{ErrorCode::kCorruptRecord, "a webhook's progress"};
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version > kVersion) return Error{ErrorCode::kNewerVersion, "a webhook's progress"};
  WebhookProgress progress{.from = ChangesCursor(partitions), .to = ChangesCursor(partitions)};
  progress.sending = reader.fixed<WebhookSending>();
  progress.reason = reader.fixed<ResyncReason>();
  progress.cut_at.ms = reader.fixed<int64_t>();
  progress.audiences = reader.bytes();
  if (!reader.ok() || version != kVersion || progress.sending > WebhookSending::kResync ||
      progress.reason > ResyncReason::kAudiencesChanged) {
    return corrupt;
  }
  bytes.remove_prefix(bytes.size() - reader.left());
  auto from = ChangesCursor::decode(bytes, partitions);
  if (!from) return corrupt;
  auto to = ChangesCursor::decode(bytes, partitions);
  if (!to || !bytes.empty()) return corrupt;
  progress.from = *std::move(from);
  progress.to = *std::move(to);
  return progress;
}

std::string progress_row(std::string_view webhook) {
  return std::string("\xff\xffw").append(webhook);
}

Result<std::optional<WebhookProgress>> load_progress(StateStore& store, std::string_view webhook,
                                                     uint32_t partitions) {
  auto bytes = read_row(store, Table::kPartitions, progress_row(webhook));
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<WebhookProgress>();
  auto progress = decode_progress(**bytes, partitions);
  if (!progress) return progress.error();
  return std::optional(*std::move(progress));
}

}  // namespace rekindle::io
