#include "io/decoders/ga4_hits.h"

#include <algorithm>

#include "core/ids.h"
#include "core/limits.h"

namespace rekindle::io {
namespace {

// The lines ask the query for these only, however much it has.
constexpr std::string_view kNames[] = {"tid", "cid",       "uid",     "_s",
                                       "dl",  "dr",        "cu",      "ep.currency",
                                       "cs",  "cm",        "cn",      "ep.transaction_id",
                                       "en",  "ep.coupon", "gcs",     "ep.search_term",
                                       "npa", "epn.value", "ep.value"};

std::string_view id_of_bytes(std::string_view bytes, TextArena& arena) {
  char digits[16];
  auto hash = static_cast<uint64_t>(name_hash(bytes));
  for (char& digit : digits) {
    digit = "0123456789abcdef"[hash >> 60];
    hash <<= 4;
  }
  return arena.join({"ga4-", {digits, sizeof(digits)}});
}

bool is_product(std::string_view name) {
  return name.size() > 2 && name.starts_with("pr") &&
         name.find_first_not_of("0123456789", 2) == std::string_view::npos;
}

}  // namespace

void Ga4Hits::read(TrackerCall& call, const FormFields& query) {
  x_arena.clear();
  keep_known_names(query);
  std::string_view rest = call.body;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty()) continue;
    if (++call.inputs > limits::kHitsPerBodyMax) {
      return call.intake.reject(ErrorCode::kBodyTooLarge, "too many events", rest);
    }
    const bool alone = call.query.empty();
    read_hit(call, line, alone ? line : x_arena.join({call.query, "&", line}));
  }
  if (call.inputs > 0) return;
  call.inputs = 1;
  x_shared.clear();
  read_hit(call, call.query, call.query);
}

void Ga4Hits::keep_known_names(const FormFields& query) {
  x_shared.clear();
  for (const FormField& field : query.all()) {
    if (std::find(std::begin(kNames), std::end(kNames), field.name) != std::end(kNames)) {
      x_shared.set(field);
    }
  }
}

std::string_view Ga4Hits::said(std::string_view parameter) const {
  const std::string_view own = x_line[parameter];
  return own.empty() ? x_shared[parameter] : own;
}

void Ga4Hits::read_hit(TrackerCall& call, std::string_view fields, std::string_view raw) {
  x_draft.clear();
  x_line.clear();
  if (const auto added = x_line.add(fields, x_draft.arena); !added) {
    return call.intake.reject(added.error().code, added.error().detail, raw);
  }
  if (call.key.empty()) call.use_key("ga4", said("tid"));
  RawEvent& event = x_draft.event;
  event.site = call.site;
  event.visitor = said("cid").empty() ? said("uid") : said("cid");
  event.user = said("uid");
  if (!said("_s").empty()) event.event_id = id_of_bytes(raw, x_draft.arena);
  event.url = said("dl");
  event.referrer = said("dr");
  event.campaign_source = said("cs");
  event.campaign_medium = said("cm");
  event.campaign_name = said("cn");
  x_draft.set_campaign_from_url();
  event.consent = consent();
  x_draft.set_type(said("en"));
  read_money_and_names();
  read_products();
  const uint32_t before = call.intake.accepted();
  x_draft.give(call.intake, raw);
  if (call.intake.accepted() > before) x_draft.give_traits(call.intake, user_properties(), raw);
}

void Ga4Hits::read_money_and_names() {
  RawEvent& event = x_draft.event;
  event.currency = said("cu").empty() ? said("ep.currency") : said("cu");
  event.order = said("ep.transaction_id");
  event.coupon = said("ep.coupon");
  event.query = said("ep.search_term");
  x_draft.set_money(event.value, said("epn.value").empty() ? said("ep.value") : said("epn.value"));
}

// gcs=G1ab: a is ad_storage, b analytics_storage; npa=1: no personalised ads.
std::string_view Ga4Hits::consent() {
  const std::string_view gcs = said("gcs");
  const bool says = gcs.size() == 4 && gcs.starts_with("G1") &&
                    gcs.find_first_not_of("01", 2) == std::string_view::npos;
  std::string_view members;
  if (says) {
    members = x_draft.with_member(members, "ad_storage", gcs[2] == '1' ? "true" : "false");
    members = x_draft.with_member(members, "analytics_storage", gcs[3] == '1' ? "true" : "false");
  }
  if (said("npa") == "1") members = x_draft.with_member(members, "ad_personalization", "false");
  return x_draft.object_of(members);
}

std::string_view Ga4Hits::user_properties() {
  std::string_view members;
  for (const FormField& field : x_line.all()) {
    const bool is_text = field.name.starts_with("up.");
    if (!is_text && !field.name.starts_with("upn.")) continue;
    members = x_draft.with_member(members, field.name.substr(is_text ? 3 : 4),
                                  quoted(field.value, x_draft.arena));
    if (members.size() > limits::kPropsBytesMax) break;  // refused for its length
  }
  return members;
}

void Ga4Hits::read_products() {
  for (const FormField& field : x_line.all()) {
    if (is_product(field.name)) read_product(field.value);
  }
}

// idSKU~nmNAME~brBRAND~caCATEGORY~pr9.9~qt2; a '~' within is doubled.
void Ga4Hits::read_product(std::string_view text) {
  RawItem* const item = x_draft.add_item();
  if (item == nullptr) return;
  std::string_view named;
  while (!text.empty()) {
    const std::string_view part = take_part(text);
    const std::string_view key = part.substr(0, 2);
    const std::string_view value = part.substr(key.size());
    if (key == "id") item->product = value;
    if (key == "nm") named = value;
    if (key == "br") item->brand = value;
    if (key == "ca") item->category = value;
    if (key == "pr") x_draft.set_money(item->price, value);
    if (key == "qt") x_draft.set_quantity(*item, value);
  }
  if (item->product.empty()) item->product = named;
}

std::string_view Ga4Hits::take_part(std::string_view& text) {
  const size_t asked = text.size();
  char* const out = x_draft.arena.room(asked);
  size_t size = 0;
  size_t at = 0;
  for (; at < asked; ++at) {
    if (text[at] == '~' && (at + 1 == asked || text[at + 1] != '~')) break;
    if (text[at] == '~') ++at;
    out[size++] = text[at];
  }
  x_draft.arena.shrink(asked, size);
  text.remove_prefix(std::min(at + 1, asked));
  return {out, size};
}

}  // namespace rekindle::io
