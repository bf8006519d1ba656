// Matomo's tracking API (docs/trackers.md), on matomo.php, piwik.php and js/tracker.php:
//
//   GET, or POST of a form                       one request
//   POST {"requests": ["?idsite=1&…", …]}        several; answered {"status", "tracked", "invalid"}
//
// A cart comes whole with every change (idgoal=0, ec_items, no ec_id): it becomes cart_at_most and
// cart_at_least, of which operators/cart_state makes what was removed and what was added.
#include <algorithm>
#include <string>

#include "core/ids.h"
#include "core/limits.h"
#include "io/decoders/event_draft.h"
#include "io/decoders/form_fields.h"
#include "io/decoders/tracker.h"
#include "io/json_text.h"

namespace rekindle::io {

using Kind = JsonValue::Kind;

namespace {

constexpr std::string_view kName = "matomo";
enum Answer : uint8_t { kGif, kNothing, kBulk };

std::string_view hex_of(uint64_t number, TextArena& arena) {
  char digits[16];
  for (char& digit : digits) {
    digit = "0123456789abcdef"[number >> 60];
    number <<= 4;
  }
  return arena.keep({digits, sizeof(digits)});
}

class Matomo final : public Tracker {
 public:
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] bool serves(std::string_view path) const override {
    return path == "/matomo.php" || path == "/piwik.php" || path == "/js/tracker.php";
  }

  void decode(TrackerCall& call) override {
    x_arena.clear();
    call.answer_as = kGif;
    const size_t begin = call.body.find_first_not_of(" \t\r\n");
    if (begin != std::string_view::npos && call.body[begin] == '{') return read_bulk(call);
    call.inputs = 1;
    std::string_view request = call.query;
    if (begin != std::string_view::npos) {
      request = request.empty() ? call.body : x_arena.join({request, "&", call.body});
      if (call.body.starts_with("--")) request = call.body;  // a multipart form
    }
    read_request(call, request);
  }

  void answer(const TrackerOutcome& outcome, Response& response) const override {
    if (outcome.answer_as == kGif) return answer_gif(response);
    if (outcome.answer_as == kNothing) {
      response.status = 204;
      return;
    }
    const auto invalid = std::min(outcome.inputs, static_cast<uint32_t>(outcome.rejections.size()));
    JsonObject object(response.body);
    object.text("status", "success");
    object.number("tracked", static_cast<uint64_t>(outcome.inputs - invalid));
    object.number("invalid", static_cast<uint64_t>(invalid));
    std::string& out = object.key("invalid_indices");
    out.push_back('[');
    JsonList list(out);
    for (const Rejection& rejection : outcome.rejections) {
      list.next();
      append_number(out, static_cast<uint64_t>(rejection.index));
    }
    out.push_back(']');
    object.close();
  }

 private:
  void read_bulk(TrackerCall& call) {
    call.answer_as = kBulk;
    const auto root = x_body.read(call.body, call.body_readable);
    if (!root) {
      call.use_key(kName, call.write_key);
      return call.refuse_body(root.error(), call.body);
    }
    const JsonValue list = (*root)["requests"];
    if (list.children() > limits::kEventsPerBodyMax) {
      return call.refuse_body({ErrorCode::kBodyTooLarge, "too many requests"}, {});
    }
    call.inputs = static_cast<uint32_t>(list.children());
    for (JsonValue request = list.first(); request.exists(); request = request.next()) {
      std::string_view text = request.text();
      if (!request.is(Kind::kString) || request.is_broken()) {
        call.intake.reject(ErrorCode::kWrongType, "a request is a text", request.raw());
        continue;
      }
      if (const size_t question = text.find('?'); question != std::string_view::npos) {
        text.remove_prefix(question + 1);
      }
      read_request(call, text);
    }
    if (!list.is(Kind::kArray)) {
      call.intake.reject(ErrorCode::kMissingField, "requests", root->raw());
      call.inputs = 1;
    }
  }

  void read_request(TrackerCall& call, std::string_view text) {
    x_draft.clear();
    x_fields.clear();
    const std::string_view raw = without_token(text);
    if (const auto added = x_fields.add(text, x_draft.arena); !added) {
      return call.intake.reject(added.error().code, added.error().detail, raw);
    }
    if (x_fields["send_image"] == "0" && call.answer_as == kGif) call.answer_as = kNothing;
    const std::string_view site = x_fields["idsite"];
    call.use_key(kName, site.empty() ? call.write_key : site);
    RawEvent& event = x_draft.event;
    event.site = call.site;
    for (const std::string_view id : {"cid", "_id", "uid"}) {
      if (event.visitor.empty()) event.visitor = x_fields[id];
    }
    event.user = x_fields["uid"];
    event.url = x_fields["url"];
    event.referrer = x_fields["urlref"];
    event.user_agent = x_fields["ua"];
    event.campaign_name = x_fields["_rcn"];
    x_draft.set_campaign_from_url();
    x_draft.set_time(event.at_ms, x_fields["cdt"]);
    // A request has no id, but a number drawn for it: with that, its bytes are its own.
    if (!x_fields["rand"].empty() || !x_fields["r"].empty()) {
      event.event_id = hex_of(static_cast<uint64_t>(name_hash(text)), x_draft.arena);
    }
    if (x_fields["idgoal"] == "0" && x_fields["ec_id"].empty()) {
      read_items();
      return give_cart(call, raw);
    }
    read_kind();
    x_draft.give(call.intake, raw);
  }

