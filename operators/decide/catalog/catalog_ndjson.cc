#include "operators/decide/catalog/catalog_ndjson.h"

#include <simdjson.h>

#include <string>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

namespace ondemand = simdjson::ondemand;

// Reads one line's object into raw cells; text of arrays and objects is collected beside them.
class LineReader {
 public:
  // False: see fault() and column().
  [[nodiscard]] bool read(std::string_view json, uint64_t line, CatalogRow& row) {
    x_buffer.assign(json);
    x_buffer.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    x_fault = {};
    x_column = 1;
    x_tags.clear();
    x_attributes.clear();
    ondemand::document document;
    ondemand::object object;
    if (x_parser.iterate(x_buffer).get(document) || document.get_object().get(object)) {
      return refuse("the line is not a JSON object");
    }
    for (auto next : object) {
      ondemand::field field;
      std::string_view name;
      ondemand::value value;
      if (std::move(next).get(field)) return refuse_at(document);
      const bool escaped = field.unescaped_key().get(name);
      if (escaped) return refuse_at(document);
      value = field.value();
      const auto known = parse_catalog_field(name);
      if (known && !read_value(value, line, *known, row)) return refuse_at(document);
    }
    const char* rest = nullptr;
    const bool at_end = document.current_location().get(rest) == simdjson::OUT_OF_BOUNDS;
    return at_end || refuse_at(document);
  }
  [[nodiscard]] std::string_view fault() const { return x_fault; }
  [[nodiscard]] uint64_t column() const { return x_column; }

 private:
  bool refuse(std::string_view reason) {
    x_fault = reason;
    return false;
  }
  // Keeps a reason that was already found.
  bool refuse_at(ondemand::document& document) {
    if (!x_fault.empty()) return false;
    const char* at = nullptr;
    const bool lost = document.current_location().get(at);
    if (!lost) x_column = column_of(at);
    return refuse("the JSON is malformed");
  }
  [[nodiscard]] uint64_t column_of(const char* at) const {
    return static_cast<uint64_t>(at - x_buffer.data()) + 1;
  }

  bool read_value(ondemand::value& value, uint64_t line, CatalogField field, CatalogRow& row) {
    CatalogCell& cell = row[field];
    x_column = column_of(value.raw_json_token().data());
    ondemand::json_type type;
    if (value.type().get(type)) return false;
    switch (type) {
      case ondemand::json_type::string:
        if (value.get_string().get(cell.text)) return refuse("a text is malformed");
        cell.text = trimmed(cell.text);
        break;
      case ondemand::json_type::number: cell.text = number_of(value); break;
      case ondemand::json_type::boolean:
        if (field != CatalogField::kAvailable && field != CatalogField::kDeleted) {
          return refuse("true or false is of the wrong type");
        }
        cell.text = trimmed(value.raw_json_token());
        break;
      case ondemand::json_type::null: cell.is_null = true; break;
      case ondemand::json_type::array:
        if (field != CatalogField::kTags) return refuse("an array is of the wrong type here");
        if (!read_tags(value)) return refuse("tags are not texts");
        cell.text = x_tags;
        break;
      case ondemand::json_type::object:
        if (field != CatalogField::kAttributes) {
          return refuse("an object is of the wrong type here");
        }
        if (!read_attributes(value)) return refuse("attributes are not texts");
        cell.text = x_attributes;
        break;
    }
    cell.line = line;
    cell.column = x_column;
    return true;
  }

  // As written; whoever reads the field judges it. Parsing it would lose digits.
  static std::string_view number_of(ondemand::value& value) {
    return trimmed(value.raw_json_token());
  }

  bool read_tags(ondemand::value& value) {
    ondemand::array array;
    if (value.get_array().get(array)) return false;
    for (auto element : array) {
      std::string_view tag;
      if (element.get_string().get(tag)) return false;
      x_tags.append(tag).push_back('|');
    }
    return true;
  }

  bool read_attributes(ondemand::value& value) {
    ondemand::object object;
    if (value.get_object().get(object)) return false;
    for (auto next : object) {
      ondemand::field field;
      std::string_view name;
      std::string_view text;
      if (std::move(next).get(field) || field.unescaped_key().get(name)) return false;
      if (field.value().get_string().get(text)) return false;
      x_attributes.append(name).append("=").append(text).push_back('|');
    }
    return true;
  }

  ondemand::parser x_parser;
  std::string x_buffer;
  std::string x_tags;
  std::string x_attributes;
  std::string_view x_fault;
  uint64_t x_column = 1;
};

}  // namespace

void read_catalog_ndjson(std::string_view text, CatalogBuilder& builder) {
  LineReader reader;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (uint64_t line = 1; !text.empty(); ++line) {
    const size_t end = text.find('\n');
    const std::string_view json = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (trimmed(json).empty()) continue;
    if (builder.is_full()) {
      builder.add_fault(line, 1, "the catalogue is full; the rest is left out");
      break;
    }
    if (json.size() > limits::kCatalogRowBytesMax) {
      builder.add_fault(line, 1, "the row is too long");
      continue;
    }
    CatalogRow row;
    if (reader.read(json, line, row)) {
      builder.add(line, row);
    } else {
      builder.add_fault(line, reader.column(), reader.fault());
    }
  }
}

LoadedCatalog load_catalog_ndjson(std::string_view text, const Site& site) {
  CatalogBuilder builder(site);
  read_catalog_ndjson(text, builder);
  return builder.finish();
}

}  // namespace rekindle::operators
