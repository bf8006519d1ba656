#include "cli/presets/rees46.h"

#include "cli/presets/decimal.h"
#include "core/ids.h"
#include "core/time_text.h"

namespace rekindle::cli {
namespace {

enum Column : size_t { kTime, kType, kProduct, kCategoryId, kCategoryCode, kBrand, kPrice, kUser };

std::string_view type_of(std::string_view type) {
  if (type == "view") return "view_item";
  if (type == "cart") return "add_to_cart";
  if (type == "remove_from_cart" || type == "purchase") return type;
  return {};
}

}  // namespace

Rees46Source::Rees46Source(std::unique_ptr<ByteSource> bytes)
    : x_bytes(std::move(bytes)), x_csv(*x_bytes) {}

Result<std::unique_ptr<EventSource>> Rees46Source::make(std::unique_ptr<ByteSource> bytes) {
  std::unique_ptr<Rees46Source> source(new Rees46Source(std::move(bytes)));
  if (auto header = source->x_csv.read_header(); !header) return header.error();
  auto columns = source->x_csv.columns({"event_time", "event_type", "product_id", "category_id",
                                        "category_code", "brand", "price", "user_id"});
  if (!columns) return columns.error();
  source->x_columns = std::move(*columns);
  return source;
}

bool Rees46Source::next(SourceEvent& event) {
  bool found = false;
  while (!found && x_csv.next()) {
    event = SourceEvent{};
    if (x_csv.field(x_columns[kUser]).empty()) {
      ++x_counts.no_visitor;
    } else if (read_row(event)) {
      ++x_counts.events;
      found = true;
    } else {
      ++x_unreadable;
    }
  }
  x_counts.rows = x_csv.rows();
  x_counts.bad_rows = x_csv.bad_rows() + x_unreadable;
  return found;
}

bool Rees46Source::read_row(SourceEvent& event) {
  const auto field = [this](Column column) { return x_csv.field(x_columns[column]); };
  std::string_view time = field(kTime);
  if (time.ends_with(" UTC")) time.remove_suffix(4);
  const Result<int64_t> at_ms = parse_time(time);
  event.type = type_of(field(kType));
  if (!at_ms || event.type.empty()) return false;
  event.at_ms = *at_ms;
  event.visitor = field(kUser);
  event.event_id = row_hash();
  event.currency = "USD";
  SourceItem& item = event.items.emplace_back();
  item.product = field(kProduct);
  item.category = field(kCategoryCode).empty() ? field(kCategoryId) : field(kCategoryCode);
  item.brand = field(kBrand);
  if (field(kPrice).empty()) return true;
  const auto price = parse_micros(field(kPrice));
  if (!price || *price < 0) return false;
  if (*price > 0) item.price = format_micros(*price);
  return true;
}

std::string Rees46Source::row_hash() {
  x_row.clear();
  for (size_t i = 0; i < x_csv.fields(); ++i) x_row.append(x_csv.field(i)).push_back('\x1f');
  constexpr char kHex[] = "0123456789abcdef";
  std::string text(16, '0');
  NameHash hash = name_hash(x_row);
  for (size_t i = text.size(); i-- > 0; hash >>= 4) text[i] = kHex[hash & 15];
  return text;
}

}  // namespace rekindle::cli
