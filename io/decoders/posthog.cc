// PostHog (docs/trackers.md): POST /batch, /capture, /e, /i/v0/e with {"api_key", "batch": […]} or
// one event, or a form's data=Base64(JSON). Its clients also ask for feature flags and settings
// (/flags, /decide, /array/KEY/config): the answer is that there are none.
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

constexpr std::string_view kName = "posthog";
enum Answer : uint8_t { kTaken, kFlags, kSettings };

bool asks_for_flags(std::string_view path) {
  return path == "/flags" || path == "/decide";
}
bool asks_for_settings(std::string_view path) {
  return path.starts_with("/array/") && path.ends_with("/config");
}

class PostHog final : public Tracker {
 public:
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] bool serves(std::string_view path) const override {
    return path == "/batch" || path == "/capture" || path == "/e" || path == "/i/v0/e" ||
           asks_for_flags(path) || asks_for_settings(path);
  }

  void decode(TrackerCall& call) override {
    x_arena.clear();
    call.answer_as = asks_for_flags(call.path)      ? kFlags
                     : asks_for_settings(call.path) ? kSettings
                                                    : kTaken;
    if (call.answer_as != kTaken) return;
    std::string_view text = call.body;
    size_t readable = call.body_readable;
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || (text[begin] != '{' && text[begin] != '[')) {
      text = text_in_form(begin == std::string_view::npos ? call.query : text);
      readable = 0;
    }
    const auto root = x_tree.read(text, readable);
    if (!root) {
      call.use_key(kName, call.write_key);
      return call.refuse_body(root.error(), call.body);
    }
    read_body(call, *root);
  }

  void answer(const TrackerOutcome& outcome, Response& response) const override {
    if (outcome.answer_as == kTaken) {
      response.body = "{\"status\":\"Ok\"}\n";
    } else if (outcome.answer_as == kFlags) {
      response.body =
          "{\"flags\":{},\"featureFlags\":{},\"featureFlagPayloads\":{},"
          "\"errorsWhileComputingFlags\":false,\"supportedCompression\":[\"gzip\",\"gzip-js\"],"
          "\"sessionRecording\":false}\n";
    } else {
      response.body =
          "{\"hasFeatureFlags\":false,\"supportedCompression\":[\"gzip\",\"gzip-js\"],"
          "\"sessionRecording\":false,\"surveys\":false,\"heatmaps\":false}\n";
    }
  }

 private:
  std::string_view text_in_form(std::string_view form) {
    x_fields.clear();
    static_cast<void>(x_fields.add(form, x_arena));
    const std::string_view data = x_fields["data"];
    if (data.starts_with('{') || data.starts_with('[')) return data;
    return decode_base64(data, x_arena).value_or("");
  }

  void read_body(TrackerCall& call, JsonValue root) {
    const JsonValue batch = root.is(Kind::kArray) ? root : root["batch"];
    x_sent_at = first_of(root["sent_at"], root["sentAt"]);
    std::string_view key = first_of(root["api_key"], root["token"]).text();
    if (key.empty()) key = root["properties"]["token"].text();
    if (key.empty()) key = root.first()["properties"]["token"].text();
    call.use_key(kName, key.empty() ? call.write_key : key);
    if (!batch.is(Kind::kArray)) {
      call.inputs = 1;
      return read_event(call, root);
    }
    if (batch.children() > limits::kEventsPerBodyMax) {
      return call.refuse_body({ErrorCode::kBodyTooLarge, "too many events"}, {});
    }
    call.inputs = static_cast<uint32_t>(batch.children());
    for (JsonValue event = batch.first(); event.exists(); event = event.next()) {
      read_event(call, event);
    }
  }

  void read_event(TrackerCall& call, JsonValue event) {
    if (!event.is(Kind::kObject)) {
      return call.intake.reject(ErrorCode::kWrongType, "an event is an object", event.raw());
    }
    x_draft.clear();
    RawEvent& raw = x_draft.event;
    raw.site = call.site;
    const JsonValue properties = event["properties"];
    x_draft.set(&RawEvent::event_id, first_of(event["uuid"], properties["$insert_id"]));
    x_draft.set_time(raw.at_ms, event["timestamp"]);
    x_draft.set_time(raw.sent_at_ms, first_of(event["sent_at"], x_sent_at));
    read_person(event, properties);
    x_draft.set(&RawEvent::url, properties["$current_url"]);
    x_draft.set(&RawEvent::referrer, properties["$referrer"]);
    if (raw.referrer == "$direct") raw.referrer = {};
    raw.user_agent = first_of(properties["$raw_user_agent"], properties["$user_agent"]).text();
    x_draft.set(&RawEvent::campaign_source, properties["utm_source"]);
    x_draft.set(&RawEvent::campaign_medium, properties["utm_medium"]);
    x_draft.set(&RawEvent::campaign_name, properties["utm_campaign"]);
    x_draft.set_campaign_from_url();
    read_kind(event, properties);
    x_draft.give(call.intake, event.raw());
  }

  // The device's id names the visitor before and after they say who they are; a server knows only
  // the person.
  void read_person(JsonValue event, JsonValue properties) {
    const JsonValue person =
        first_of(event["distinct_id"], properties["distinct_id"], event["$distinct_id"]);
    const JsonValue visitor =
        first_of(properties["$anon_distinct_id"], properties["$device_id"], person);
    x_draft.set(&RawEvent::visitor, visitor);
    x_draft.set(&RawEvent::user, properties["$user_id"]);
    if (x_draft.event.user.empty() && visitor.text() != person.text()) {
      x_draft.set(&RawEvent::user, person);
    }
  }

  void read_kind(JsonValue event, JsonValue properties) {
    RawEvent& raw = x_draft.event;
    const std::string_view name = x_draft.text_of(event["event"], "event");
    if (name == "$pageview" || name == "$screen") {
      raw.type = "page_view";
    } else if (name == "$identify" || name == "$set") {
      raw.type = "identify";
      const JsonValue traits = first_of(event["$set"], properties["$set"]);
      if (traits.is(Kind::kObject)) raw.props = traits.raw();
      if (name == "$identify" && raw.user.empty()) {
        x_draft.set(&RawEvent::user, first_of(event["distinct_id"], properties["distinct_id"]));
      }
      return;
    } else if (name == "$create_alias") {
      raw.type = "alias";
      x_draft.set(&RawEvent::visitor, first_of(properties["alias"]));
      x_draft.set(&RawEvent::user, first_of(properties["distinct_id"], event["distinct_id"]));
      return;
    } else {
      const std::string_view known = commerce_type(name);
      x_draft.set_type(known.empty() ? name : known);
    }
    read_commerce(properties, x_draft);
    x_draft.set_props(properties);
  }

  JsonTree x_tree;
  JsonValue x_sent_at;
  FormFields x_fields;
  TextArena x_arena;
  EventDraft x_draft;
};

}  // namespace

std::unique_ptr<Tracker> make_posthog();
std::unique_ptr<Tracker> make_posthog() {
  return std::make_unique<PostHog>();
}

}  // namespace rekindle::io
