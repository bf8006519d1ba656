#include "core/insights.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle {
namespace {

constexpr uint8_t kVersion = 1;

void put_position(const RankPosition& position, ByteWriter& writer) {
  writer.fixed(position.where);
  if (position.where != RankPosition::Where::kAt) return;
  writer.signed_varint(position.value.top);
  writer.varint(static_cast<uint64_t>(position.value.bottom));
  writer.fixed(position.key.high);
  writer.fixed(position.key.low);
}

RankPosition get_position(ByteReader& reader) {
  RankPosition position;
  position.where = reader.fixed<RankPosition::Where>();
  if (position.where > RankPosition::Where::kAfterAll) reader.fail();
  if (position.where != RankPosition::Where::kAt) return position;
  position.value.top = reader.signed_varint();
  position.value.bottom = static_cast<int64_t>(reader.varint());
  if (position.value.bottom < 1) reader.fail();
  position.key.high = reader.fixed<uint64_t>();
  position.key.low = reader.fixed<uint64_t>();
  return position;
}

RankBoundary get_boundary(ByteReader& reader) {
  RankBoundary boundary;
  boundary.cut.metric = reader.fixed<RankMetric>();
  boundary.cut.kind = reader.fixed<RankCut::Kind>();
  const uint64_t share = reader.varint();
  if (static_cast<size_t>(boundary.cut.metric) >= kRankMetrics ||
      boundary.cut.kind > RankCut::Kind::kMoreThan || share > kRankShareOne) {
    reader.fail();
  }
  boundary.cut.share = static_cast<uint32_t>(share);
  boundary.position = get_position(reader);
  boundary.frontier = get_position(reader);
  return boundary;
}

}  // namespace

const RankBoundary* SiteInsights::find(const RankCut& cut) const {
  const auto place =
      std::lower_bound(boundaries.begin(), boundaries.end(), cut,
                       [](const RankBoundary& b, const RankCut& wanted) { return b.cut < wanted; });
  return place == boundaries.end() || place->cut != cut ? nullptr : &*place;
}

RankBoundary& SiteInsights::boundary(const RankCut& cut) {
  const auto place =
      std::lower_bound(boundaries.begin(), boundaries.end(), cut,
                       [](const RankBoundary& b, const RankCut& wanted) { return b.cut < wanted; });
  if (place != boundaries.end() && place->cut == cut) return *place;
  return *boundaries.insert(place, RankBoundary{cut, {}, RankPosition::after_all()});
}

std::optional<bool> is_above(const SiteInsights* insights, const RankCut& cut,
                             const Visitor& visitor) {
  const std::optional<RankValue> value = rank_value(cut.metric, visitor.lifetime);
  if (!value || insights == nullptr) return std::nullopt;
  const RankBoundary* const boundary = insights->find(cut);
  if (boundary == nullptr) return std::nullopt;
  const RankPosition own = RankPosition::at(*value, visitor.key);
  if (own < boundary->frontier) return std::nullopt;
  return own >= boundary->position;
}

const SiteInsights* Insights::find(SiteId site) const {
  for (const SiteInsights& known : x_sites) {
    if (known.site == site) return &known;
  }
  return nullptr;
}

SiteInsights& Insights::of(SiteId site) {
  const auto place = std::lower_bound(
      x_sites.begin(), x_sites.end(), site,
      [](const SiteInsights& known, SiteId wanted) { return known.site < wanted; });
  if (place != x_sites.end() && place->site == site) return *place;
  return *x_sites.insert(place, SiteInsights{site, {}, {}});
}

bool Insights::keep(const CustomerNeeds& needs) {
  size_t dropped = 0;
  for (SiteInsights& site : x_sites) {
    dropped +=
        std::erase_if(site.boundaries, [&](const RankBoundary& b) { return !needs.has(b.cut); });
  }
  return dropped > 0;
}

bool Insights::names(VisitorKey key) const {
  const auto is_at = [key](const RankPosition& position) {
    return position.where == RankPosition::Where::kAt && position.key == key;
  };
  for (const SiteInsights& site : x_sites) {
    for (const RankBoundary& boundary : site.boundaries) {
      if (is_at(boundary.position) || is_at(boundary.frontier)) return true;
    }
  }
  return false;
}

bool Insights::replace_key(VisitorKey key, VisitorKey other) {
  bool any = false;
  for (SiteInsights& site : x_sites) {
    for (RankBoundary& boundary : site.boundaries) {
      for (RankPosition* const position : {&boundary.position, &boundary.frontier}) {
        if (position->where != RankPosition::Where::kAt || position->key != key) continue;
        position->key = other;
        any = true;
      }
    }
  }
  return any;
}

void encode_insights(const std::vector<SiteInsights>& sites, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.varint(sites.size());
  for (const SiteInsights& site : sites) {
    writer.fixed(site.site);
    writer.bytes(site.model);
    writer.varint(site.boundaries.size());
    for (const RankBoundary& boundary : site.boundaries) {
      writer.fixed(boundary.cut.metric);
      writer.fixed(boundary.cut.kind);
      writer.varint(boundary.cut.share);
      put_position(boundary.position, writer);
      put_position(boundary.frontier, writer);
    }
  }
}

Result<std::vector<SiteInsights>> decode_insights(std::string_view bytes) {
  constexpr size_t kLeastSiteBytes = 6;
  constexpr size_t kLeastBoundaryBytes = 5;
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version > kVersion) return Error{ErrorCode::kNewerVersion, "insights"};
  std::vector<SiteInsights> sites(reader.count(kLeastSiteBytes));
  for (SiteInsights& site : sites) {
    site.site = reader.fixed<SiteId>();
    site.model = reader.bytes();
    const size_t count = reader.count(kLeastBoundaryBytes);
    for (size_t i = 0; i < count && reader.ok(); ++i) {
      site.boundaries.push_back(get_boundary(reader));
      if (i > 0 && site.boundaries[i].cut <= site.boundaries[i - 1].cut) reader.fail();
    }
  }
  if (version != kVersion || !reader.ok() || !reader.at_end()) {
    return Error{ErrorCode::kCorruptRecord, "insights"};
  }
  return sites;
}

}  // namespace rekindle
