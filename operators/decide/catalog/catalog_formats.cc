#include "operators/decide/catalog/catalog_formats.h"

#include "operators/decide/catalog/catalog_csv.h"
#include "operators/decide/catalog/catalog_ndjson.h"
#include "operators/decide/catalog/catalog_xml.h"

namespace rekindle::operators {
namespace {

CatalogFormat format_of_text(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view start = trimmed(text.substr(0, 256));
  if (start.starts_with('<') || text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return CatalogFormat::kXml;
  }
  return start.starts_with('{') ? CatalogFormat::kNdjson : CatalogFormat::kCsv;
}

}  // namespace

CatalogFormat catalog_format_of(std::string_view file_name) {
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (file_name.ends_with(packed)) file_name.remove_suffix(packed.size());
  }
  if (file_name.ends_with(".ndjson") || file_name.ends_with(".jsonl")) {
    return CatalogFormat::kNdjson;
  }
  if (file_name.ends_with(".csv") || file_name.ends_with(".tsv")) return CatalogFormat::kCsv;
  return file_name.ends_with(".xml") ? CatalogFormat::kXml : CatalogFormat::kAny;
}

Result<void> read_catalog(std::string_view text, CatalogFormat format, CatalogBuilder& builder) {
  switch (format == CatalogFormat::kAny ? format_of_text(text) : format) {
    case CatalogFormat::kNdjson: return read_catalog_ndjson(text, builder), Result<void>();
    case CatalogFormat::kXml: return read_catalog_xml(text, builder);
    default: return read_catalog_csv(text, builder);
  }
}

}  // namespace rekindle::operators
