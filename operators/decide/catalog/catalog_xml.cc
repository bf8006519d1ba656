#include "operators/decide/catalog/catalog_xml.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

constexpr char kBetween = '\n';  // a namespace and a name, as expat gives them; in no URI
constexpr std::string_view kGoogle = "http://base.google.com/ns/1.0";
constexpr std::string_view kAtom = "http://www.w3.org/2005/Atom";
constexpr size_t kDepthMax = 64;
constexpr size_t kSliceBytes = 1 << 20;  // expat's sizes are int

struct Name {
  std::string_view space;
  std::string_view local;
};
Name split(const XML_Char* name) {
  const std::string_view text(name);
  const size_t cut = text.find(kBetween);
  if (cut == std::string_view::npos) return {{}, text};
  return {text.substr(0, cut), text.substr(cut + 1)};
}

// One field's text, where it began and how much its namespace is worth: 0 is absent.
struct FieldText {
  std::string text;
  uint64_t line = 0;
  uint64_t column = 0;
  int rank = 0;
};

class FeedReader {
 public:
  explicit FeedReader(CatalogBuilder& builder)
      : x_builder(builder), x_parser(XML_ParserCreateNS(nullptr, kBetween)) {
    XML_SetUserData(x_parser.get(), this);
    XML_SetElementHandler(
        x_parser.get(),
        [](void* self, const XML_Char* name, const XML_Char**) { of(self).on_start(split(name)); },
        [](void* self, const XML_Char*) { of(self).on_end(); });
    XML_SetCharacterDataHandler(x_parser.get(), [](void* self, const XML_Char* text, int size) {
      of(self).on_text({text, static_cast<size_t>(size)});
    });
    XML_SetStartDoctypeDeclHandler(
        x_parser.get(), [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
          of(self).stop("a DOCTYPE is not accepted");
        });
  }

  [[nodiscard]] Result<void> read(std::string_view text) {
    do {
      const std::string_view slice = text.substr(0, kSliceBytes);
      text.remove_prefix(slice.size());
      const auto status = XML_Parse(x_parser.get(), slice.data(), static_cast<int>(slice.size()),
                                    text.empty() ? XML_TRUE : XML_FALSE);
      if (status == XML_STATUS_OK) continue;
      if (x_is_full) return {};
      const std::string why =
          x_stopped.empty() ? XML_ErrorString(XML_GetErrorCode(x_parser.get())) : x_stopped;
      return Error{ErrorCode::kInvalidConfiguration,
                   fmt::format("{}:{} the XML cannot be read: {}", line(), column(), why)};
    } while (!text.empty());
    if (x_items > 0) return {};
    return Error{ErrorCode::kInvalidConfiguration, "1:1 the XML has no item and no entry"};
  }

 private:
  struct Free {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };
  static FeedReader& of(void* self) { return *static_cast<FeedReader*>(self); }
  [[nodiscard]] uint64_t line() const { return XML_GetCurrentLineNumber(x_parser.get()); }
  [[nodiscard]] uint64_t column() const { return XML_GetCurrentColumnNumber(x_parser.get()) + 1; }

  void stop(std::string_view why) {
    x_stopped = why;
    XML_StopParser(x_parser.get(), XML_FALSE);
  }

  void on_start(const Name& name) {
    if (++x_depth > kDepthMax) return stop("elements lie too deep in each other");
    x_text = nullptr;
    if (x_item_depth == 0) {
      const bool is_item = (name.space.empty() && name.local == "item") ||
                           (name.space == kAtom && name.local == "entry");
      if (is_item) begin_item();
    } else if (x_depth == x_item_depth + 1) {
      begin_field(name);
    } else if (x_depth == x_item_depth + 2 && x_in_detail) {
      if (name.local == "attribute_name") x_text = &(x_detail_name = {});
      if (name.local == "attribute_value") x_text = &(x_detail_value = {});
    }
  }

  void begin_item() {
    if (x_builder.is_full()) {
      x_builder.add_fault(line(), column(), "the catalogue is full; the rest is left out");
      x_is_full = true;
      return stop({});
    }
    ++x_items;
    x_item_depth = x_depth;
    x_item_line = line();
    x_bytes = 0;
    x_details.clear();
    for (FieldText& field : x_fields) field = {};
  }

  void begin_field(const Name& name) {
    const bool is_google = name.space == kGoogle;
    x_in_detail = is_google && name.local == "product_detail";
    if (x_in_detail) return;
    const auto field = parse_catalog_field(name.local);
    const bool is_known =
        is_google || name.space.empty() || (name.space == kAtom && field == CatalogField::kTitle);
    if (!field || !is_known) return;
    FieldText& text = x_fields[static_cast<size_t>(*field)];
    const int rank = is_google ? 2 : 1;
    if (text.rank >= rank) return;
    text = {{}, line(), column(), rank};
    x_text = &text.text;
  }

  void on_text(std::string_view text) {
    if (x_text == nullptr) return;
    x_bytes += text.size();
    if (x_bytes <= limits::kCatalogRowBytesMax) x_text->append(text);
  }

  void on_end() {
    x_text = nullptr;
    if (x_in_detail && x_depth == x_item_depth + 1) {
      if (!x_details.empty()) x_details.push_back('|');
      x_details.append(trimmed(x_detail_name)).append("=").append(trimmed(x_detail_value));
      x_detail_name.clear();
      x_detail_value.clear();
      x_in_detail = false;
    }
    if (x_item_depth != 0 && x_depth == x_item_depth) end_item();
    --x_depth;
  }

  void end_item() {
    x_item_depth = 0;
    if (x_bytes > limits::kCatalogRowBytesMax) {
      return x_builder.add_fault(x_item_line, 1, "the row is too long");
    }
    CatalogRow row;
    for (size_t i = 0; i < kCatalogFields; ++i) {
      const FieldText& field = x_fields[i];
      row.cells[i] = {trimmed(field.text), field.line, field.column};
    }
    if (!x_details.empty() && row[CatalogField::kAttributes].text.empty()) {
      row[CatalogField::kAttributes] = {x_details, x_item_line, 1};
    }
    x_builder.add(x_item_line, row);
  }

  CatalogBuilder& x_builder;
  std::unique_ptr<XML_ParserStruct, Free> x_parser;
  std::string x_stopped;
  bool x_is_full = false;
  size_t x_depth = 0;
  size_t x_item_depth = 0;  // 0: outside of an item
  uint64_t x_items = 0;
  uint64_t x_item_line = 0;
  size_t x_bytes = 0;             // of this item's text
  std::string* x_text = nullptr;  // where text goes; null: it is not wanted
  bool x_in_detail = false;
  std::string x_detail_name;
  std::string x_detail_value;
  std::string x_details;  // name=value|…
  std::array<FieldText, kCatalogFields> x_fields;
};

}  // namespace

Result<void> read_catalog_xml(std::string_view text, CatalogBuilder& builder) {
  return FeedReader(builder).read(text);
}

}  // namespace rekindle::operators
