#include "io/decoders/pixel.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/limits.h"
#include "core/time_text.h"

namespace rekindle::io {
namespace {

constexpr std::pair<std::string_view, std::string_view RawEvent::*> kTextFields[] = {
    {"s", &RawEvent::site},
    {"e", &RawEvent::type},
    {"v", &RawEvent::visitor},
    {"id", &RawEvent::event_id},
    {"u", &RawEvent::url},
    {"r", &RawEvent::referrer},
    {"val", &RawEvent::value},
    {"cur", &RawEvent::currency},
    {"o", &RawEvent::order},
    {"c", &RawEvent::coupon},
    {"d", &RawEvent::decision},
    {"of", &RawEvent::offer},
    {"cs", &RawEvent::campaign_source},
    {"cm", &RawEvent::campaign_medium},
    {"cn", &RawEvent::campaign_name},
    {"q", &RawEvent::query},
    {"ch", &RawEvent::channel},
    {"uid", &RawEvent::user}};

constexpr std::pair<std::string_view, std::string_view RawItem::*> kItemFields[] = {
    {"pr", &RawItem::product},
    {"ca", &RawItem::category},
    {"br", &RawItem::brand},
    {"p", &RawItem::price}};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<int64_t> read_quantity(std::string_view text) {
  if (text.empty()) return 1;
  int64_t quantity = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), quantity);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    return Error{ErrorCode::kInvalidQuantity, "n"};
  }
  return quantity;
}

Result<void> read_time(std::string_view text, const char* field, std::optional<int64_t>& out) {
  out.reset();
  if (text.empty()) return {};
  const Result<int64_t> ms = parse_time(text);
  if (!ms) return Error{ms.error().code, field};
  out = *ms;
  return {};
}

// Cuts `text` at the first `separator`; the rest stays in `text`.
std::string_view take_until(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool has_any(const RawItem& item) {
  return !item.product.empty() || !item.category.empty() || !item.brand.empty() ||
         !item.price.empty();
}

}  // namespace

void PixelDecoder::decode(std::string_view query_string, Intake& intake) {
  Result<void> result = read(query_string);
  if (result) return intake.take(x_event, query_string);
  intake.reject(result.error().code, std::move(result.error().detail), query_string);
}

Result<void> PixelDecoder::read(std::string_view query_string) {
  x_event.clear();
  x_text.clear();
  x_text.reserve(query_string.size());  // decoding never makes text longer: views stay valid
  RawItem single;
  while (!query_string.empty()) {
    std::string_view value = take_until(query_string, '&');
    const std::string_view name = take_until(value, '=');
    if (auto result = read_field(name, value, single); !result) return result;
  }
  if (has_any(single)) x_event.items.push_back(single);
  return {};
}

Result<void> PixelDecoder::read_field(std::string_view name, std::string_view value,
                                      RawItem& single) {
  if (name == "i") return read_item(value);
  if (name == "t") return read_time(unescaped(value), "t", x_event.at_ms);
  if (name == "st") return read_time(unescaped(value), "st", x_event.sent_at_ms);
  if (name == "n") {
    const Result<int64_t> quantity = read_quantity(unescaped(value));
    if (!quantity) return quantity.error();
    single.quantity = *quantity;
    return {};
  }
  for (const auto& [known, field] : kTextFields) {
    if (name != known) continue;
    x_event.*field = unescaped(value);
    return {};
  }
  for (const auto& [known, field] : kItemFields) {
    if (name == known) single.*field = unescaped(value);
  }
  return {};
}

Result<void> PixelDecoder::read_item(std::string_view value) {
  if (x_event.items.size() >= limits::kItemsPerEventMax) {
    return Error{ErrorCode::kTooManyItems, {}};
  }
  RawItem item;
  item.product = unescaped(take_until(value, '~'));
  item.category = unescaped(take_until(value, '~'));
  item.brand = unescaped(take_until(value, '~'));
  item.price = unescaped(take_until(value, '~'));
  const Result<int64_t> quantity = read_quantity(unescaped(take_until(value, '~')));
  if (!quantity) return quantity.error();
  item.quantity = *quantity;
  x_event.items.push_back(item);
  return {};
}

std::string_view PixelDecoder::unescaped(std::string_view text) {
  const auto is_escape = [](char c) { return c == '%' || c == '+'; };
  if (std::none_of(text.begin(), text.end(), is_escape)) return text;
  const size_t start = x_text.size();
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+') c = ' ';
    if (c == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        c = static_cast<char>(high * 16 + low);
        i += 2;
      }
    }
    x_text.push_back(c);
  }
  return std::string_view(x_text).substr(start);
}

}  // namespace rekindle::io
