#include "io/hooks/hook_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/ids.h"
#include "core/limits.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

struct TextField {
  std::string_view name;
  std::string_view RawEvent::*field;
};
constexpr TextField kTexts[] = {{"visitor", &RawEvent::visitor},
                                {"event_id", &RawEvent::event_id},
                                {"user", &RawEvent::user},
                                {"currency", &RawEvent::currency},
                                {"order", &RawEvent::order},
                                {"coupon", &RawEvent::coupon},
                                {"url", &RawEvent::url},
                                {"referrer", &RawEvent::referrer},
                                {"query", &RawEvent::query},
                                {"channel", &RawEvent::channel},
                                {"campaign.source", &RawEvent::campaign_source},
                                {"campaign.medium", &RawEvent::campaign_medium},
                                {"campaign.name", &RawEvent::campaign_name},
                                {"user_agent", &RawEvent::user_agent}};
constexpr std::string_view kAt = "at";
constexpr std::string_view kValue = "value";
constexpr std::string_view kInfluencer = "influencer";
constexpr std::string_view kFields[] = {
    "visitor",       "event_id",   "user",  "currency", "order",           "coupon",
    "url",           "referrer",   "query", "channel",  "campaign.source", "campaign.medium",
    "campaign.name", "user_agent", kAt,     kValue,     kInfluencer};
static_assert(std::size(kFields) == std::size(kTexts) + 3);
static_assert(std::size(kFields) <= limits::kHookFieldsMax);

JsonValue step(JsonValue value, const std::string& name) {
  if (!value.is(Kind::kArray)) return value[name];
  size_t place = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), place);
  if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) return {};
  JsonValue child = value.first();
  for (; place > 0 && child.exists(); --place) child = child.next();
  return child;
}

JsonValue at_path(JsonValue value, const std::vector<std::string>& path) {
  for (const std::string& name : path) value = step(value, name);
  return value;
}

}  // namespace

std::span<const std::string_view> hook_fields() {
  return kFields;
}

Result<void> HookEvents::decode(const HookConfig& config, std::string_view body,
                                std::string_view message, Intake& intake) {
  x_ignored = 0;
  const auto root = x_tree.read(body);
  if (!root) return root.error();
  const JsonValue events = at_path(*root, config.events);
  if (events.is(Kind::kObject)) {
    read_event(config, events, message, 0, intake);
    return {};
  }
  if (!events.is(Kind::kArray))
    return Error{ErrorCode::kWrongType, "no events where they should be"};
  if (events.children() > limits::kEventsPerBodyMax) {
    return Error{ErrorCode::kBodyTooLarge, "too many events"};
  }
  size_t place = 0;
  for (JsonValue event = events.first(); event.exists(); event = event.next()) {
    read_event(config, event, message, place++, intake);
  }
  return {};
}

Result<void> HookEvents::decode_one(const HookConfig& config, std::string_view event,
                                    std::string_view message, Intake& intake) {
  x_ignored = 0;
  const auto root = x_tree.read(event);
  if (!root) return root.error();
  read_event(config, *root, message, 0, intake);
  return {};
}

void HookEvents::read_event(const HookConfig& config, JsonValue event, std::string_view message,
                            size_t place, Intake& intake) {
  if (!event.is(Kind::kObject)) {
    return intake.reject(ErrorCode::kWrongType, "an event is an object", event.raw());
  }
  const std::string_view type = type_of(config, event);
  if (type.empty()) {
    ++x_ignored;
    return;
  }
  x_draft.clear();
  x_draft.event.type = type;
  for (const auto& [name, from] : config.fields) set_field(name, from, event);
  std::string id;
  if (x_draft.event.event_id.empty()) {
    id = fmt::format("{}:{:016x}:{}", config.name, name_hash(message), place);
    x_draft.event.event_id = id;
  }
  x_draft.give(intake, event.raw());
}

std::string_view HookEvents::type_of(const HookConfig& config, JsonValue event) const {
  const std::string_view named = config.type.path.empty() ? std::string_view(config.type.constant)
                                                          : at_path(event, config.type.path).text();
  std::string_view any;
  for (const auto& [theirs, ours] : config.types) {
    if (theirs == named) return ours;
    if (theirs == "*") any = ours;
  }
  return any;
}

void HookEvents::set_field(std::string_view name, const HookValue& from, JsonValue event) {
  RawEvent& raw = x_draft.event;
  const bool is_constant = from.path.empty();
  const JsonValue value = is_constant ? JsonValue() : at_path(event, from.path);
  const auto* const text = std::find_if(std::begin(kTexts), std::end(kTexts),
                                        [name](const TextField& t) { return t.name == name; });
  if (text != std::end(kTexts)) {
    if (is_constant) {
      raw.*text->field = from.constant;
    } else {
      x_draft.set(text->field, value);
    }
  } else if (name == kAt) {
    is_constant ? x_draft.set_time(raw.at_ms, from.constant) : x_draft.set_time(raw.at_ms, value);
  } else if (name == kValue) {
    is_constant ? x_draft.set_money(raw.value, from.constant) : x_draft.set_money(raw.value, value);
  } else if (name == kInfluencer) {
    const std::string_view who = is_constant ? std::string_view(from.constant) : value.text();
    if (who.empty()) return;
    raw.props = x_draft.arena.join({"{\"influencer\":", quoted(who, x_draft.arena), "}"});
  }
}

}  // namespace rekindle::io
