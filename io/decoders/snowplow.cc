// Snowplow's tracker protocol, version 2 (docs/trackers.md):
//
//   GET  /i, /ice.png                            one event in the query; a GIF
//   POST /com.snowplowanalytics.snowplow/tp2     {"schema", "data": [{…}, …]}, all values strings
//   GET  /r/tp2?u=URL                            one event, then on to URL if its host is allowed
//
// An order comes as a transaction (e=tr) and its items (e=ti), each an event. Items in the same
// request as their transaction, before or behind it, become the order's; one that comes without it
// is custom:transaction_item.
#include <algorithm>
#include <string>

#include "core/limits.h"
#include "io/decoders/base64.h"
#include "io/decoders/event_draft.h"
#include "io/decoders/form_fields.h"
#include "io/decoders/redirect.h"
#include "io/decoders/snowplow_entities.h"
#include "io/decoders/tracker.h"
#include "io/uuid.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

constexpr std::string_view kName = "snowplow";
constexpr std::string_view kRedirect = "/r/tp2";
constexpr std::string_view kCookie = "sp";
enum Answer : uint8_t { kOk, kGif, kLedOn, kLedNowhere };

// The parameters of one event, from a query string or a JSON object.
class Parameters {
 public:
  explicit Parameters(const FormFields& fields) : x_fields(&fields) {}
  explicit Parameters(JsonValue object) : x_object(object) {}
  std::string_view operator[](std::string_view name) const {
    return x_fields != nullptr ? (*x_fields)[name] : x_object[name].text();
  }

 private:
  const FormFields* x_fields = nullptr;
  JsonValue x_object;
};

std::string_view first_text(std::initializer_list<std::string_view> texts) {
  const auto* const found =
      std::find_if(texts.begin(), texts.end(), [](std::string_view text) { return !text.empty(); });
  return found == texts.end() ? std::string_view() : *found;
}

