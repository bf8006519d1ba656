#include "operators/decide/decide_engine.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/bytes.h"
#include "operators/decide/bestsellers_format.h"
#include "operators/decide/candidates/catalog.h"
#include "operators/decide/published.h"

namespace rekindle::operators {
namespace {

// Thread: as core/decider.h says. Owns: the model (model thread) and its published snapshot.
class DecideEngine final : public Decider {
 public:
  DecideEngine(const DecideConfig& config, std::vector<SiteCatalog> catalogs)
      : x_config(config),
        x_sources(make_candidate_sources()),
        x_published(std::make_unique<const ModelSnapshot>()) {
    for (SiteCatalog& site : catalogs) {
      x_sites.emplace(site_id(site.site),
                      LearntSite{std::make_shared<const ProductCatalog>(std::move(site.catalog)),
                                 Bestsellers(config.half_life, config.weights)});
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
    } else if (visitor == nullptr) {
      decision.nothing_because = "the visitor was never seen";
    } else {
      const DecideView view(request, site, *visitor, now, model->second);
      ask_sources(view, decision);
    }
    return decision;
  }

  void learn(const ClosedSession& session) override {
    const auto site = x_sites.find(session.site);
    if (site == x_sites.end()) return;  // nothing is ever offered there
    site->second.bestsellers.learn(session, *site->second.catalog);
    ++x_sessions;
    x_is_published = false;
  }

  void publish() override {
    if (x_is_published) return;
    auto snapshot = std::make_unique<ModelSnapshot>();
    snapshot->version = x_sessions;
    for (auto& [id, site] : x_sites) {
      snapshot->sites.emplace(id, SiteModel{site.catalog, site.bestsellers.lists(*site.catalog)});
    }
    x_published.publish(std::move(snapshot));
    x_is_published = true;
  }

  void save(std::string& out) const override {
    ByteWriter writer(out);
    writer.fixed(bestsellers_format::kVersion);
    writer.varint(x_sessions);
    writer.varint(x_sites.size());
    for (const auto& [id, site] : x_sites) {
      writer.fixed(static_cast<uint32_t>(id));
      site.bestsellers.encode(writer);
    }
  }

  [[nodiscard]] Result<void> restore(std::string_view bytes) override;

 private:
  struct LearntSite {
    std::shared_ptr<const ProductCatalog> catalog;
    Bestsellers bestsellers;
  };

  void ask_sources(const DecideView& view, Decision& decision) const {
    const uint32_t most = std::min(x_config.offers_max, uint32_t{limits::kOffersMax});
    Slate slate(view, std::clamp(view.request.offers_max, 1u, most), decision);
    for (const auto& source : x_sources) {
      const std::string_view why_none = source->propose(view, slate);
      if (slate.is_full()) break;
      if (decision.nothing_because.empty()) decision.nothing_because = why_none;
    }
    if (slate.size() > 0) decision.nothing_because.clear();
  }

  DecideConfig x_config;
  CandidateSources x_sources;
  std::map<SiteId, LearntSite> x_sites;  // ordered: save() gives the same bytes
  uint64_t x_sessions = 0;
  bool x_is_published = false;
  Published<ModelSnapshot> x_published;
};

// A stored site that is not configured any more is read over; all is read before any is taken.
Result<void> DecideEngine::restore(std::string_view bytes) {
  ByteReader reader(bytes);
  if (const auto version = reader.fixed<uint8_t>(); version != bestsellers_format::kVersion) {
    return Error{version > bestsellers_format::kVersion ? ErrorCode::kNewerVersion
                                                        : ErrorCode::kCorruptRecord,
                 "the model's version is not known"};
  }
  const uint64_t sessions = reader.varint();
  const size_t sites = reader.count(bestsellers_format::kSiteBytesMin);
  std::map<SiteId, Bestsellers> read;
  for (size_t i = 0; i < sites; ++i) {
    const SiteId id{reader.fixed<uint32_t>()};
    const bool in_order = read.empty() || read.rbegin()->first < id;
    Bestsellers site(x_config.half_life, x_config.weights);
    if (!in_order || !site.decode(reader)) {
      return Error{ErrorCode::kCorruptRecord, "the model's bytes fail their format"};
    }
    read.emplace(id, std::move(site));
  }
  if (!reader.ok() || !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, "the model's bytes do not end where they should"};
  }
  for (auto& [id, site] : x_sites) {
    const auto found = read.find(id);
    site.bestsellers = found != read.end() ? std::move(found->second)
                                           : Bestsellers(x_config.half_life, x_config.weights);
  }
  x_sessions = sessions;
  x_is_published = false;
  publish();
  return {};
}

std::string_view fault_of(const DecideConfig& config) {
  const BestsellerWeights& weights = config.weights;
  for (const double weight : {weights.view_item, weights.add_to_cart, weights.purchase}) {
    if (!std::isfinite(weight) || weight < 0) return "a weight is negative or not a number";
    if (weight > 1e6) return "a weight is over 1,000,000";
  }
  if (config.half_life < minutes(1)) return "half_life is below one minute";
  if (config.offers_max < 1) return "offers_max is 0";
  return {};
}

}  // namespace

Result<std::unique_ptr<Decider>> make_decide_engine(const DecideConfig& config,
                                                    std::vector<SiteCatalog> catalogs) {
  if (const std::string_view fault = fault_of(config); !fault.empty()) {
    return Error{ErrorCode::kInvalidConfiguration, "decide: " + std::string(fault)};
  }
  for (size_t i = 0; i < catalogs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (site_id(catalogs[i].site) != site_id(catalogs[j].site)) continue;
      return Error{ErrorCode::kInvalidConfiguration,
                   "decide: site '" + catalogs[i].site + "' has two catalogues"};
    }
  }
  return std::unique_ptr<Decider>(std::make_unique<DecideEngine>(config, std::move(catalogs)));
}

}  // namespace rekindle::operators