  // Both halves of the cart, or neither. What came in first: a cart whose lines are all replaced is
  // not empty in between.
  void give_cart(TrackerCall& call, std::string_view raw) {
    RawEvent& event = x_draft.event;
    if (!x_fields.has("ec_items")) x_draft.fail(ErrorCode::kMissingField, "ec_items");
    const std::string_view id = event.event_id;
    event.type = "cart_at_least";
    if (!id.empty()) event.event_id = x_draft.arena.join({id, "+"});
    const uint32_t before = call.intake.accepted();
    x_draft.give(call.intake, raw);
    if (call.intake.accepted() == before) return;
    event.type = "cart_at_most";
    if (!id.empty()) event.event_id = x_draft.arena.join({id, "-"});
    call.intake.take_also(event, raw);
  }

  void read_kind() {
    RawEvent& event = x_draft.event;
    const std::string_view goal = x_fields["idgoal"];
    if (goal == "0") {
      event.type = "purchase";
      event.order = x_fields["ec_id"];
      x_draft.set_money(event.value, x_fields["revenue"]);
      read_items();
    } else if (!goal.empty()) {
      x_draft.set_custom(x_draft.arena.join({"goal_", goal}));
      x_draft.set_money(event.value, x_fields["revenue"]);
    } else if (x_fields.has("search")) {
      event.type = "search";
      event.query = x_fields["search"];
    } else if (!x_fields["e_c"].empty() || !x_fields["e_a"].empty()) {
      x_draft.set_custom(x_draft.arena.join({x_fields["e_c"], "/", x_fields["e_a"]}));
      tell({{"name", x_fields["e_n"]}, {"value", x_fields["e_v"]}});
    } else if (!x_fields["c_n"].empty()) {
      x_draft.set_custom(x_fields["c_i"].empty() ? "view_promotion" : "select_promotion");
      tell({{"name", x_fields["c_n"]}, {"piece", x_fields["c_p"]}, {"target", x_fields["c_t"]}});
    } else if (!x_fields["download"].empty() || !x_fields["link"].empty()) {
      const bool downloads = !x_fields["download"].empty();
      x_draft.set_custom(downloads ? "download" : "outlink");
      event.url = x_fields[downloads ? "download" : "link"];
    } else if (x_fields["ping"] == "1") {
      x_draft.set_custom("page_ping");
    } else if (x_fields["ca"] == "1") {
      x_draft.set_custom("action");
    } else {
      read_view();
    }
  }

  // A page, or the product or category it shows.
  void read_view() {
    RawEvent& event = x_draft.event;
    event.type = "page_view";
    const std::string_view product = x_fields["_pks"].empty() ? x_fields["_pkn"] : x_fields["_pks"];
    const std::string_view category = first_category(x_fields["_pkc"]);
    if (product.empty() && category.empty()) return;
    event.type = product.empty() ? "view_item_list" : "view_item";
    RawItem* const item = x_draft.add_item();
    item->product = product;
    item->category = category;
    x_draft.set_money(item->price, x_fields["_pkp"]);
  }

  // "shoes", or ["shoes", "sale"].
  std::string_view first_category(std::string_view text) {
    if (!text.starts_with('[')) return text;
    const auto list = x_items.read(text);
    return list ? x_draft.arena.keep(list->first().text()) : text;
  }

  // [[sku, name, category, price, quantity], …]
  void read_items() {
    const std::string_view text = x_fields["ec_items"];
    if (text.empty()) return;
    const auto list = x_items.read(text);
    if (!list) return x_draft.fail(list.error().code, "ec_items");
    for (JsonValue row = list->first(); row.exists(); row = row.next()) {
      if (!row.is(Kind::kArray)) return x_draft.fail(ErrorCode::kWrongType, "ec_items");
      RawItem* const item = x_draft.add_item();
      if (item == nullptr) return;
      JsonValue cell = row.first();
      x_draft.set(&RawItem::product, *item, cell);
      cell = cell.next();
      if (item->product.empty()) x_draft.set(&RawItem::product, *item, cell);
      cell = cell.next();
      x_draft.set(&RawItem::category, *item, cell.is(Kind::kArray) ? cell.first() : cell);
      cell = cell.next();
      x_draft.set_money(item->price, cell);
      x_draft.set_quantity(*item, cell.next());
    }
  }

  // Kept with the event, as far as they were said.
  void tell(std::initializer_list<FormField> members) {
    std::string_view said;
    for (const FormField& member : members) {
      if (member.value.empty()) continue;
      said = x_draft.with_member(said, member.name, quoted(member.value, x_draft.arena));
    }
    x_draft.event.props = x_draft.object_of(said);
    x_draft.event.props_optional = true;
  }

  // Bytes that may be kept: a token is a secret.
  std::string_view without_token(std::string_view text) {
    constexpr std::string_view kToken = "token_auth=";
    if (text.find(kToken) == std::string_view::npos) return text;
    char* const out = x_draft.arena.room(text.size() + 1);
    char* end = out;
    const size_t asked = text.size() + 1;
    while (!text.empty()) {
      const std::string_view pair = take_until(text, '&');
      if (pair.starts_with(kToken)) continue;
      end = std::copy(pair.begin(), pair.end(), end);
      *end++ = '&';
    }
    const auto size = static_cast<size_t>(end - out);
    x_draft.arena.shrink(asked, size);
    return {out, size == 0 ? 0 : size - 1};
  }

  JsonTree x_body;
  JsonTree x_items;
  FormFields x_fields;
  TextArena x_arena;
  EventDraft x_draft;
};

}  // namespace

std::unique_ptr<Tracker> make_matomo();
std::unique_ptr<Tracker> make_matomo() {
  return std::make_unique<Matomo>();
}

}  // namespace rekindle::io
