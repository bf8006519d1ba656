#include "operators/decide/decide_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/bytes.h"
#include "operators/decide/learnt/learnt_format.h"
#include "operators/decide/offers/arbiter.h"
#include "operators/decide/placements.h"
#include "operators/decide/published.h"

namespace rekindle::operators {
namespace {

// Thread: as core/decider.h says. Owns: the model (model thread) and its published snapshot.
class DecideEngine final : public Decider {
 public:
  DecideEngine(const DecideConfig& config, std::vector<SiteCatalog> catalogs, StateStore* store)
      : x_offers_max(config.offers_max),
        x_placements(config.placements, config.next),
        x_catalogs(store),
        x_published(std::make_unique<const ModelSnapshot>()),
        x_config(config),
        x_book(std::make_unique<const OfferBook>(config.offering, config.offers, config.sites,
                                                 Rules{})) {
    for (SiteCatalog& site : catalogs) {
      const SiteId id = site_id(site.site);
      auto catalog = std::make_shared<const ProductCatalog>(std::move(site.catalog));
      x_catalogs.begin(id, {catalog, site.head});
      x_sites.try_emplace(id, config.learning, std::move(catalog));
    }
    publish();
  }

  [[nodiscard]] Decision decide(const DecideRequest& request, const Site& site,
                                const Visitor* visitor, EventTime now) const override {
    Decision decision;
    const auto snapshot = x_published.read();
    decision.model_version = snapshot->version;
    const auto model = snapshot->sites.find(site.id);
    if (model == snapshot->sites.end()) {
      decision.nothing_because = "no catalogue is loaded for this site";
    } else if (model->second.catalog->size() == 0) {
      decision.nothing_because = "the site's catalogue is empty";
    } else {
      static const Visitor kStranger;
      const bool is_known = visitor != nullptr;
      const DecideView view(request, site, is_known ? *visitor : kStranger, now, model->second);
      ask_sources(view, decision);
      if (!is_known && decision.offers.empty()) {
        decision.nothing_because = "the visitor was never seen";
      }
    }
    return decision;
  }

  [[nodiscard]] bool is_logged(SiteId site, std::string_view placement) const override {
    return !x_config.offers.empty() && !x_book.read()->in(site, placement).empty();
  }

  [[nodiscard]] Decision choose(const DecideRequest& request, const Site& site,
                                const Visitor* visitor, EventTime now,
                                const DecideGrounds& grounds) const override {
    Decision decision = decide(request, site, visitor, now);
    const auto book = x_book.read();
    if (visitor == nullptr || book->in(site.id, request.placement).empty()) return decision;
    const auto snapshot = x_published.read();
    const auto model = snapshot->sites.find(site.id);
    const ProductCatalog* const catalog =
        model == snapshot->sites.end() ? nullptr : model->second.catalog.get();
    const OfferView view{request,          site,  *visitor, now,
                         grounds.insights, *book, catalog,  grounds.tallies};
    choose_offers(view, grounds, decision);
    return decision;
  }

  [[nodiscard]] std::vector<OfferDescription> offers() const override {
    std::vector<OfferDescription> offers;
    for (const OfferConfig& offer : x_config.offers)
      offers.push_back(describe(offer, x_config.offering));
    return offers;
  }

  void adopt(const Rules& rules) override {
    x_audiences.publish(std::make_unique<const AudiencesInForce>(x_placements.named_in(rules)));
    if (x_config.offers.empty()) return;
    x_book.publish(std::make_unique<const OfferBook>(x_config.offering, x_config.offers,
                                                     x_config.sites, rules));
  }

  void learn(const ClosedSession& session) override {
    const auto site = x_sites.find(session.site);
    if (site == x_sites.end()) return;  // nothing is ever offered there
    site->second.learn(session);
    ++x_sessions;
    x_is_published = false;
  }

  size_t forget(const VisitorKey& visitor) override {
    size_t forgotten = 0;
    for (auto& [id, site] : x_sites) forgotten += site.forget(visitor);
    if (forgotten > 0) x_is_published = false;
    return forgotten;
  }

