#include "cli/presets/source_event.h"

#include "core/time_text.h"

namespace rekindle::cli {
namespace {

constexpr std::pair<const char*, std::string SourceEvent::*> kTextFields[] = {
    {"site", &SourceEvent::site},         {"event_id", &SourceEvent::event_id},
    {"order", &SourceEvent::order},       {"coupon", &SourceEvent::coupon},
    {"user", &SourceEvent::user},         {"url", &SourceEvent::url},
    {"referrer", &SourceEvent::referrer}, {"query", &SourceEvent::query},
    {"channel", &SourceEvent::channel},   {"value", &SourceEvent::value},
    {"currency", &SourceEvent::currency}, {"decision", &SourceEvent::decision},
    {"offer", &SourceEvent::offer}};

constexpr std::pair<const char*, std::string SourceEvent::*> kCampaignFields[] = {
    {"source", &SourceEvent::campaign_source},
    {"medium", &SourceEvent::campaign_medium},
    {"name", &SourceEvent::campaign_name}};

// Appends ,"name":"text" when there is text; no comma behind an opening bracket.
void append_field(std::string_view name, std::string_view text, std::string& out) {
  if (text.empty()) return;
  if (out.back() != '{') out += ',';
  append_json_string(name, out);
  out += ':';
  append_json_string(text, out);
}

void append_raw(std::string_view name, std::string_view json, std::string& out) {
  if (json.empty()) return;
  out.append(",\"").append(name).append("\":").append(json);
}

void append_item(const SourceItem& item, std::string& out) {
  out += '{';
  append_field("product", item.product, out);
  append_field("category", item.category, out);
  append_field("brand", item.brand, out);
  append_field("price", item.price, out);
  if (out.back() != '{') out += ',';
  out.append("\"quantity\":").append(std::to_string(item.quantity)).append("}");
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out.append("\\u00");
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void SourceEvent::to_json(std::string& out) const {
  char time[32];
  out += '{';
  append_field("visitor", visitor, out);
  append_field("type", type, out);
  append_field("at", format_time(at_ms, time), out);
  for (const auto& [name, field] : kTextFields) append_field(name, this->*field, out);
  if (!campaign_source.empty() || !campaign_medium.empty() || !campaign_name.empty()) {
    out.append(",\"campaign\":{");
    for (const auto& [name, field] : kCampaignFields) append_field(name, this->*field, out);
    out += '}';
  }
  if (!items.empty()) {
    out.append(",\"items\":[");
    for (const SourceItem& item : items) {
      append_item(item, out);
      out += ',';
    }
    out.back() = ']';
  }
  append_raw("consent", consent, out);
  append_raw("props", props, out);
  out += '}';
}

void SourceEvent::to_raw(io::RawEvent& raw) const {
  raw.clear();
  raw.site = site;
  raw.visitor = visitor;
  raw.event_id = event_id;
  raw.type = type;
  raw.at_ms = at_ms;
  raw.value = value;
  raw.currency = currency;
  raw.order = order;
  raw.coupon = coupon;
  raw.user = user;
  raw.url = url;
  raw.referrer = referrer;
  raw.campaign_source = campaign_source;
  raw.campaign_medium = campaign_medium;
  raw.campaign_name = campaign_name;
  raw.query = query;
  raw.channel = channel;
  raw.consent = consent;
  raw.props = props;
  raw.decision = decision;
  raw.offer = offer;
  for (const SourceItem& item : items) {
    raw.items.push_back({item.product, item.category, item.brand, item.price, item.quantity});
  }
}

std::vector<std::pair<std::string_view, uint64_t>> SourceCounts::listed() const {
  std::vector<std::pair<std::string_view, uint64_t>> found;
  for (const auto& [name, count] : {std::pair<std::string_view, uint64_t>{"rows", rows},
                                    {"events", events},
                                    {"bad_rows", bad_rows},
                                    {"no_visitor", no_visitor},
                                    {"unusable_lines", unusable_lines},
                                    {"empty_orders", empty_orders}}) {
    if (count != 0) found.emplace_back(name, count);
  }
  return found;
}

}  // namespace rekindle::cli
