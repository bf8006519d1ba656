#include "io/visitor_json.h"

#include <algorithm>

#include "core/money.h"
#include "io/json_text.h"
#include "io/visitor_history.h"

namespace rekindle::io {
namespace {

void append_money(JsonObject& object, std::string_view name, int64_t minor, Currency currency) {
  char text[32];
  object.text(name, format_minor(minor, currency, text));
}

void append_lifetime(std::string& out, const Visitor& visitor, Currency currency) {
  const Lifetime& lifetime = visitor.lifetime;
  JsonObject object(out);
  object.number("events", lifetime.events);
  object.number("orders", lifetime.orders);
  object.number("coupon_orders", lifetime.coupon_orders);
  append_money(object, "purchased", lifetime.purchased, currency);
  append_money(object, "refunded", lifetime.refunded, currency);
  append_money(object, "revenue", lifetime.revenue(), currency);
  object.time("first_order", lifetime.first_order.ms);
  object.time("last_order", lifetime.last_order.ms);
  object.close();
}

void append_cart(std::string& out, const Visitor& visitor, Currency currency) {
  JsonObject object(out);
  object.number("lines", static_cast<uint64_t>(visitor.cart.lines.size()));
  object.number("items", visitor.cart.pieces());
  append_money(object, "value", visitor.cart.value(), currency);
  object.time("changed_at", visitor.cart.changed_at.ms);
  object.close();
}

void append_session(std::string& out, const Session& session) {
  if (!session.open) {
    out.append("null");
    return;
  }
  JsonObject object(out);
  object.time("start", session.start.ms);
  object.time("last", session.last.ms);
  object.number("events", static_cast<uint64_t>(session.events));
  object.close();
}

// By type: how many the timeline holds in detail, and the newest.
void append_types(std::string& out, const Timeline& timeline) {
  out.push_back('[');
  JsonList list(out);
  for (const Timeline::List& type : timeline.lists()) {
    list.next();
    JsonObject object(out);
    object.text("type", name_of(type.type));
    object.number("count", static_cast<uint64_t>(type.entries().size()));
    object.boolean("exact", type.tiles() == nullptr);
    if (!type.entries().empty()) object.time("newest", type.entries().back().at.ms);
    object.close();
  }
  out.push_back(']');
}

void append_memberships(std::string& out, const Visitor& visitor, const Rules& rules) {
  out.push_back('[');
  JsonList list(out);
  for (const Membership& membership : visitor.memberships) {
    const AudienceRule* rule = rules.find(membership.audience);
    // Not in force: a version that is past, or being evaluated.
    if (rule == nullptr || rule->version != membership.definition_version) continue;
    list.next();
    JsonObject object(out);
    object.text("audience", rule->name);
    object.number("version", static_cast<uint64_t>(membership.definition_version));
    object.time("since", membership.since.ms);
    object.close();
  }
  out.push_back(']');
}

void append_traits(std::string& out, const Profile& profile) {
  out.push_back('[');
  JsonList list(out);
  for (const Trait& trait : profile.traits) {
    if (trait.value.empty()) continue;  // taken back
    list.next();
    JsonObject object(out);
    object.text("name", trait.name);
    object.text("value", trait.value);
    object.time("at", trait.at.ms);
    object.close();
  }
  out.push_back(']');
}

void append_consent(std::string& out, const Profile& profile) {
  out.push_back('[');
  JsonList list(out);
  for (const Consent& consent : profile.consents) {
    list.next();
    JsonObject object(out);
    object.text("purpose", consent.purpose);
    object.boolean("granted", consent.granted);
    object.time("at", consent.at.ms);
    object.close();
  }
  out.push_back(']');
}

void append_campaign(std::string& out, const std::optional<Campaign>& campaign) {
  if (!campaign) {
    out.append("null");
    return;
  }
  JsonObject object(out);
  object.text("source", campaign->source);
  object.text("medium", campaign->medium);
  object.text("name", campaign->name);
  object.time("at", campaign->at.ms);
  object.close();
}

void append_profile(JsonObject& object, const Visitor& visitor) {
  static const Profile kNothing;
  const Profile& profile = visitor.profile == nullptr ? kNothing : *visitor.profile;
  append_traits(object.key("traits"), profile);
  append_consent(object.key("consent"), profile);
  append_campaign(object.key("first_campaign"), profile.first_campaign);
  append_campaign(object.key("last_campaign"), profile.last_campaign);
}

// By stage, and the newest: what was offered and is still asked for by a cap or a window.
void append_offers(std::string& out, const OfferHistory* offers) {
  static const OfferHistory kNothing;
  const OfferHistory& history = offers == nullptr ? kNothing : *offers;
  uint64_t shown = 0;
  uint64_t clicked = 0;
  uint64_t converted = 0;
  EventTime newest = EventTime::before_all();
  for (const Exposure& exposure : history.exposures) {
    shown += exposure.was_shown();
    clicked += exposure.clicked_at != EventTime::never();
    converted += exposure.has_converted;
    newest = std::max(newest, exposure.decided_at);
  }
  JsonObject object(out);
  object.number("decided", static_cast<uint64_t>(history.exposures.size()));
  object.number("shown", shown);
  object.number("clicked", clicked);
  object.number("converted", converted);
  object.time("newest", newest.ms);
  object.close();
}

}  // namespace

void append_visitor(std::string& out, const Visitor& visitor, const Site& site, const Rules& rules,
                    EventTime now, bool with_history) {
  JsonObject object(out);
  object.text("visitor", visitor.name);
  object.text("site", site.name);
  object.text("currency", site.currency.code());
  object.time("as_of", now.ms);
  object.time("first_seen", visitor.first_seen.ms);
  object.time("last_seen", visitor.last_seen.ms);
  append_lifetime(object.key("lifetime"), visitor, site.currency);
  append_cart(object.key("cart"), visitor, site.currency);
  append_session(object.key("session"), visitor.session);
  append_types(object.key("events"), visitor.timeline);
  append_memberships(object.key("audiences"), visitor, rules);
  append_profile(object, visitor);
  append_offers(object.key("offers"), visitor.offers.get());
  object.time("next_check", visitor.deadline.ms);
  if (with_history) append_history(object, visitor, site);
  object.close();
}

}  // namespace rekindle::io
