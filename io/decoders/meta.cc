// Meta's pixel and Conversions API (docs/trackers.md):
//
//   GET, POST /tr                  id, ev, cd[…], ud[…] in the query or a form (also multipart)
//   POST /vN.N/PIXEL/events        {"data": [{"event_name", "user_data", "custom_data"}, …]}, or a
//                                  form with data=JSON
//
// An event that a browser and a server both send carries one event id: with its name it is counted
// once, if both name the same visitor (fbp).
#include <algorithm>
#include <string>

#include "core/limits.h"
#include "io/decoders/event_draft.h"
#include "io/decoders/form_fields.h"
#include "io/decoders/tracker.h"
#include "io/json_text.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

constexpr std::string_view kName = "meta";
enum Answer : uint8_t { kGif, kReceived };

struct Word {
  std::string_view name;
  std::string_view type;
};
constexpr Word kWords[] = {{"PageView", "page_view"},
                           {"ViewContent", "view_item"},
                           {"ViewCategory", "view_item_list"},
                           {"Search", "search"},
                           {"AddToCart", "add_to_cart"},
                           {"AddToWishlist", "add_to_wishlist"},
                           {"InitiateCheckout", "begin_checkout"},
                           {"AddPaymentInfo", "add_payment_info"},
                           {"Purchase", "purchase"},
                           {"CompleteRegistration", "sign_up"},
                           {"Subscribe", "subscribe"},
                           {"Contact", "support_contact"}};

// "/v24.0/PIXEL/events" → PIXEL.
std::string_view pixel_in(std::string_view path) {
  if (path.size() < 3 || !path.starts_with("/v") || path[2] < '0' || path[2] > '9') return {};
  const size_t slash = path.find('/', 1);
  if (slash == std::string_view::npos || !path.ends_with("/events")) return {};
  if (path.find_first_not_of("0123456789.", 2) != slash) return {};
  const std::string_view rest = path.substr(slash + 1);
  const std::string_view pixel = rest.substr(0, rest.find('/'));
  return rest.size() == pixel.size() + 7 ? pixel : std::string_view();
}

