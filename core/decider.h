// Next-best-offer decisions, as the engine and the front doors see them. The decision engine itself
// lives in operators/decide; this is its seam.
#pragma once

#include <absl/functional/function_ref.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog_change.h"
#include "core/change.h"
#include "core/rules.h"
#include "core/site.h"
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
  std::string text;                  // of a message
  std::string url;                   // the same; may be empty
};

struct RejectedOffer {
  std::string product;
  std::string guard;  // the first guard that stopped it
};

struct Decision {
  std::vector<Offer> offers;            // best first; empty means "show nothing"
  std::string nothing_because;          // set when offers is empty
  std::vector<RejectedOffer> rejected;  // bounded by limits::kOffersMax
  uint64_t model_version = 0;
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
  // The model as bytes for the state store, and back. restore() errors: kCorruptRecord.
  virtual void save(std::string& out) const = 0;
  [[nodiscard]] virtual Result<void> restore(std::string_view bytes) = 0;
};

}  // namespace rekindle
