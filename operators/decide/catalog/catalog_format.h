// A catalogue as rows of the state store's kModels table. All numbers of values little-endian, of
// keys big-endian.
//
//   "catalog/" · 4 site id · 0x00                               → head
//   "catalog/" · 4 site id · 0x01 · 8 generation · 8 product    → product
//
//   head     1 version (1) · varint generation · varint changes · 8 hash of the configured file,
//            0: none · 1 changed through the interface
//   product  1 version (1) · bytes id · parent · title · category · brand · signed varint price ·
//            list price · cost · stock · tier · published · available from · expires · listed ·
//            dropped from · dropped at · 1 available · varint tags · bytes tag … ·
//            varint attributes · (bytes name · bytes value) …
//
// A whole catalogue is written under a new generation, in slices; then one small write of the head
// puts it in force. Rows of other generations are left-overs, and are removed.
#pragma once

#include <string>
#include <string_view>

#include "core/ids.h"
#include "operators/decide/catalog/product.h"

namespace rekindle::operators::catalog_format {

inline constexpr uint8_t kVersion = 1;

struct Head {
  uint64_t generation = 0;
  uint64_t changes = 0;     // how often the catalogue was changed
  uint64_t file_hash = 0;   // of the configured file it was loaded from last; 0: none
  bool is_changed = false;  // through the interface, since
  friend bool operator==(const Head&, const Head&) = default;
};

[[nodiscard]] std::string head_key(SiteId site);
[[nodiscard]] std::string generation_key(SiteId site, uint64_t generation);  // what its rows begin
                                                                             // with
[[nodiscard]] std::string product_key(SiteId site, uint64_t generation, NameHash product);

void encode_head(const Head& head, std::string& out);
[[nodiscard]] bool decode_head(std::string_view bytes, Head& head);
void encode_product(const Product& product, std::string& out);
[[nodiscard]] bool decode_product(std::string_view bytes, Product& product);

}  // namespace rekindle::operators::catalog_format
