// Next-best-offer decisions, as the engine and the front doors see them. The decision engine itself
// lives in operators/decide; this is its seam.
#pragma once

#include <absl/functional/function_ref.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/catalog_change.h"
#include "core/change.h"
#include "core/insights.h"
#include "core/rules.h"
#include "core/site.h"
#include "core/tallies.h"
#include "core/visitor.h"

namespace rekindle {

struct PlacementRequest {
  std::string name;
  uint32_t offers_max = 3;  // 1 … limits::kOffersMax
};

struct DecideRequest {
  std::string site;  // empty: the only site, or kUnknownSite
  std::string visitor;
  std::string placement = "default";
  uint32_t offers_max = 3;  // 1 … limits::kOffersMax
  // Several placements of one page, decided in this order, no product twice; the front doors ask
  // for one after the other. Empty: `placement` alone.
  std::vector<PlacementRequest> placements;
  std::vector<std::string> cart;   // product ids; used instead of the known cart when not empty
  std::string cart_discount;       // decimal, in the site's currency: taken off the cart's value
  std::vector<std::string> shown;  // product ids that the page shows already, in other placements
  bool is_dry = false;             // only asks: nothing is reserved, nothing logged
};

struct Offer {
  std::string type;     // "product", "bundle" or "message"
  std::string product;  // as the catalogue writes it; empty: a message
  std::string title;
  std::string category;
  std::string price;  // decimal, may be empty
  std::string currency;
  double score = 0;
  std::string source;                // the candidate source's name
  std::vector<std::string> reasons;  // for people: "bestseller of the category you viewed last: …"
  std::vector<std::string> bundle;   // its products, `product` first; `price` is for all together
  std::string list_price;            // what that would cost without the offer; may be empty
  std::string text;                  // of a message, or as configured
  std::string url;                   // the same; may be empty

  // Of a configured offer; empty and 0 otherwise.
  std::string offer;         // its id
  std::string discount;      // decimal; empty: none
  double probability = 0;    // that this decision offers it
  EventTime reserved_until;  // it must be shown before; unset in a dry decision
};

struct RejectedOffer {
  std::string product;
  std::string guard;  // the first guard that stopped it
  std::string offer;  // of a configured offer: its id
};

// How likely a choice among configured offers shows what, all draws considered: of its policy, and
// of who is a ghost.
struct ShownOdds {
  double asked = 0;                                 // exactly the offers that were asked about
  std::vector<std::pair<NameHash, double>> offers;  // each by its arm, whatever is beside it
};

struct Decision {
  std::vector<Offer> offers;            // best first; empty means "show nothing"
  std::string nothing_because;          // set when offers is empty
  std::vector<RejectedOffer> rejected;  // bounded by limits::kOffersMax
  uint64_t model_version = 0;
  uint64_t id = 0;     // of a decision that is logged
  std::string record;  // core/decision.h: what is to be logged; empty: nothing
  ShownOdds odds;      // when DecideGrounds::asked is set
};

// What a choice among configured offers may look at and take beside the visitor.
struct DecideGrounds {
  const SiteInsights* insights = nullptr;  // null: nothing yet
  Tallies* tallies = nullptr;              // null: nothing is counted
  uint64_t id = 0;                         // 0: only asks: nothing is reserved
  // Set: what would be chosen in the place of a decision that showed these arms, ascending. Nothing
  // is reserved; Decision::odds is filled.
  const std::vector<NameHash>* asked = nullptr;
};

// A configured offer, for those who list and report them.
struct OfferDescription {
  std::string id;
  std::string site;
  std::string type;
  std::string title;
  std::string group;
  std::string channel;
  std::string audience;  // its expression; empty: everyone
  std::vector<std::string> placements;
  EventTime start = EventTime::before_all();
  EventTime end = EventTime::never();
  int64_t budget = -1;                 // minor units; -1: without end
  std::vector<std::string> discounts;  // by rung, as configured
  // Hundredths of a percent: visitors who are ghosts for it (for all offers or for this one), and
  // margin in revenue.
  uint32_t holdout = 0;
  uint32_t margin = 0;
};

// Calls what it is given as the model thread calls: with nobody else learning, forgetting or
// publishing meanwhile. Returns once that is done.
using OnModelThread = absl::FunctionRef<void(const std::function<void()>&)>;

// Thread: decide() on any shard, concurrently; change_catalog() and catalog() on any; all else on
// the engine's model thread only.
class Decider {
 public:
  virtual ~Decider() = default;
  // `visitor` is null when the visitor was never seen. Reads an immutable snapshot; takes no lock.
  [[nodiscard]] virtual Decision decide(const DecideRequest& request, const Site& site,
                                        const Visitor* visitor, EventTime now) const = 0;
  // Whether decisions for a placement are among configured offers, so that they are logged.
  [[nodiscard]] virtual bool is_logged(SiteId, std::string_view /*placement*/) const {
    return false;
  }
  // The same with configured offers. The same arguments and the same tallies give the same choice.
  [[nodiscard]] virtual Decision choose(const DecideRequest& request, const Site& site,
                                        const Visitor* visitor, EventTime now,
                                        const DecideGrounds&) const {
    return decide(request, site, visitor, now);
  }
  [[nodiscard]] virtual std::vector<OfferDescription> offers() const { return {}; }
  // These audiences are in force everywhere: who may be offered what can name them. Any one thread.
  virtual void adopt(const Rules&) {}
  // Feeds closed sessions, in the order of each partition's session log.
  virtual void learn(const ClosedSession& session) = 0;
  // Takes everything learnt from a visitor out again, exactly: what is left is what a model that
  // never saw them would have learnt. Returns the number of sessions. publish() makes it visible.
  virtual size_t forget(const VisitorKey& visitor) = 0;
  // Makes what was learnt or forgotten visible to decide(); called after a run of those.
  virtual void publish() = 0;
  // Stores a change of a site's catalogue and publishes it; the next decision sees it. Errors:
  // kNotFound (the site has none), kInvalidArgument (it cannot be used; nothing was changed),
  // kStoreFailed, kDiskFull.
  [[nodiscard]] virtual Result<CatalogOutcome> change_catalog(const CatalogUpload& upload,
                                                              OnModelThread on_model_thread) = 0;
  [[nodiscard]] virtual CatalogSummary catalog(SiteId site) const = 0;
  // The model as bytes, and back; publish() shows it, and may wait. restore(): kCorruptRecord.
  virtual void save(std::string& out) const = 0;
  [[nodiscard]] virtual Result<void> restore(std::string_view bytes) = 0;
};

}  // namespace rekindle
