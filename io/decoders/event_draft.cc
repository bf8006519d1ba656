#include "io/decoders/event_draft.h"

#include <charconv>
#include <string>

#include "core/event_type.h"
#include "core/limits.h"
#include "core/time_text.h"
#include "io/decimal_text.h"
#include "io/decoders/form_fields.h"
#include "io/json_text.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

constexpr std::string_view kCustom = "custom:";

// "1700000000.5" without what follows the point.
std::string_view whole_part(std::string_view number) {
  const size_t point = number.find('.');
  const bool plain = point != std::string_view::npos && point > 0 &&
                     number.find_first_not_of("0123456789", point + 1) == std::string_view::npos;
  return plain ? number.substr(0, point) : number;
}

}  // namespace

void EventDraft::clear() {
  event.clear();
  arena.clear();
  x_fault.reset();
}

void EventDraft::give(Intake& intake, std::string_view raw) {
  if (x_fault) return intake.reject(x_fault->code, std::move(x_fault->detail), raw);
  intake.take(event, raw);
}

void EventDraft::give_traits(Intake& intake, std::string_view members, std::string_view raw) {
  if (members.empty()) return;
  RawEvent traits;
  traits.site = event.site;
  traits.visitor = event.visitor;
  traits.user = event.user;
  traits.at_ms = event.at_ms;
  traits.type = "identify";
  if (!event.event_id.empty()) traits.event_id = arena.join({event.event_id, "-traits"});
  traits.props = object_of(members);
  intake.take_also(traits, raw);
}

std::string_view EventDraft::with_member(std::string_view members, std::string_view name,
                                         std::string_view json) {
  return arena.join({members, members.empty() ? "" : ",", quoted(name, arena), ":", json});
}

std::string_view EventDraft::object_of(std::string_view members) {
  return members.empty() ? members : arena.join({"{", members, "}"});
}

void EventDraft::fail(ErrorCode code, std::string_view detail) {
  if (!x_fault) x_fault = Error{code, std::string(detail)};
}

void EventDraft::set_type(std::string_view name) {
  const bool known = name.starts_with(kCustom) || parse_event_type(name).has_value();
  if (known || name.empty()) {
    event.type = name;
  } else {
    set_custom(name);
  }
}

void EventDraft::set_custom(std::string_view name) {
  event.type = arena.join({kCustom, name});
}

std::string_view EventDraft::text_of(JsonValue value, std::string_view name) {
  if (!value) return {};
  if (value.is_broken()) {
    fail(ErrorCode::kInvalidUtf8, name);
  } else if (!value.is(Kind::kString) && !value.is(Kind::kNumber)) {
    fail(ErrorCode::kWrongType, name);
  }
  return value.text();
}

void EventDraft::set(std::string_view RawEvent::*field, JsonValue value) {
  if (value) event.*field = text_of(value, value.name());
}

void EventDraft::set(std::string_view RawItem::*field, RawItem& item, JsonValue value) {
  if (value) item.*field = text_of(value, value.name());
}

void EventDraft::set_money(std::string_view& field, JsonValue value) {
  if (value) set_money(field, text_of(value, value.name()));
}

void EventDraft::set_money(std::string_view& field, std::string_view text) {
  if (text.find_first_of("eE") == std::string_view::npos) {
    field = text;
    return;
  }
  const auto plain = expand_exponent(text);
  if (!plain) return fail(ErrorCode::kInvalidMoney, text.substr(0, limits::kIdBytesMax));
  field = arena.keep(*plain);
}

void EventDraft::set_time(std::optional<int64_t>& field, JsonValue value) {
  if (value) set_time(field, text_of(value, value.name()));
}

void EventDraft::set_time(std::optional<int64_t>& field, std::string_view text) {
  if (text.empty()) return;
  const Result<int64_t> ms = parse_time(whole_part(text));
  if (!ms) return fail(ms.error().code, text.substr(0, limits::kIdBytesMax));
  field = *ms;
}

void EventDraft::set_quantity(RawItem& item, JsonValue value) {
  if (value) set_quantity(item, text_of(value, value.name()));
}

void EventDraft::set_quantity(RawItem& item, std::string_view text) {
  if (text.empty()) return;
  const size_t point = text.find('.');
  const bool is_whole = point == std::string_view::npos ||
                        text.find_first_not_of('0', point + 1) == std::string_view::npos;
  const std::string_view digits = text.substr(0, point);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), item.quantity);
  if (!is_whole || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) {
    fail(ErrorCode::kInvalidQuantity, text.substr(0, limits::kIdBytesMax));
  }
}

RawItem* EventDraft::add_item() {
  if (event.items.size() >= limits::kItemsPerEventMax) {
    fail(ErrorCode::kTooManyItems, {});
    return nullptr;
  }
  return &event.items.emplace_back();
}

void EventDraft::set_props(JsonValue object) {
  if (!object.is(Kind::kObject) || object.children() == 0) return;
  event.props = object.raw();
  event.props_optional = true;
}

void EventDraft::set_campaign_from_url() {
  if (!event.campaign_source.empty() || !event.campaign_medium.empty() ||
      !event.campaign_name.empty()) {
    return;
  }
  std::string_view query = event.url;
  const size_t question = query.find('?');
  if (question == std::string_view::npos) return;
  query = query.substr(question + 1);
  query = query.substr(0, query.find('#'));
  if (query.find("utm_") == std::string_view::npos) return;
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    const std::string_view name = take_until(value, '=');
    if (name == "utm_source") event.campaign_source = form_text(value, arena);
    if (name == "utm_medium") event.campaign_medium = form_text(value, arena);
    if (name == "utm_campaign") event.campaign_name = form_text(value, arena);
  }
}

std::string_view quoted(std::string_view text, TextArena& arena) {
  thread_local std::string json;
  json.clear();
  append_json_string(json, text);
  return arena.keep(json);
}

}  // namespace rekindle::io
