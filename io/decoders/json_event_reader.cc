#include "io/decoders/json_event_reader.h"

#include <array>
#include <charconv>

#include "core/limits.h"
#include "core/time_text.h"
#include "io/decimal_text.h"

namespace rekindle::io {

using ondemand::json_type;
using simdjson::error_code;

namespace {

// The longest known key; a longer one is unknown whatever it says.
constexpr size_t kKeyBytesMax = 8;

// Reads a field's key as far as it can be a known one. Keys are rarely escaped, so the closing
// quote is looked for in place; one with a broken escape is like an unknown one.
error_code key_of(ondemand::field& field, std::string_view& key) {
  const char* const raw = field.key().raw();
  size_t size = 0;
  while (size <= kKeyBytesMax && raw[size] != '"' && raw[size] != '\\') ++size;
  if (raw[size] != '\\') {
    key = {raw, size};
    return simdjson::SUCCESS;
  }
  const error_code code = field.unescaped_key().get(key);
  if (code != simdjson::STRING_ERROR) return code;
  key = {};
  return simdjson::SUCCESS;
}

bool read_integer(std::string_view token, int64_t& out) {
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), out);
  return parsed.ec == std::errc{} && parsed.ptr == token.data() + token.size();
}

}  // namespace

struct JsonEventReader::Rule {
  enum class Kind : uint8_t { kText, kId, kMoney, kAt, kSentAt, kRaw, kCampaign, kItems };
  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view RawEvent::*field = nullptr;
};

// Ordered by length, so that a key is compared with the few names of its own length only.
const JsonEventReader::Rule* JsonEventReader::rule_of(std::string_view key) {
  using Kind = Rule::Kind;
  static constexpr Rule kRules[] = {{"at", Kind::kAt},
                                    {"url", Kind::kText, &RawEvent::url},
                                    {"type", Kind::kText, &RawEvent::type},
                                    {"site", Kind::kText, &RawEvent::site},
                                    {"user", Kind::kId, &RawEvent::user},
                                    {"items", Kind::kItems},
                                    {"value", Kind::kMoney, &RawEvent::value},
                                    {"order", Kind::kId, &RawEvent::order},
                                    {"query", Kind::kText, &RawEvent::query},
                                    {"offer", Kind::kId, &RawEvent::offer},
                                    {"props", Kind::kRaw, &RawEvent::props},
                                    {"coupon", Kind::kId, &RawEvent::coupon},
                                    {"visitor", Kind::kId, &RawEvent::visitor},
                                    {"sent_at", Kind::kSentAt},
                                    {"channel", Kind::kText, &RawEvent::channel},
                                    {"consent", Kind::kRaw, &RawEvent::consent},
                                    {"event_id", Kind::kId, &RawEvent::event_id},
                                    {"referrer", Kind::kText, &RawEvent::referrer},
                                    {"currency", Kind::kText, &RawEvent::currency},
                                    {"decision", Kind::kText, &RawEvent::decision},
                                    {"campaign", Kind::kCampaign}};
  static constexpr auto kFirstOfLength = [] {
    std::array<uint8_t, kKeyBytesMax + 2> first{};
    for (size_t length = 0; length < first.size(); ++length) {
      while (first[length] < std::size(kRules) && kRules[first[length]].name.size() < length) {
        ++first[length];
      }
    }
    return first;
  }();
  static_assert(kRules[std::size(kRules) - 1].name.size() == kKeyBytesMax);
  if (key.size() > kKeyBytesMax) return nullptr;
  for (size_t i = kFirstOfLength[key.size()]; i < kFirstOfLength[key.size() + 1]; ++i) {
    if (kRules[i].name == key) return &kRules[i];
  }
  return nullptr;
}

error_code JsonEventReader::read(ondemand::object object, RawEvent& event) {
  event.clear();
  x_fault.reset();
  if (!x_expanded.empty()) x_expanded.clear();
  for (auto element : object) {
    ondemand::field field;
    RK_TRY_JSON(std::move(element).get(field));
    std::string_view key;
    RK_TRY_JSON(key_of(field, key));
    const Rule* rule = rule_of(key);
    RK_TRY_JSON(rule == nullptr ? pass_over(field.value())
                                : read_field(*rule, field.value(), event));
  }
  return simdjson::SUCCESS;
}

