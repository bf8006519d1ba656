// Segment's HTTP API, which RudderStack and Jitsu speak too (docs/trackers.md):
//
//   POST /v1/{track,page,screen,identify,group,alias}   one event, the type by the path
//   POST /v1/{t,p,s,i,g,a}                               the same from browsers, as text/plain
//   POST /v1/{batch,b,import}, /beacon/v1/batch          {"batch": […], "context", "sentAt"}
//   GET  /v1/pixel/TYPE, /pixel/v1/TYPE                  data=Base64(JSON), or flat properties.x=
//   POST /api/s/TYPE, /api/s/s2s/TYPE                    Jitsu
//
// The key is the body's writeKey, X-Write-Key, the query's writeKey, or the name in Basic
// credentials, whichever comes first.
#include <algorithm>
#include <array>
#include <string>

#include "core/limits.h"
#include "io/decoders/base64.h"
#include "io/decoders/commerce.h"
#include "io/decoders/event_draft.h"
#include "io/decoders/form_fields.h"
#include "io/decoders/tracker.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

constexpr std::string_view kName = "segment";
constexpr uint8_t kAnswerGif = 1;  // TrackerCall::answer_as; 0 is JSON

struct Word {
  std::string_view path;
  std::string_view type;  // empty: said in the body
};
constexpr Word kWords[] = {
    {"track", "track"},   {"t", "track"},  {"page", "page"},         {"p", "page"},
    {"screen", "screen"}, {"s", "screen"}, {"identify", "identify"}, {"i", "identify"},
    {"group", "group"},   {"g", "group"},  {"alias", "alias"},       {"a", "alias"},
    {"batch", ""},        {"b", ""},       {"import", ""},           {"event", ""}};
constexpr std::string_view kPrefixes[] = {"/api/s/s2s/", "/api/s/",    "/beacon/v1/",
                                          "/pixel/v1/",  "/v1/pixel/", "/v1/"};

const Word* word_of(std::string_view path) {
  for (const std::string_view prefix : kPrefixes) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view last = path.substr(prefix.size());
    const auto* const found = std::find_if(std::begin(kWords), std::end(kWords),
                                           [last](const Word& word) { return word.path == last; });
    return found == std::end(kWords) ? nullptr : found;
  }
  return nullptr;
}

bool is_pixel(std::string_view path) {
  return path.starts_with("/v1/pixel/") || path.starts_with("/pixel/v1/");
}

// What an event's own `type` may be; a call's name stands for the event's else.
std::string_view kind_of(JsonValue event, std::string_view of_path) {
  const std::string_view said = event["type"].text();
  if (!said.empty()) return said;
  if (!of_path.empty()) return of_path;
  if (event["event"]) return "track";
  if (event["previousId"]) return "alias";
  return event["traits"] ? "identify" : "page";
}

