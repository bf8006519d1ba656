// Google Analytics 4 (docs/trackers.md):
//
//   POST /mp/collect        the Measurement Protocol: JSON with client_id and up to any number of
//                           events; answered 204, as Google does whatever was sent
//   POST /debug/mp/collect  a dry run: what would be rejected, as validationMessages
//   GET, POST /g/collect    what browsers send: the query is shared by all events, each line of the
//                           body is one; an empty body means the query is the event
#include <algorithm>
#include <charconv>
#include <string>

#include "core/limits.h"
#include "io/decoders/event_draft.h"
#include "io/decoders/form_fields.h"
#include "io/decoders/ga4_hits.h"
#include "io/decoders/tracker.h"
#include "io/json_text.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

constexpr std::string_view kName = "ga4";
enum Answer : uint8_t { kNothing, kValidation };

std::string_view validation_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMissingField: return "VALUE_REQUIRED";
    case ErrorCode::kUnknownEventType: return "NAME_INVALID";
    case ErrorCode::kTooManyItems:
    case ErrorCode::kStringTooLong: return "EXCEEDED_MAX_ENTITIES";
    default: return "VALUE_INVALID";
  }
}

// "GRANTED" and the like become what consent is here; anything else is left out.
std::string_view consent_word(std::string_view said) {
  if (said == "GRANTED" || said == "granted") return "true";
  return said == "DENIED" || said == "denied" ? "false" : "";
}

