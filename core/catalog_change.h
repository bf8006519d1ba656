// A site's products as a shop sends them, whole or what changed, and what became of it: what the
// front doors and the decision engine (core/decider.h) say to each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "core/site.h"

namespace rekindle {

enum class CatalogFormat : uint8_t {
  kAny,  // '<' begins XML, '{' NDJSON, all else CSV
  kCsv,  // with commas, semicolons or tabs
  kNdjson,
  kXml,  // a Google Merchant feed: RSS 2.0 or Atom
};

struct CatalogUpload {
  const Site& site;
  std::string_view bytes;
  CatalogFormat format = CatalogFormat::kAny;
  bool is_whole = true;  // false: rows change products, add them, or delete them
  EventTime at;          // since when what is new is new, and what is cheaper is cheaper
};

struct CatalogFault {
  uint64_t line = 0;
  uint64_t column = 0;
  std::string reason;
};

struct CatalogOutcome {
  uint64_t version = 0;   // of the site's catalogue: how often it was changed
  uint64_t products = 0;  // now
  uint64_t rows = 0;      // that came, good and faulty
  uint64_t deleted = 0;
  uint64_t faulty_rows = 0;          // left out
  std::vector<CatalogFault> faults;  // the first limits::kCatalogFaultsMax of them
};

// What a site's catalogue is now.
struct CatalogSummary {
  uint64_t version = 0;
  uint64_t products = 0;
  uint64_t categories = 0;
};

}  // namespace rekindle
