#include "io/access/scope.h"

namespace rekindle::io {

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::kOpen: return "open";
    case Scope::kSigned: return "signed";
    case Scope::kAnyKey: return "any";
    case Scope::kCollect: return "collect";
    case Scope::kDecide: return "decide";
    case Scope::kVisitorsRead: return "visitors:read";
    case Scope::kVisitorsWrite: return "visitors:write";
    case Scope::kAudiencesRead: return "audiences:read";
    case Scope::kAudiencesWrite: return "audiences:write";
    case Scope::kCatalogWrite: return "catalog:write";
    case Scope::kReportsRead: return "reports:read";
    case Scope::kQuarantine: return "quarantine";
    case Scope::kMetrics: return "metrics";
    case Scope::kAdmin: return "admin";
  }
  return "unknown";
}

std::optional<Scope> parse_scope(std::string_view name) {
  for (auto i = static_cast<uint8_t>(Scope::kCollect); i <= static_cast<uint8_t>(kLastScope); ++i) {
    if (name_of(Scope{i}) == name) return Scope{i};
  }
  return std::nullopt;
}

}  // namespace rekindle::io
