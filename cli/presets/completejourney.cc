#include "cli/presets/completejourney.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "cli/presets/decimal.h"
#include "core/limits.h"
#include "core/time_text.h"
#include "io/decimal_text.h"

namespace rekindle::cli {
namespace {

enum Column : size_t { kHousehold, kBasket, kProduct, kQuantity, kSales, kCoupon, kTime };

std::string written_out(std::string_view id) {
  const bool exponent = id.find_first_of("eE") != std::string_view::npos;
  const auto plain = exponent ? io::expand_exponent(id) : std::nullopt;
  return plain ? *plain : std::string(id);
}

// micros ÷ pieces in whole cents, half up.
std::string price_of_one(int64_t micros, int64_t pieces) {
  constexpr int64_t kCent = 10'000;
  const int64_t divisor = pieces * kCent;
  return format_micros((micros + divisor / 2) / divisor * kCent);
}

}  // namespace

CompleteJourneySource::CompleteJourneySource(std::unique_ptr<ByteSource> bytes)
    : x_bytes(std::move(bytes)), x_csv(*x_bytes) {}

Result<std::unique_ptr<EventSource>> CompleteJourneySource::make(
    std::unique_ptr<ByteSource> transactions, std::unique_ptr<ByteSource> products) {
  std::unique_ptr<CompleteJourneySource> source(new CompleteJourneySource(std::move(transactions)));
  if (auto header = source->x_csv.read_header(); !header) return header.error();
  auto columns = source->x_csv.columns({"household_id", "basket_id", "product_id", "quantity",
                                        "sales_value", "coupon_disc", "transaction_timestamp"});
  if (!columns) return columns.error();
  source->x_columns = std::move(*columns);
  if (products != nullptr) {
    if (auto result = source->read_products(*products); !result) return result.error();
  }
  return source;
}

Result<void> CompleteJourneySource::read_products(ByteSource& bytes) {
  CsvReader csv(bytes);
  if (auto header = csv.read_header(); !header) return header;
  const auto columns = csv.columns({"product_id", "product_category", "brand"});
  if (!columns) return columns.error();
  while (csv.next()) {
    Product& product = x_products[written_out(csv.field((*columns)[0]))];
    product.category = csv.field((*columns)[1]);
    product.brand = csv.field((*columns)[2]);
  }
  if (csv.error()) return *csv.error();
  return {};
}

bool CompleteJourneySource::next(SourceEvent& event) {
  if (!x_is_read) read_transactions();
  if (error()) return false;
  while (x_next < x_baskets.size()) {
    Basket& basket = x_baskets[x_next++];
    if (basket.event.items.empty()) {
      ++x_counts.empty_orders;
      continue;
    }
    event = std::move(basket.event);
    event.value = format_micros(basket.value_micros);
    ++x_counts.events;
    return true;
  }
  return false;
}

double CompleteJourneySource::progress() const {
  if (!x_is_read) return 0;
  return x_baskets.empty() ? 1
                           : static_cast<double>(x_next) / static_cast<double>(x_baskets.size());
}

void CompleteJourneySource::read_transactions() {
  uint64_t unreadable = 0;
  while (x_csv.next()) {
    if (!take_row()) ++unreadable;
  }
  x_is_read = true;
  x_counts.rows = x_csv.rows();
  x_counts.bad_rows = x_csv.bad_rows() + unreadable;
  x_basket_of.clear();
  std::sort(x_baskets.begin(), x_baskets.end(), [](const Basket& a, const Basket& b) {
    return std::tie(a.event.at_ms, a.event.order) < std::tie(b.event.at_ms, b.event.order);
  });
}

bool CompleteJourneySource::take_row() {
  const auto field = [this](Column column) { return x_csv.field(x_columns[column]); };
  const Result<int64_t> at_ms = parse_time(field(kTime));
  const auto sales = parse_micros(field(kSales));
  const auto coupon = parse_micros(field(kCoupon));
  const auto quantity_micros = parse_micros(field(kQuantity));
  if (!at_ms || !sales || *sales < 0 || !coupon || !quantity_micros ||
      *quantity_micros % 1'000'000 != 0 || field(kBasket).empty()) {
    return false;
  }
  if (field(kHousehold).empty()) {
    ++x_counts.no_visitor;
    return true;
  }
  const std::string id = written_out(field(kBasket));
  const auto [place, is_new] = x_basket_of.try_emplace(id, x_baskets.size());
  if (is_new) {
    SourceEvent& event = x_baskets.emplace_back().event;
    event.at_ms = *at_ms;
    event.visitor = field(kHousehold);
    event.order = id;
    event.event_id = id;
    event.type = "purchase";
    event.currency = "USD";
  }
  Basket& basket = x_baskets[place->second];
  basket.event.at_ms = std::min(basket.event.at_ms, *at_ms);
  if (*coupon > 0) basket.event.coupon = "yes";
  add_line(basket, *quantity_micros / 1'000'000, *sales);
  return true;
}

void CompleteJourneySource::add_line(Basket& basket, int64_t quantity, int64_t sales_micros) {
  const auto value = add_micros(basket.value_micros, sales_micros, 1);
  if (value) basket.value_micros = *value;
  if (!value || quantity <= 0 || quantity > int64_t{limits::kQuantityMax} ||
      basket.event.items.size() >= limits::kItemsPerEventMax) {
    ++x_counts.unusable_lines;
    return;
  }
  SourceItem& item = basket.event.items.emplace_back();
  item.product = written_out(x_csv.field(x_columns[kProduct]));
  item.price = price_of_one(sales_micros, quantity);
  item.quantity = quantity;
  const auto product = x_products.find(item.product);
  if (product == x_products.end()) return;
  item.category = product->second.category;
  item.brand = product->second.brand;
}

}  // namespace rekindle::cli