error_code JsonEventReader::read_field(const Rule& rule, ondemand::value value, RawEvent& event) {
  switch (rule.kind) {
    case Rule::Kind::kText: return read_text(value, false, rule.name, event.*rule.field);
    case Rule::Kind::kId: return read_text(value, true, rule.name, event.*rule.field);
    case Rule::Kind::kMoney: return read_money(value, rule.name, event.*rule.field);
    case Rule::Kind::kAt: return read_time(value, rule.name, event.at_ms);
    case Rule::Kind::kSentAt: return read_time(value, rule.name, event.sent_at_ms);
    case Rule::Kind::kRaw: return read_raw(value, rule.name, event.*rule.field);
    case Rule::Kind::kCampaign: return read_campaign(value, event);
    case Rule::Kind::kItems: return read_items(value, event);
  }
  return simdjson::UNEXPECTED_ERROR;
}

error_code JsonEventReader::read_text(ondemand::value value, bool numbers_too,
                                      std::string_view name, std::string_view& out) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  out = {};
  if (type == json_type::string) {
    const error_code code = value.get_string().get(out);
    if (code != simdjson::STRING_ERROR) return code;
    fail(ErrorCode::kInvalidUtf8, name);  // an escape that names no character
    return simdjson::SUCCESS;
  }
  if (type == json_type::null) return pass_null(value);
  if (type != json_type::number || !numbers_too) return refuse(value, name);
  out = trim_end(value.raw_json_token());
  return is_json_number(out) ? simdjson::SUCCESS : simdjson::NUMBER_ERROR;
}

// The decimal text as written: money never becomes a floating point number.
error_code JsonEventReader::read_money(ondemand::value value, std::string_view name,
                                       std::string_view& out) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  RK_TRY_JSON(read_text(value, true, name, out));
  if (type != json_type::number || out.find_first_of("eE") == std::string_view::npos) {
    return simdjson::SUCCESS;
  }
  if (auto plain = expand_exponent(out)) {
    out = x_expanded.emplace_back(std::move(*plain));
  } else {
    fail(ErrorCode::kInvalidMoney, name);
  }
  return simdjson::SUCCESS;
}

error_code JsonEventReader::read_time(ondemand::value value, std::string_view name,
                                      std::optional<int64_t>& out) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  std::string_view text;
  RK_TRY_JSON(read_text(value, true, name, text));
  out.reset();
  if (text.empty()) return simdjson::SUCCESS;  // absent, or refused already
  int64_t number = 0;
  if (type == json_type::number && !read_integer(text, number)) {
    fail(ErrorCode::kInvalidTime, name);
    return simdjson::SUCCESS;
  }
  const Result<int64_t> ms =
      type == json_type::number ? time_from_number(number) : parse_time(text);
  if (!ms) {
    fail(ms.error().code, name);
    return simdjson::SUCCESS;
  }
  out = *ms;
  return simdjson::SUCCESS;
}

error_code JsonEventReader::read_quantity(ondemand::value value, int64_t& out) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  out = 1;
  if (type == json_type::null) return pass_null(value);
  if (type != json_type::number) return refuse(value, "items.quantity");
  const std::string_view token = trim_end(value.raw_json_token());
  if (!is_json_number(token)) return simdjson::NUMBER_ERROR;
  if (!read_integer(token, out)) fail(ErrorCode::kInvalidQuantity, "items.quantity");
  return simdjson::SUCCESS;
}

error_code JsonEventReader::read_raw(ondemand::value value, std::string_view name,
                                     std::string_view& out) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  out = {};
  if (type == json_type::null) return pass_null(value);
  if (type != json_type::object) return refuse(value, name);
  const char* const begin = value.raw_json_token().data();
  RK_TRY_JSON(pass_over(value));
  if (x_fault) return simdjson::SUCCESS;  // the event is refused: its end may not be reached yet
  const char* end = nullptr;
  RK_TRY_JSON(value.current_location().get(end));
  out = trim_end({begin, static_cast<size_t>(end - begin)});
  return simdjson::SUCCESS;
}