  void publish() override {
    if (x_is_published) return;
    auto snapshot = std::make_unique<ModelSnapshot>();
    snapshot->version = x_sessions;
    for (auto& [id, site] : x_sites) snapshot->sites.emplace(id, site.publish());
    x_published.publish(std::move(snapshot));
    x_is_published = true;
  }

  [[nodiscard]] Result<CatalogOutcome> change_catalog(const CatalogUpload& upload,
                                                      OnModelThread on_model_thread) override {
    return x_catalogs.change(upload, [&](const std::shared_ptr<const ProductCatalog>& catalog) {
      on_model_thread([&] {
        x_sites.at(upload.site.id).set_catalog(catalog);
        x_is_published = false;
        publish();
      });
    });
  }

  [[nodiscard]] CatalogSummary catalog(SiteId site) const override {
    return x_catalogs.summary(site);
  }

  void save(std::string& out) const override {
    ByteWriter writer(out);
    writer.fixed(learnt_format::kVersion);
    writer.varint(x_sessions);
    writer.varint(x_sites.size());
    for (const auto& [id, site] : x_sites) {
      writer.fixed(static_cast<uint32_t>(id));
      site.encode(writer);
    }
  }

  [[nodiscard]] Result<void> restore(std::string_view bytes) override;

 private:
  void ask_sources(const DecideView& view, Decision& decision) const {
    const uint32_t most = std::min(x_offers_max, uint32_t{limits::kOffersMax});
    const Placement& placement = x_placements.find(view.request.placement);
    Slate slate(view, std::clamp(view.request.offers_max, 1u, most), placement.quota, decision);
    const auto in_force = x_audiences.read();
    for (const PlacedSource& placed : placement.sources) {
      if (!placed.is_for(view, *in_force)) continue;
      slate.begin_source(placed.take);
      const std::string_view why_none = placed.source->propose(view, slate);
      if (slate.is_complete()) break;
      if (decision.nothing_because.empty()) decision.nothing_because = why_none;
    }
    if (slate.size() > 0) return decision.nothing_because.clear();
    if (decision.nothing_because.empty()) {
      decision.nothing_because = "no source of this placement is for this visitor now";
    }
  }

