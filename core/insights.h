// What the log of a partition says about each site's customers as a whole: where their rankings are
// cut, and the lifetime value model. Terms of the audience language read it; records bring it.
//
// A boundary moves in slices (core/partition_insights.cc): between two records it stands at a
// place of the partition's own customers, and everyone there is judged by that place. When a cut is
// new, its frontier first comes down from the end of the ranking: customers below it are unknown.
//
// Thread: the partition's shard. Stored and logged as
//   1 version (1) · varint sites · per site: 4 id · varint length and bytes of the model (0: none,
//   or as before) · varint boundaries · per boundary: 1 metric · 1 kind · varint share · position ·
//   frontier;  a position: 1 where · [zigzag top · varint bottom · 8 key.high · 8 key.low]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/rank.h"

namespace rekindle {

struct RankBoundary {
  RankCut cut;
  RankPosition position;                              // customers from here on are above the cut
  RankPosition frontier = RankPosition::after_all();  // customers before this are not judged yet
};

struct SiteInsights {
  SiteId site{};
  std::vector<RankBoundary> boundaries;  // ascending by cut
  std::string model;                     // the operators' own format; empty: none yet

  [[nodiscard]] const RankBoundary* find(const RankCut& cut) const;  // null: not known yet
  [[nodiscard]] RankBoundary& boundary(const RankCut& cut);          // makes it if need be
};

// Whether a visitor is above a cut. Nothing: not ranked, or not judged yet. `insights` may be null.
[[nodiscard]] std::optional<bool> is_above(const SiteInsights* insights, const RankCut& cut,
                                           const Visitor& visitor);

class Insights {
 public:
  [[nodiscard]] const SiteInsights* find(SiteId site) const;  // null: nothing yet
  [[nodiscard]] SiteInsights& of(SiteId site);                // makes it if need be
  // Forgets boundaries that are not needed any more. True when there were any.
  bool keep(const CustomerNeeds& needs);
  [[nodiscard]] bool names(VisitorKey key) const;  // whether a boundary lies just before them
  // Boundaries that lie just before this customer lie before the other now. True when there were
  // any.
  bool replace_key(VisitorKey key, VisitorKey other);
  [[nodiscard]] const std::vector<SiteInsights>& sites() const { return x_sites; }

 private:
  std::vector<SiteInsights> x_sites;  // ascending by id
};

void encode_insights(const std::vector<SiteInsights>& sites, std::string& out);
// Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<std::vector<SiteInsights>> decode_insights(std::string_view bytes);

}  // namespace rekindle