error_code JsonEventReader::read_campaign(ondemand::value value, RawEvent& event) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  event.campaign_source = event.campaign_medium = event.campaign_name = {};
  if (type == json_type::null) return pass_null(value);
  if (type != json_type::object) return refuse(value, "campaign");
  ondemand::object object;
  RK_TRY_JSON(value.get_object().get(object));
  for (auto element : object) {
    ondemand::field field;
    RK_TRY_JSON(std::move(element).get(field));
    std::string_view key;
    RK_TRY_JSON(key_of(field, key));
    if (key == "source") {
      RK_TRY_JSON(read_text(field.value(), false, "campaign.source", event.campaign_source));
    } else if (key == "medium") {
      RK_TRY_JSON(read_text(field.value(), false, "campaign.medium", event.campaign_medium));
    } else if (key == "name") {
      RK_TRY_JSON(read_text(field.value(), true, "campaign.name", event.campaign_name));
    } else {
      RK_TRY_JSON(pass_over(field.value()));
    }
  }
  return simdjson::SUCCESS;
}

error_code JsonEventReader::read_items(ondemand::value value, RawEvent& event) {
  json_type type;
  RK_TRY_JSON(value.type().get(type));
  event.items.clear();
  if (type == json_type::null) return pass_null(value);
  if (type != json_type::array) return refuse(value, "items");
  ondemand::array array;
  RK_TRY_JSON(value.get_array().get(array));
  for (auto element : array) {
    ondemand::value inner;
    RK_TRY_JSON(std::move(element).get(inner));
    RK_TRY_JSON(inner.type().get(type));
    if (type != json_type::object) {
      RK_TRY_JSON(refuse(inner, "items"));
    } else if (event.items.size() >= limits::kItemsPerEventMax) {
      fail(ErrorCode::kTooManyItems, {});
      RK_TRY_JSON(pass_over(inner));
    } else {
      ondemand::object object;
      RK_TRY_JSON(inner.get_object().get(object));
      RK_TRY_JSON(read_item(object, event.items.emplace_back()));
    }
  }
  return simdjson::SUCCESS;
}

error_code JsonEventReader::read_item(ondemand::object object, RawItem& item) {
  for (auto element : object) {
    ondemand::field field;
    RK_TRY_JSON(std::move(element).get(field));
    std::string_view key;
    RK_TRY_JSON(key_of(field, key));
    if (key == "product") {
      RK_TRY_JSON(read_text(field.value(), true, "items.product", item.product));
    } else if (key == "category") {
      RK_TRY_JSON(read_text(field.value(), true, "items.category", item.category));
    } else if (key == "brand") {
      RK_TRY_JSON(read_text(field.value(), true, "items.brand", item.brand));
    } else if (key == "price") {
      RK_TRY_JSON(read_money(field.value(), "items.price", item.price));
    } else if (key == "quantity") {
      RK_TRY_JSON(read_quantity(field.value(), item.quantity));
    } else {
      RK_TRY_JSON(pass_over(field.value()));
    }
  }
  return simdjson::SUCCESS;
}

error_code JsonEventReader::pass_over(ondemand::value value) {
  bool too_deep = false;
  const error_code code = visit(value, 2, too_deep);  // the event itself is the first level
  if (too_deep) fail(ErrorCode::kMalformedJson, "nested too deep");
  return code;
}

error_code JsonEventReader::pass_null(ondemand::value value) {
  bool is_null = false;
  RK_TRY_JSON(value.is_null().get(is_null));
  return is_null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
}

error_code JsonEventReader::refuse(ondemand::value value, std::string_view name) {
  fail(ErrorCode::kWrongType, name);
  return pass_over(value);
}

void JsonEventReader::fail(ErrorCode code, std::string_view name) {
  if (!x_fault) x_fault = Error{code, std::string(name)};
}

}  // namespace rekindle::io