  uint32_t x_offers_max;
  Placements x_placements;
  CatalogKeeper x_catalogs;
  std::map<SiteId, SiteLearning> x_sites;  // ordered: save() gives the same bytes
  uint64_t x_sessions = 0;
  bool x_is_published = false;
  Published<ModelSnapshot> x_published;
  const DecideConfig x_config;
  Published<OfferBook> x_book;
  Published<AudiencesInForce> x_audiences{std::make_unique<const AudiencesInForce>()};
};

// A stored site that is not configured any more is read over; all is read before any is taken.
Result<void> DecideEngine::restore(std::string_view bytes) {
  ByteReader reader(bytes);
  if (const auto version = reader.fixed<uint8_t>(); version != learnt_format::kVersion) {
    return Error{
        version > learnt_format::kVersion ? ErrorCode::kNewerVersion : ErrorCode::kCorruptRecord,
        "the model's version is not known"};
  }
  const uint64_t sessions = reader.varint();
  const size_t sites = reader.count(learnt_format::kSiteBytesMin);
  std::map<SiteId, SessionStore> read;
  for (size_t i = 0; i < sites; ++i) {
    const SiteId id{reader.fixed<uint32_t>()};
    const bool in_order = read.empty() || read.rbegin()->first < id;
    const auto known = x_sites.find(id);
    SessionStore store(known != x_sites.end() ? known->second.config().sessions : SessionBounds{});
    if (!in_order || !store.decode(reader)) {
      return Error{ErrorCode::kCorruptRecord, "the model's bytes fail their format"};
    }
    read.emplace(id, std::move(store));
  }
  if (!reader.ok() || !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, "the model's bytes do not end where they should"};
  }
  for (auto& [id, site] : x_sites) {
    const auto found = read.find(id);
    site.restore_from(found != read.end() ? std::move(found->second)
                                          : SessionStore(site.config().sessions));
  }
  x_sessions = sessions;
  x_is_published = false;
  return {};
}

std::string fault_of(const LearningConfig& learning) {
  const BestsellerWeights& weights = learning.weights;
  for (const double weight : {weights.view_item, weights.add_to_cart, weights.purchase}) {
    if (!std::isfinite(weight) || weight < 0) return "a weight is negative or not a number";
    if (weight > DecayScale::kWeightMax) {
      return fmt::format("a weight is over {}", DecayScale::kWeightMax);
    }
  }
  for (const Duration half_life :
       {learning.half_life, learning.trending_half_life, learning.pairs_half_life}) {
    if (half_life < minutes(1)) return "a half-life is below one minute";
  }
  const size_t sessions = learning.sessions.sessions_max;
  if (sessions < 1 || sessions > limits::kLearntSessionsMax) return "sessions is out of range";
  if (learning.sessions.age_max < minutes(1)) return "session_age is below one minute";
  const size_t steps = learning.rules.steps;
  if (steps < 1 || steps > limits::kRuleStepsMax) return "the rules' steps are out of range";
  return {};
}

std::string fault_of(const NextConfig& next) {
  const auto is_in = [](size_t value, size_t most) { return value >= 1 && value <= most; };
  if (!is_in(next.knn.recent, limits::kKnnRecentMax) ||
      !is_in(next.knn.neighbours, limits::kKnnNeighboursMax) ||
      !is_in(next.knn.items, limits::kKnnItemsMax)) {
    return "a number of sessions or products to compare is out of range";
  }
  if (!(next.rules >= 0 && next.rules <= 1)) return "the rules' weight is not within 0 and 1";
  return {};
}

std::string fault_of(const std::vector<PlacementConfig>& placements) {
  if (placements.size() > limits::kPlacementsMax) return "there are too many placements";
  for (size_t i = 0; i < placements.size(); ++i) {
    const PlacementConfig& placement = placements[i];
    const bool is_sized =
        !placement.sources.empty() && placement.sources.size() <= limits::kPlacementSourcesMax;
    if (!is_sized) return "placement '" + placement.name + "' has no source, or too many";
    for (const SourceConfig& source : placement.sources) {
      if (std::string fault = fault_of(source); !fault.empty()) return fault;
    }
    for (size_t j = 0; j < i; ++j) {
      if (placements[j].name == placement.name) {
        return "the placement '" + placement.name + "' is there twice";
      }
    }
  }
  return {};
}

std::string fault_of(const DecideConfig& config) {
  if (config.offers_max < 1) return "offers_max is 0";
  if (std::string fault = fault_of(config.learning); !fault.empty()) return fault;
  if (std::string fault = fault_of(config.next); !fault.empty()) return fault;
  if (std::string fault = fault_of(config.offering); !fault.empty()) return fault;
  if (config.offers.size() > limits::kOfferRulesMax) return "there are too many offers";
  for (const OfferConfig& offer : config.offers) {
    if (std::string fault = fault_of(offer); !fault.empty()) {
      return "offer '" + offer.id + "': " + fault;
    }
  }
  return fault_of(config.placements);
}

}  // namespace

Result<std::unique_ptr<Decider>> make_decide_engine(const DecideConfig& config,
                                                    std::vector<SiteCatalog> catalogs,
                                                    StateStore* store) {
  if (const std::string fault = fault_of(config); !fault.empty()) {
    return Error{ErrorCode::kInvalidConfiguration, "decide: " + fault};
  }
  for (size_t i = 0; i < catalogs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (site_id(catalogs[i].site) != site_id(catalogs[j].site)) continue;
      return Error{ErrorCode::kInvalidConfiguration,
                   "decide: site '" + catalogs[i].site + "' has two catalogues"};
    }
  }
  return std::unique_ptr<Decider>(
      std::make_unique<DecideEngine>(config, std::move(catalogs), store));
}

}  // namespace rekindle::operators