class Meta final : public Tracker {
 public:
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] bool serves(std::string_view path) const override {
    return path == "/tr" || !pixel_in(path).empty();
  }

  void decode(TrackerCall& call) override {
    x_arena.clear();
    x_fields.clear();
    const std::string_view pixel = pixel_in(call.path);
    call.answer_as = pixel.empty() ? kGif : kReceived;
    static_cast<void>(x_fields.add(call.query, x_arena));  // over the bound the rest is not read
    const size_t begin = call.body.find_first_not_of(" \t\r\n");
    const bool is_json =
        begin != std::string_view::npos && (call.body[begin] == '{' || call.body[begin] == '[');
    if (!is_json) static_cast<void>(x_fields.add(call.body, x_arena));
    if (is_json) return read_json(call, pixel, call.body, call.body_readable);
    if (!pixel.empty()) return read_json(call, pixel, x_fields["data"], 0);
    std::string_view raw = call.query;
    if (!call.body.empty()) {
      const bool joins = !raw.empty() && !call.body.starts_with("--");
      raw = joins ? x_arena.join({raw, "&", call.body}) : call.body;
    }
    read_pixel(call, raw);
  }

  void answer(const TrackerOutcome& outcome, Response& response) const override {
    if (outcome.answer_as == kGif) return answer_gif(response);
    JsonObject object(response.body);
    object.number("events_received", static_cast<uint64_t>(outcome.inputs));
    object.key("messages").append("[]");
    object.text("fbtrace_id", "");
    object.close();
    response.body.push_back('\n');
  }

 private:
  void begin(TrackerCall& call) {
    x_draft.clear();
    x_draft.event.site = call.site;
  }

  // The id with the name, as Meta itself tells repeated events.
  void set_name(std::string_view name, std::string_view id) {
    const auto* const known = std::find_if(std::begin(kWords), std::end(kWords),
                                           [name](const Word& word) { return word.name == name; });
    x_draft.set_type(known == std::end(kWords) ? name : known->type);
    if (!id.empty()) x_draft.event.event_id = x_draft.arena.join({name, ":", id});
  }

  // --- the pixel ---------------------------------------------------------------------------------
  void read_pixel(TrackerCall& call, std::string_view raw) {
    call.inputs = 1;
    const std::string_view pixel = x_fields["id"];
    call.use_key(kName, pixel.empty() ? call.write_key : pixel);
    begin(call);
    RawEvent& event = x_draft.event;
    for (const std::string_view id : {"fbp", "ud[external_id]", "fbc", "ud[em]", "ud[ph]"}) {
      if (event.visitor.empty()) event.visitor = x_fields[id];
    }
    event.user = x_fields["ud[external_id]"];
    event.url = x_fields["dl"];
    event.referrer = x_fields["rl"];
    x_draft.set_campaign_from_url();
    x_draft.set_time(event.at_ms, x_fields["ts"]);
    set_name(x_fields["ev"], x_fields["eid"]);
    event.currency = x_fields["cd[currency]"];
    event.order = x_fields["cd[order_id]"];
    event.query = x_fields["cd[search_string]"];
    x_draft.set_money(event.value, x_fields["cd[value]"]);
    read_pixel_items();
    x_draft.give(call.intake, raw);
  }

  void read_pixel_items() {
    const std::string_view contents = x_fields["cd[contents]"];
    const std::string_view ids = x_fields["cd[content_ids]"];
    if (!contents.empty()) {
      const auto list = x_tree.read(contents);
      if (!list) return x_draft.fail(list.error().code, "cd[contents]");
      read_contents(*list);
    } else if (ids.starts_with('[')) {
      const auto list = x_tree.read(ids);
      if (!list) return x_draft.fail(list.error().code, "cd[content_ids]");
      read_ids(*list);
    } else {
      for (std::string_view rest = ids; !rest.empty();) add_product(take_until(rest, ','));
    }
    set_category(x_fields["cd[content_category]"]);
  }

  void add_product(std::string_view id) {
    RawItem* const item = x_draft.add_item();
    if (item != nullptr) item->product = id;
  }

  void read_ids(JsonValue list) {
    for (JsonValue id = list.first(); id.exists() && !x_draft.failed(); id = id.next()) {
      add_product(x_draft.text_of(id, "content_ids"));
    }
  }

  void read_contents(JsonValue list) {
    for (JsonValue from = list.first(); from.exists(); from = from.next()) {
      RawItem* const item = x_draft.add_item();
      if (item == nullptr) return;
      if (!from.is(Kind::kObject)) return x_draft.fail(ErrorCode::kWrongType, "contents");
      x_draft.set(&RawItem::product, *item, from["id"]);
      x_draft.set(&RawItem::category, *item, from["category"]);
      x_draft.set(&RawItem::brand, *item, from["brand"]);
      x_draft.set_money(item->price, first_of(from["item_price"], from["price"]));
      x_draft.set_quantity(*item, from["quantity"]);
    }
  }

  void set_category(std::string_view category) {
    for (RawItem& item : x_draft.event.items) {
      if (item.category.empty()) item.category = category;
    }
  }

  // --- the Conversions API -----------------------------------------------------------------------
  void read_json(TrackerCall& call, std::string_view pixel, std::string_view text,
                 size_t readable) {
    const std::string_view named = x_fields["id"];
    call.use_key(kName, !pixel.empty() ? pixel : !named.empty() ? named : call.write_key);
    const auto root = x_body.read(text, readable);
    if (!root) return call.refuse_body(root.error(), text);
    const JsonValue data = root->is(Kind::kArray) ? *root : (*root)["data"];
    if (!data.is(Kind::kArray)) {
      call.inputs = 1;
      return read_event(call, *root);
    }
    if (data.children() > limits::kEventsPerBodyMax) {
      return call.refuse_body({ErrorCode::kBodyTooLarge, "too many events"}, {});
    }
    call.inputs = static_cast<uint32_t>(data.children());
    for (JsonValue event = data.first(); event.exists(); event = event.next()) {
      read_event(call, event);
    }
  }

  void read_event(TrackerCall& call, JsonValue from) {
    if (!from.is(Kind::kObject)) {
      return call.intake.reject(ErrorCode::kWrongType, "an event is an object", from.raw());
    }
    begin(call);
    RawEvent& event = x_draft.event;
    const JsonValue user = from["user_data"];
    const JsonValue external = first_of_list(user["external_id"]);
    x_draft.set(&RawEvent::visitor, first_of(user["fbp"], external, user["fbc"],
                                             first_of_list(user["em"]), first_of_list(user["ph"])));
    x_draft.set(&RawEvent::user, external);
    event.user_agent = user["client_user_agent"].text();
    x_draft.set(&RawEvent::url, from["event_source_url"]);
    x_draft.set(&RawEvent::referrer, from["referrer_url"]);
    x_draft.set_campaign_from_url();
    x_draft.set_time(event.at_ms, from["event_time"]);
    set_name(x_draft.text_of(from["event_name"], "event_name"),
             x_draft.text_of(from["event_id"], "event_id"));
    if (from["opt_out"].is(Kind::kTrue)) event.consent = "{\"ads\":false}";
    const JsonValue custom = from["custom_data"];
    x_draft.set(&RawEvent::currency, custom["currency"]);
    x_draft.set(&RawEvent::order, custom["order_id"]);
    x_draft.set(&RawEvent::query, custom["search_string"]);
    x_draft.set_money(event.value, custom["value"]);
    if (custom["contents"].is(Kind::kArray)) {
      read_contents(custom["contents"]);
    } else {
      read_ids(custom["content_ids"]);
    }
    set_category(x_draft.text_of(custom["content_category"], "content_category"));
    x_draft.set_props(custom);
    x_draft.give(call.intake, from.raw());
  }

  static JsonValue first_of_list(JsonValue value) {
    return first_of(value.is(Kind::kArray) ? value.first() : value);
  }

  JsonTree x_body;
  JsonTree x_tree;
  FormFields x_fields;
  TextArena x_arena;
  EventDraft x_draft;
};

}  // namespace

std::unique_ptr<Tracker> make_meta();
std::unique_ptr<Tracker> make_meta() {
  return std::make_unique<Meta>();
}

}  // namespace rekindle::io
