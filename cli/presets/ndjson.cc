#include "cli/presets/ndjson.h"

#include <cstring>

#include "core/limits.h"

namespace rekindle::cli {
namespace {

constexpr size_t kLineBytesMax = limits::kEventRecordBytesMax;
constexpr size_t kBufferBytes = 4 * kLineBytesMax;

void copy(const io::RawEvent& raw, SourceEvent& event) {
  event.at_ms = *raw.at_ms;
  event.site = raw.site;
  event.visitor = raw.visitor;
  event.event_id = raw.event_id;
  event.type = raw.type;
  event.value = raw.value;
  event.currency = raw.currency;
  event.order = raw.order;
  event.coupon = raw.coupon;
  event.user = raw.user;
  event.url = raw.url;
  event.referrer = raw.referrer;
  event.campaign_source = raw.campaign_source;
  event.campaign_medium = raw.campaign_medium;
  event.campaign_name = raw.campaign_name;
  event.query = raw.query;
  event.channel = raw.channel;
  event.consent = raw.consent;
  event.props = raw.props;
  event.decision = raw.decision;
  event.offer = raw.offer;
  event.items.clear();
  for (const io::RawItem& item : raw.items) {
    event.items.push_back({std::string(item.product), std::string(item.category),
                           std::string(item.brand), std::string(item.price), item.quantity});
  }
}

}  // namespace

NdjsonSource::NdjsonSource(std::unique_ptr<ByteSource> bytes)
    : x_bytes(std::move(bytes)), x_buffer(kBufferBytes, '\0') {}

bool NdjsonSource::next(SourceEvent& event) {
  std::string_view line;
  for (;;) {
    const Line found = read_line(line);
    if (found == Line::kEnd) return false;
    if (found == Line::kWhole && line.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    ++x_counts.rows;
    const size_t readable = x_buffer.size() - static_cast<size_t>(line.data() - x_buffer.data());
    if (found == Line::kTooLong || !x_json.read_object(line, readable, x_raw) || !x_raw.at_ms) {
      ++x_counts.bad_rows;
      continue;
    }
    if (x_raw.visitor.empty()) {
      ++x_counts.no_visitor;
      continue;
    }
    copy(x_raw, event);
    ++x_counts.events;
    return true;
  }
}

// A line longer than the bound is given once as kTooLong; what follows it is read on.
NdjsonSource::Line NdjsonSource::read_line(std::string_view& line) {
  bool skipping = false;
  for (;;) {
    const char* const begin = x_buffer.data() + x_at;
    const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', x_filled - x_at));
    if (newline != nullptr || (x_at_end && (x_at < x_filled || skipping))) {
      const char* const end = newline != nullptr ? newline : x_buffer.data() + x_filled;
      line = {begin, static_cast<size_t>(end - begin)};
      x_at = static_cast<size_t>(end - x_buffer.data()) + (newline != nullptr ? 1 : 0);
      return skipping || line.size() > kLineBytesMax ? Line::kTooLong : Line::kWhole;
    }
    if (x_at_end || x_error) return Line::kEnd;
    if (x_filled - x_at > kLineBytesMax) {
      skipping = true;
      x_at = x_filled;
    }
    std::memmove(x_buffer.data(), x_buffer.data() + x_at, x_filled - x_at);
    x_filled -= x_at;
    x_at = 0;
    const Result<size_t> got =
        x_bytes->read(x_buffer.data() + x_filled, x_buffer.size() - x_filled);
    if (!got) {
      x_error = got.error();
      return Line::kEnd;
    }
    x_filled += *got;
    x_at_end = *got == 0;
  }
}

}  // namespace rekindle::cli
