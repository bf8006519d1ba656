// GET /v1/visitors/{id}: who a visitor is now; GET /v1/visitors/{id}/export: all that is kept.

#include "core/query.h"
#include "io/decide_query.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/routes.h"
#include "io/visitor_history.h"

namespace rekindle::io::routes {
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
  object.time("next_check", visitor.deadline.ms);
  if (with_history) append_history(object, visitor, site);
  object.close();
  out.push_back('\n');
}

class VisitorQuery final : public Query {
 public:
  VisitorQuery(const Engine& engine, const Reply& reply, VisitorKey key, SiteId site,
               bool with_history)
      : x_engine(engine), x_reply(reply), x_key(key), x_site(site), x_with_history(with_history) {}

  void run(QueryScope& scope) override {
    const Visitor* visitor = scope.visitor(x_key);
    const Site* site = scope.site(x_site);
    if (visitor == nullptr || site == nullptr) return;
    const Rules& rules = scope.rules(partition_of(x_key, x_engine.partitions()));
    append_visitor(x_response.body, *visitor, *site, rules, scope.now(x_key), x_with_history);
  }
  void on_reply() override {
    const std::unique_ptr<VisitorQuery> self(this);
    if (failed) return x_reply.send(overloaded(503, "the server is stopping"));
    if (x_response.body.empty()) {
      return x_reply.send(problem(404, ErrorCode::kNotFound, "this visitor was never seen"));
    }
    x_response.headers = "Cache-Control: no-store\r\n";
    x_reply.send(x_response);
  }

 private:
  const Engine& x_engine;
  Reply x_reply;  // touched on the io thread only
  VisitorKey x_key;
  SiteId x_site;
  bool x_with_history;
  Response x_response;
};

void answer(Call& call, bool with_history) {
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  const Engine& engine = call.thread.engine();
  const VisitorKey key = visitor_key((*site)->id, percent_decode(call.argument, false));
  if (!call.thread.ask(
          engine.shard_of(key),
          std::make_unique<VisitorQuery>(engine, call.reply, key, (*site)->id, with_history))) {
    call.reply.send(overloaded(503));
  }
}

}  // namespace

void get_visitor(Call& call) {
  answer(call, false);
}

void export_visitor(Call& call) {
  answer(call, true);
}

}  // namespace rekindle::io::routes