class Segment final : public Tracker {
 public:
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] bool serves(std::string_view path) const override {
    return word_of(path) != nullptr;
  }

  void decode(TrackerCall& call) override {
    const Word* const word = word_of(call.path);
    const std::string_view kind = word == nullptr ? std::string_view() : word->type;
    x_arena.clear();
    x_query.clear();
    if (call.method != Method::kPost || is_pixel(call.path)) call.answer_as = kAnswerGif;
    static_cast<void>(x_query.add(call.query, x_arena));  // over the bound the rest is not read
    std::string_view text = call.body;
    size_t readable = call.body_readable;
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || (text[begin] != '{' && text[begin] != '[')) {
      if (begin != std::string_view::npos) static_cast<void>(x_query.add(text, x_arena));
      text = from_fields();
      readable = 0;
    }
    const auto root = x_tree.read(text, readable);
    if (!root) {
      use_key(call, {});
      call.refuse_body(root.error(), text);
      if (call.answer_as == kAnswerGif) call.unreadable = false;
      return;
    }
    use_key(call, *root);
    read_body(call, *root, kind);
  }

  void answer(const TrackerOutcome& outcome, Response& response) const override {
    if (outcome.answer_as == kAnswerGif) return answer_gif(response);
    response.body = "{\"success\":true}\n";
  }

 private:
  void use_key(TrackerCall& call, JsonValue root) {
    std::string_view key = root["writeKey"].text();
    if (key.empty()) key = call.write_key;
    if (key.empty()) key = x_query["writeKey"];
    if (key.empty()) key = key_in_authorization(call.authorization, x_scratch);
    call.use_key(kName, key);
  }

  void read_body(TrackerCall& call, JsonValue root, std::string_view kind) {
    const JsonValue batch = root.is(Kind::kArray) ? root : root["batch"];
    x_context = root["context"];
    x_sent_at = root["sentAt"];
    if (!batch.is(Kind::kArray)) {
      call.inputs = 1;
      return read_event(call, root, kind);
    }
    if (batch.children() > limits::kEventsPerBodyMax) {
      return call.refuse_body({ErrorCode::kBodyTooLarge, "too many events"}, batch.raw());
    }
    call.inputs = static_cast<uint32_t>(batch.children());
    for (JsonValue event = batch.first(); event.exists(); event = event.next()) {
      read_event(call, event, {});
    }
  }

  void read_event(TrackerCall& call, JsonValue event, std::string_view of_path) {
    if (!event.is(Kind::kObject)) {
      return call.intake.reject(ErrorCode::kWrongType, "an event is an object", event.raw());
    }
    x_draft.clear();
    RawEvent& raw = x_draft.event;
    raw.site = call.site;
    const std::string_view kind = kind_of(event, of_path);
    const JsonValue context = first_of(event["context"], x_context);
    x_draft.set(&RawEvent::event_id, event["messageId"]);
    x_draft.set(&RawEvent::channel, event["channel"]);
    read_person(event, kind);
    x_draft.set_time(raw.at_ms, first_of(event["timestamp"], event["originalTimestamp"]));
    x_draft.set_time(raw.sent_at_ms, first_of(event["sentAt"], x_sent_at));
    read_context(context);
    read_kind(event, context, kind);
    x_draft.set_campaign_from_url();
    x_draft.give(call.intake, event.raw());
  }

  // The anonymous id first: it names the visitor before and after they say who they are.
  void read_person(JsonValue event, std::string_view kind) {
    const JsonValue anonymous = first_of(event["anonymousId"]);
    const JsonValue user = first_of(event["userId"]);
    const JsonValue previous = kind == "alias" ? first_of(event["previousId"]) : JsonValue();
    x_draft.set(&RawEvent::visitor, first_of(previous, anonymous, user));
    x_draft.set(&RawEvent::user, user);
  }

  void read_context(JsonValue context) {
    const JsonValue page = context["page"];
    x_draft.set(&RawEvent::url, page["url"]);
    x_draft.set(&RawEvent::referrer, page["referrer"]);
    x_draft.event.user_agent = context["userAgent"].text();
    const JsonValue campaign = context["campaign"];
    x_draft.set(&RawEvent::campaign_source, campaign["source"]);
    x_draft.set(&RawEvent::campaign_medium, campaign["medium"]);
    x_draft.set(&RawEvent::campaign_name, campaign["name"]);
    const JsonValue consent = context["consent"]["categoryPreferences"];
    if (consent.is(Kind::kObject)) x_draft.event.consent = consent.raw();
  }

  void read_kind(JsonValue event, JsonValue context, std::string_view kind) {
    const JsonValue properties = event["properties"];
    if (kind == "track") {
      const std::string_view name = x_draft.text_of(event["event"], "event");
      const std::string_view known = commerce_type(name);
      x_draft.set_type(known.empty() ? name : known);
      read_commerce(properties, x_draft);
      x_draft.set_props(properties);
    } else if (kind == "page" || kind == "screen") {
      x_draft.event.type = "page_view";
      x_draft.set(&RawEvent::url, first_of(properties["url"]));
      x_draft.set(&RawEvent::referrer, first_of(properties["referrer"]));
      x_draft.set_props(properties);
    } else if (kind == "identify") {
      x_draft.event.type = "identify";
      const JsonValue traits = event["traits"] ? event["traits"] : context["traits"];
      if (traits.is(Kind::kObject)) x_draft.event.props = traits.raw();
      add_device(context["device"]);
    } else if (kind == "alias") {
      x_draft.event.type = "alias";
    } else {
      x_draft.set_custom(kind);  // group, and what others invented
      x_draft.set_props(event["traits"] ? event["traits"] : properties);
    }
  }

  // What an app says of its device, beside the traits: ids that link visitors (docs/identity.md).
  void add_device(JsonValue device) {
    std::string_view members = x_draft.event.props;
    if (!members.empty()) members = members.substr(1, members.size() - 2);  // without its braces
    if (members.find_first_not_of(" \t\r\n") == std::string_view::npos) members = {};
    const JsonValue id = device["id"];
    const JsonValue advertising = device["advertisingId"];
    const bool has_id = id.is(Kind::kString) && !id.is_broken();
    const bool has_advertising = advertising.is(Kind::kString) && !advertising.is_broken();
    if (!has_id && !has_advertising) return;
    if (has_id) members = x_draft.with_member(members, "device_id", id.raw());
    if (has_advertising) {
      const bool is_apple = device["type"].text() == "ios";
      members = x_draft.with_member(members, is_apple ? "idfa" : "gaid", advertising.raw());
    }
    x_draft.event.props = x_draft.object_of(members);
  }

  // The JSON that a pixel's fields stand for: data=Base64(JSON), or names with dots in them.
  std::string_view from_fields() {
    const std::string_view data = x_query["data"];
    if (data.starts_with('{')) return data;
    if (!data.empty()) return decode_base64(data, x_arena).value_or(data);
    x_scratch.assign("{");
    append_group("");
    for (const std::string_view group : {"properties.", "traits."}) append_group(group);
    x_scratch.append(",\"context\":{\"library\":{}");
    for (const std::string_view group : {"context.page.", "context.campaign."}) {
      append_group(group);
    }
    x_scratch.append("}}");
    return x_arena.keep(x_scratch);
  }

  // The fields whose names begin with `group`, as members; "" are those without a dot.
  void append_group(std::string_view group) {
    std::string_view name = group;
    if (name.ends_with('.')) name.remove_suffix(1);
    name.remove_prefix(name.rfind('.') + 1);
    if (!group.empty()) x_scratch.append(",\"").append(name).append("\":{");
    bool any = false;
    for (const FormField& field : x_query.all()) {
      if (!field.name.starts_with(group)) continue;
      const std::string_view rest = field.name.substr(group.size());
      if (rest.find('.') != std::string_view::npos) continue;
      if (any) x_scratch.push_back(',');
      any = true;
      x_scratch.append(quoted(rest, x_arena)).push_back(':');
      x_scratch.append(quoted(field.value, x_arena));
    }
    if (group.empty() && !any) x_scratch.append("\"type\":null");
    if (!group.empty()) x_scratch.push_back('}');
  }

  JsonTree x_tree;
  JsonValue x_context;  // the batch's, for events without their own
  JsonValue x_sent_at;
  EventDraft x_draft;
  FormFields x_query;
  TextArena x_arena;
  std::string x_scratch;
};

}  // namespace

std::unique_ptr<Tracker> make_segment();
std::unique_ptr<Tracker> make_segment() {
  return std::make_unique<Segment>();
}

}  // namespace rekindle::io
