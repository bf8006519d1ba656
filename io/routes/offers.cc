// GET /v1/offers: the configured offers, and what is left of their budgets.

#include "core/tally_key.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

std::vector<OfferDescription> offers_of(const Engine& engine) {
  return engine.decider() == nullptr ? std::vector<OfferDescription>() : engine.decider()->offers();
}

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out.push_back('[');
  JsonList list(out);
  for (const std::string& text : texts) {
    list.next();
    append_json_string(out, text);
  }
  out.push_back(']');
}

// One entry a site that the offer is for: money is each site's.
void append_budgets(std::string& out, const Engine& engine, const OfferDescription& offer) {
  out.push_back('[');
  JsonList list(out);
  for (const Site& site : engine.sites().all()) {
    if (!offer.site.empty() && offer.site != site.name) continue;
    list.next();
    const uint64_t key = tally_key(site.id, name_hash(offer.id), TallyOf::kBudget);
    char text[32];
    JsonObject object(out);
    object.text("site", site.name);
    object.text("total", format_minor(offer.budget, site.currency, text));
    object.text("taken", format_minor(engine.tallies()->read(key), site.currency, text));
    object.text("currency", site.currency.code());
    object.close();
  }
  out.push_back(']');
}

void append_offer(std::string& out, const Engine& engine, const OfferDescription& offer) {
  JsonObject object(out);
  object.text("id", offer.id);
  object.text("type", offer.type);
  if (!offer.site.empty()) object.text("site", offer.site);
  if (!offer.title.empty()) object.text("title", offer.title);
  if (!offer.group.empty()) object.text("group", offer.group);
  object.text("channel", offer.channel);
  append_texts(object.key("placements"), offer.placements);
  if (!offer.audience.empty()) object.text("audience", offer.audience);
  if (offer.start != EventTime::before_all()) object.time("start", offer.start.ms);
  if (offer.end != EventTime::never()) object.time("end", offer.end.ms);
  if (!offer.discounts.empty()) append_texts(object.key("discounts"), offer.discounts);
  if (offer.budget >= 0) append_budgets(object.key("budgets"), engine, offer);
  object.close();
}

}  // namespace

void list_offers(Call& call) {
  const Engine& engine = call.thread.engine();
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.key("offers").push_back('[');
  JsonList list(response.body);
  for (const OfferDescription& offer : offers_of(engine)) {
    list.next();
    append_offer(response.body, engine, offer);
  }
  response.body.push_back(']');
  object.close();
  response.body.push_back('\n');
  call.reply.send(response);
}

}  // namespace rekindle::io::routes
