#include "operators/decide/catalog/catalog_format.h"

#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle::operators::catalog_format {
namespace {

constexpr std::string_view kPrefix = "catalog/";

std::string site_key(SiteId site) {
  std::string key(kPrefix);
  append_big_endian(key, static_cast<uint32_t>(site));
  return key;
}

// The whole numbers of a product, in the order in which they are stored.
template <typename P, typename Do>
void for_each_number(P& product, const Do& action) {
  action(product.price);
  action(product.list_price);
  action(product.cost);
  action(product.stock);
  action(product.tier);
  action(product.published.ms);
  action(product.available_from.ms);
  action(product.expires.ms);
  action(product.listed.ms);
  action(product.dropped_from);
  action(product.dropped_at.ms);
}

template <typename P, typename Do>
void for_each_text(P& product, const Do& action) {
  action(product.id);
  action(product.parent);
  action(product.title);
  action(product.category);
  action(product.brand);
}

}  // namespace

std::string head_key(SiteId site) {
  std::string key = site_key(site);
  key.push_back('\0');
  return key;
}

std::string generation_key(SiteId site, uint64_t generation) {
  std::string key = site_key(site);
  key.push_back('\1');
  append_big_endian(key, generation);
  return key;
}

std::string product_key(SiteId site, uint64_t generation, NameHash product) {
  std::string key = generation_key(site, generation);
  append_big_endian(key, product);
  return key;
}

void encode_head(const Head& head, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.varint(head.generation);
  writer.varint(head.changes);
  writer.fixed(head.file_hash);
  writer.fixed(static_cast<uint8_t>(head.is_changed ? 1 : 0));
}

bool decode_head(std::string_view bytes, Head& head) {
  ByteReader reader(bytes);
  if (reader.fixed<uint8_t>() != kVersion) return false;
  head.generation = reader.varint();
  head.changes = reader.varint();
  head.file_hash = reader.fixed<uint64_t>();
  head.is_changed = reader.fixed<uint8_t>() != 0;
  return reader.ok() && reader.at_end();
}

void encode_product(const Product& product, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  for_each_text(product, [&](const std::string& text) { writer.bytes(text); });
  for_each_number(product, [&](auto number) { writer.signed_varint(number); });
  writer.fixed(static_cast<uint8_t>(product.available ? 1 : 0));
  writer.varint(product.tags.size());
  for (const std::string& tag : product.tags) writer.bytes(tag);
  writer.varint(product.attributes.size());
  for (const Attribute& attribute : product.attributes) {
    writer.bytes(attribute.name);
    writer.bytes(attribute.value);
  }
}

bool decode_product(std::string_view bytes, Product& product) {
  ByteReader reader(bytes);
  if (reader.fixed<uint8_t>() != kVersion) return false;
  for_each_text(product, [&](std::string& text) { text = reader.bytes(); });
  for_each_number(product, [&](auto& number) {
    number = static_cast<std::remove_reference_t<decltype(number)>>(reader.signed_varint());
  });
  product.available = reader.fixed<uint8_t>() != 0;
  product.tags.resize(reader.count(1));
  for (std::string& tag : product.tags) tag = reader.bytes();
  product.attributes.resize(reader.count(2));
  for (Attribute& attribute : product.attributes) {
    attribute.name = reader.bytes();
    attribute.value = reader.bytes();
  }
  return reader.ok() && reader.at_end() && !product.id.empty();
}

}  // namespace rekindle::operators::catalog_format