class Ga4 final : public Tracker {
 public:
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] bool serves(std::string_view path) const override {
    return path == "/mp/collect" || path == "/debug/mp/collect" || path == "/g/collect";
  }
  [[nodiscard]] bool is_rehearsal(std::string_view path) const override {
    return path == "/debug/mp/collect";
  }

  void decode(TrackerCall& call) override {
    x_arena.clear();
    x_shared.clear();
    call.answer_as = is_rehearsal(call.path) ? kValidation : kNothing;
    static_cast<void>(x_shared.add(call.query, x_arena));  // over the bound the rest is not read
    const size_t begin = call.body.find_first_not_of(" \t\r\n");
    const bool is_json = begin != std::string_view::npos && call.body[begin] == '{';
    use_key(call);
    if (is_json) {
      read_json(call);
    } else if (call.path == "/mp/collect" || call.path == "/debug/mp/collect") {
      call.refuse_body({ErrorCode::kMalformedJson, "the body is no JSON object"}, call.body);
      call.unreadable = call.unreadable && !is_rehearsal(call.path);
    } else {
      x_hits.read(call, x_shared);
    }
  }

  void answer(const TrackerOutcome& outcome, Response& response) const override {
    if (outcome.answer_as == kNothing) {
      response.status = 204;
      return;
    }
    JsonObject object(response.body);
    std::string& out = object.key("validationMessages");
    out.push_back('[');
    JsonList list(out);
    for (const Rejection& rejection : outcome.rejections) {
      list.next();
      JsonObject message(out);
      message.text("fieldPath", "events[" + std::to_string(rejection.index) + "]" +
                                    (rejection.detail.empty() ? "" : "." + rejection.detail));
      message.text("description", describe(rejection.code));
      message.text("validationCode", validation_code(rejection.code));
      message.close();
    }
    out.push_back(']');
    object.close();
    out.push_back('\n');
  }

 private:
  void use_key(TrackerCall& call) {
    std::string_view key = x_shared["measurement_id"];
    if (key.empty()) key = x_shared["firebase_app_id"];
    if (key.empty()) key = x_shared["tid"];
    if (key.empty()) key = call.write_key;
    call.use_key(kName, key);
  }

  // --- Measurement Protocol ----------------------------------------------------------------------
  void read_json(TrackerCall& call) {
    const auto root = x_tree.read(call.body, call.body_readable);
    if (!root) {
      call.refuse_body(root.error(), call.body);
      call.unreadable = !is_rehearsal(call.path);
      return;
    }
    const JsonValue list = (*root)["events"];
    if (!list.is(Kind::kArray) || list.children() == 0) {
      return call.intake.reject(ErrorCode::kMissingField, "events", root->raw());
    }
    if (list.children() > limits::kEventsPerBodyMax) {
      return call.refuse_body({ErrorCode::kBodyTooLarge, "too many events"}, call.body);
    }
    call.inputs = static_cast<uint32_t>(list.children());
    x_sender = {first_of((*root)["client_id"], (*root)["app_instance_id"], (*root)["user_id"]),
                (*root)["user_id"], (*root)["timestamp_micros"], (*root)["consent"],
                (*root)["user_properties"]};
    for (JsonValue event = list.first(); event.exists(); event = event.next()) {
      if (!event.is(Kind::kObject)) {
        call.intake.reject(ErrorCode::kWrongType, "an event is an object", event.raw());
      } else {
        read_event(call, *root, event, call.inputs == 1);
      }
    }
  }

  void read_event(TrackerCall& call, JsonValue root, JsonValue event, bool is_only) {
    begin(call);
    x_draft.set(&RawEvent::visitor, x_sender.visitor);
    x_draft.set(&RawEvent::user, x_sender.user);
    const JsonValue micros = first_of(event["timestamp_micros"], x_sender.micros);
    set_micros(x_draft.text_of(micros, "timestamp_micros"));
    x_draft.event.consent = consent_of(x_sender.consent);
    x_draft.set_type(x_draft.text_of(event["name"], "name"));
    read_params(event["params"]);
    // Of several events each is kept with what it needs to be replayed.
    const std::string_view raw =
        is_only
            ? root.raw()
            : x_draft.arena.join({"{\"client_id\":", quoted(x_draft.event.visitor, x_draft.arena),
                                  ",\"user_id\":", quoted(x_draft.event.user, x_draft.arena),
                                  ",\"events\":[", event.raw(), "]}"});
    const uint32_t before = call.intake.accepted();
    x_draft.give(call.intake, raw);
    const bool is_first = call.intake.accepted() == 1 && before == 0;
    if (is_first) tell_properties(call, x_sender.properties, raw);
  }

  void read_params(JsonValue params) {
    RawEvent& event = x_draft.event;
    x_draft.set(&RawEvent::url, params["page_location"]);
    x_draft.set(&RawEvent::referrer, params["page_referrer"]);
    x_draft.set(&RawEvent::currency, params["currency"]);
    x_draft.set(&RawEvent::order, params["transaction_id"]);
    x_draft.set(&RawEvent::coupon, params["coupon"]);
    x_draft.set(&RawEvent::query, params["search_term"]);
    x_draft.set(&RawEvent::campaign_source, first_of(params["source"], params["campaign_source"]));
    x_draft.set(&RawEvent::campaign_medium, first_of(params["medium"], params["campaign_medium"]));
    x_draft.set(&RawEvent::campaign_name, params["campaign"]);
    x_draft.set_campaign_from_url();
    x_draft.set_money(event.value, params["value"]);
    const JsonValue items = params["items"];
    for (JsonValue item = items.first(); item.exists(); item = item.next()) read_item(item);
    x_draft.set_props(params);
  }

  void read_item(JsonValue from) {
    RawItem* const item = x_draft.add_item();
    if (item == nullptr) return;
    if (!from.is(Kind::kObject)) return x_draft.fail(ErrorCode::kWrongType, "items");
    x_draft.set(&RawItem::product, *item, first_of(from["item_id"], from["item_name"]));
    x_draft.set(&RawItem::category, *item, from["item_category"]);
    x_draft.set(&RawItem::brand, *item, from["item_brand"]);
    x_draft.set_money(item->price, from["price"]);
    x_draft.set_quantity(*item, from["quantity"]);
  }

  void set_micros(std::string_view text) {
    if (text.empty()) return;
    int64_t micros = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), micros);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
      return x_draft.fail(ErrorCode::kInvalidTime, "timestamp_micros");
    }
    x_draft.event.at_ms = micros / 1'000;
  }

  std::string_view consent_of(JsonValue consent) {
    std::string_view members;
    for (JsonValue said = consent.first(); said.exists(); said = said.next()) {
      const std::string_view word = consent_word(said.text());
      if (!word.empty()) members = x_draft.with_member(members, said.name(), word);
      if (members.size() > limits::kPropsBytesMax) break;  // refused for its length
    }
    return x_draft.object_of(members);
  }

  // {"plan": {"value": "gold"}, …} become traits.
  void tell_properties(TrackerCall& call, JsonValue properties, std::string_view raw) {
    std::string_view members;
    for (JsonValue one = properties.first(); one.exists(); one = one.next()) {
      const JsonValue value = one["value"];
      if (value.exists()) members = x_draft.with_member(members, one.name(), value.raw());
      if (members.size() > limits::kPropsBytesMax) break;  // refused for its length
    }
    x_draft.give_traits(call.intake, members, raw);
  }

  void begin(TrackerCall& call) {
    x_draft.clear();
    x_draft.event.site = call.site;
  }

  struct Sender {
    JsonValue visitor;
    JsonValue user;
    JsonValue micros;
    JsonValue consent;
    JsonValue properties;
  };

  JsonTree x_tree;
  Sender x_sender;      // of this body's events
  FormFields x_shared;  // of the query
  Ga4Hits x_hits;
  FormFields x_line;
  TextArena x_arena;
  EventDraft x_draft;
};

}  // namespace

std::unique_ptr<Tracker> make_ga4();
std::unique_ptr<Tracker> make_ga4() {
  return std::make_unique<Ga4>();
}

}  // namespace rekindle::io