class Snowplow final : public Tracker {
 public:
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] bool serves(std::string_view path) const override {
    return path == "/i" || path == "/ice.png" || path == kRedirect ||
           path == "/com.snowplowanalytics.snowplow/tp2";
  }

  void decode(TrackerCall& call) override {
    x_arena.clear();
    x_cookie_id = {};
    const bool gives_gif = call.method != Method::kPost || call.path == "/i";
    call.answer_as = gives_gif && !call.path.empty() ? kGif : kOk;
    if (call.path == kRedirect) return lead_on(call);
    const size_t begin = call.body.find_first_not_of(" \t\r\n");
    if (begin != std::string_view::npos && (call.body[begin] == '{' || call.body[begin] == '[')) {
      read_json(call);
    } else {
      read_query(call, begin == std::string_view::npos ? call.query : call.body);
    }
  }

  void answer(const TrackerOutcome& outcome, Response& response) const override {
    if (outcome.answer_as == kGif) return answer_gif(response);
    response.content_type = "text/plain";
    if (outcome.answer_as == kLedOn) {
      response.status = 302;
    } else if (outcome.answer_as == kLedNowhere) {
      response.status = 400;
      response.body = "this redirect is not allowed\n";
    } else {
      response.body = "ok";
    }
  }

 private:
  void lead_on(TrackerCall& call) {
    x_fields.clear();
    static_cast<void>(x_fields.add(call.query, x_arena));
    const std::string_view wanted = x_fields["u"];
    if (!may_redirect(wanted, call.config.redirect_hosts)) {
      call.answer_as = kLedNowhere;
      return;
    }
    call.answer_as = kLedOn;
    call.headers.append("Location: ").append(wanted).append("\r\n");
    call.headers.append("Cache-Control: no-store\r\n");
    call.inputs = 1;
    read_event(call, Parameters(x_fields), call.query);
  }

  void read_query(TrackerCall& call, std::string_view query) {
    x_fields.clear();
    call.inputs = 1;
    call.use_key(kName, {});
    if (const auto added = x_fields.add(query, x_arena); !added) {
      return call.intake.reject(added.error().code, added.error().detail, query);
    }
    read_event(call, Parameters(x_fields), query);
  }

  void read_json(TrackerCall& call) {
    const auto root = x_body.read(call.body, call.body_readable);
    call.use_key(kName, {});
    if (!root) return call.refuse_body(root.error(), call.body);
    const JsonValue data = root->is(Kind::kArray) ? *root : (*root)["data"];
    if (!data.is(Kind::kArray)) {
      call.inputs = 1;
      return read_event(call, Parameters(*root), root->raw());
    }
    if (data.children() > limits::kEventsPerBodyMax) {
      return call.refuse_body({ErrorCode::kBodyTooLarge, "too many events"}, call.body);
    }
    call.inputs = static_cast<uint32_t>(data.children());
    find_order_items(data);
    for (JsonValue event = data.first(); event.exists(); event = event.next()) {
      if (!event.is(Kind::kObject)) {
        call.intake.reject(ErrorCode::kWrongType, "an event is an object", event.raw());
      } else if (event["e"].text() == "tr") {
        read_order(call, event);
      } else if (!has_order(event)) {
        read_event(call, Parameters(event), event.raw());
      }
    }
  }

  // An item whose transaction came in the same body.
  struct OrderItem {
    JsonValue item;
    std::string_view order;  // its transaction's bytes: of several with one id, the first
  };

  void find_order_items(JsonValue data) {
    x_order_items.clear();
    for (JsonValue event = data.first(); event.exists(); event = event.next()) {
      if (x_order_items.size() == limits::kOrderItemsMax) break;
      if (event["e"].text() == "ti") x_order_items.push_back({event, {}});
    }
    if (x_order_items.empty()) return;
    for (JsonValue event = data.first(); event.exists(); event = event.next()) {
      if (event["e"].text() != "tr") continue;
      const std::string_view id = event["tr_id"].text();
      for (OrderItem& item : x_order_items) {
        const bool is_its = item.item["ti_id"].text() == id;
        if (item.order.empty() && is_its) item.order = event.raw();
      }
    }
  }

  [[nodiscard]] bool has_order(JsonValue event) const {
    const auto is_event = [&](const OrderItem& item) {
      return !item.order.empty() && item.item.raw().data() == event.raw().data();
    };
    return event["e"].text() == "ti" &&
           std::any_of(x_order_items.begin(), x_order_items.end(), is_event);
  }

  // A transaction with its items. Its bytes are those of all, so that it can be replayed as one.
  void read_order(TrackerCall& call, JsonValue order) {
    begin(call, Parameters(order));
    x_order_raw.clear();
    for (const OrderItem& item : x_order_items) {
      if (item.order.data() != order.raw().data()) continue;
      read_item(Parameters(item.item));
      x_order_raw.append(",").append(item.item.raw());
    }
    read_kind(Parameters(order));
    if (!x_order_raw.empty()) x_order_raw.insert(0, "[" + std::string(order.raw())) += "]";
    finish(call, Parameters(order), x_order_raw.empty() ? order.raw() : x_order_raw);
  }

  void read_event(TrackerCall& call, const Parameters& from, std::string_view raw) {
    begin(call, from);
    read_kind(from);
    finish(call, from, raw);
  }

  void begin(TrackerCall& call, const Parameters& from) {
    x_draft.clear();
    call.use_key(kName, first_text({from["aid"], call.write_key}));
    RawEvent& event = x_draft.event;
    event.site = call.site;
    event.event_id = from["eid"];
    event.user = from["uid"];
    event.url = from["url"];
    event.referrer = from["refr"];
    event.user_agent = from["ua"];
    x_draft.set_campaign_from_url();
    read_visitor(call, from);
    // A true timestamp is right as it is; a device's clock is corrected.
    if (const std::string_view true_time = from["ttm"]; !true_time.empty()) {
      return x_draft.set_time(event.at_ms, true_time);
    }
    x_draft.set_time(event.at_ms, from["dtm"]);
    x_draft.set_time(event.sent_at_ms, from["stm"]);
  }

  // The first-party id, the network's, the user's; else the cookie's. Who wants to stay anonymous
  // is a visitor for as long as the session is known, else for this one event.
  void read_visitor(TrackerCall& call, const Parameters& from) {
    const std::string_view own = from["duid"];
    RawEvent& event = x_draft.event;
    if (call.anonymous) {
      event.visitor = first_text({own, from["sid"], from["eid"]});
      event.user = {};
      return;
    }
    event.visitor = first_text({own, from["tnuid"], from["nuid"], from["uid"]});
    if (event.visitor.empty() && !call.path.empty()) event.visitor = cookie_id(call);
  }

  std::string_view cookie_id(TrackerCall& call) {
    if (!x_cookie_id.empty()) return x_cookie_id;
    x_cookie_id = cookie_value(call.cookie, kCookie);
    if (!is_uuid(x_cookie_id)) {
      const auto made = new_uuid();
      x_cookie_id = x_arena.keep({made.data(), made.size()});
    }
    call.headers.append("Set-Cookie: sp=").append(x_cookie_id);
    call.headers.append("; Path=/; Max-Age=31536000; SameSite=None; Secure; HttpOnly\r\n");
    return x_cookie_id;
  }

  void read_kind(const Parameters& from) {
    const std::string_view kind = from["e"];
    if (kind == "pv") {
      x_draft.event.type = "page_view";
    } else if (kind == "pp") {
      x_draft.set_custom("page_ping");
    } else if (kind == "se") {
      read_structured(from);
    } else if (kind == "ue") {
      read_unstructured(from);
    } else if (kind == "tr") {
      x_draft.event.type = "purchase";
      x_draft.event.order = from["tr_id"];
      x_draft.event.currency = from["tr_cu"];
      x_draft.set_money(x_draft.event.value, from["tr_tt"]);
    } else if (kind == "ti") {
      x_draft.set_custom("transaction_item");
      x_draft.event.order = from["ti_id"];
      x_draft.event.currency = from["ti_cu"];
      read_item(from);
    } else if (!kind.empty()) {
      x_draft.set_custom(kind);
    } else if (!from["u"].empty()) {
      x_draft.set_custom("uri_redirect");
      x_draft.event.url = from["u"];
    }
  }

  void read_item(const Parameters& from) {
    RawItem* const item = x_draft.add_item();
    if (item == nullptr) return;
    item->product = first_text({from["ti_sk"], from["ti_nm"]});
    item->category = from["ti_ca"];
    x_draft.set_money(item->price, from["ti_pr"]);
    x_draft.set_quantity(*item, from["ti_qu"]);
  }

  void read_structured(const Parameters& from) {
    const std::string_view action = from["se_ac"];
    const bool adds = action == "add-to-basket";
    if (from["se_ca"] == "ecomm" && (adds || action == "remove-from-basket")) {
      x_draft.event.type = adds ? "add_to_cart" : "remove_from_cart";
      if (RawItem* const item = x_draft.add_item()) item->product = from["se_la"];
      return x_draft.set_money(x_draft.event.value, from["se_va"]);
    }
    x_draft.set_custom(x_draft.arena.join({from["se_ca"], "/", action}));
    TextArena& arena = x_draft.arena;
    x_draft.event.props = arena.join({"{\"label\":", quoted(from["se_la"], arena),
                                      ",\"property\":", quoted(from["se_pr"], arena),
                                      ",\"value\":", quoted(from["se_va"], arena), "}"});
    x_draft.event.props_optional = true;
  }

  void read_unstructured(const Parameters& from) {
    const JsonValue outer = nested(x_inner, from["ue_pr"], from["ue_px"], "ue");
    if (outer) read_self_describing(outer["data"], x_draft);
  }

  // JSON inside of a parameter, plain or in Base64.
  JsonValue nested(JsonTree& tree, std::string_view plain, std::string_view coded,
                   std::string_view what) {
    if (!coded.empty()) plain = decode_base64(coded, x_draft.arena).value_or("");
    const auto root = tree.read(plain);
    if (!root) x_draft.fail(root.error().code, what);
    return root ? *root : JsonValue();
  }

  void finish(TrackerCall& call, const Parameters& from, std::string_view raw) {
    const std::string_view plain = from["co"];
    const std::string_view coded = from["cx"];
    if (!plain.empty() || !coded.empty()) {
      read_entities(nested(x_entities, plain, coded, "co"), x_draft);
    }
    x_draft.give(call.intake, raw);
  }

  JsonTree x_body;
  JsonTree x_inner;
  JsonTree x_entities;
  FormFields x_fields;
  TextArena x_arena;
  EventDraft x_draft;
  std::vector<OrderItem> x_order_items;  // of this request
  std::string x_order_raw;               // of the order under way, with its items
  std::string_view x_cookie_id;          // of this request
};

}  // namespace

std::unique_ptr<Tracker> make_snowplow();
std::unique_ptr<Tracker> make_snowplow() {
  return std::make_unique<Snowplow>();
}

}  // namespace rekindle::io
