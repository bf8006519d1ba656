#include "operators/decide/catalog/product_prices.h"

namespace rekindle::operators {
namespace {

// "12.50", "12.50 EUR" or "EUR 12.50".
struct Amount {
  std::string_view decimal;
  std::string_view currency;
};
Amount split_amount(std::string_view text) {
  const size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return {text, {}};
  const std::string_view first = text.substr(0, blank);
  const std::string_view second = trimmed(text.substr(blank));
  const bool is_code_first = !first.empty() && (first[0] | 0x20) >= 'a' && (first[0] | 0x20) <= 'z';
  return is_code_first ? Amount{second, first} : Amount{first, second};
}

class AmountReader {
 public:
  AmountReader(const CatalogRow& row, const Site& site) : x_row(row), x_site(site) {}

  // Leaves `out` alone when the cell is empty.
  [[nodiscard]] CatalogCheck read(CatalogField field, int64_t& out) const {
    const CatalogCell& cell = x_row[field];
    if (cell.is_null) out = kNoMoney;
    if (cell.text.empty()) return std::nullopt;
    const Amount amount = split_amount(cell.text);
    Currency currency = x_site.currency;
    const std::string_view row_code = x_row[CatalogField::kCurrency].text;
    const std::string_view code = amount.currency.empty() ? row_code : amount.currency;
    const auto code_field = amount.currency.empty() ? CatalogField::kCurrency : field;
    if (!code.empty()) {
      const auto parsed = Currency::parse(code);
      if (!parsed) return CatalogRefusal{code_field, "is not an ISO 4217 code"};
      currency = *parsed;
    }
    const auto minor = parse_minor(amount.decimal, currency);
    if (!minor) return CatalogRefusal{field, "is not a decimal amount in range"};
    const bool may_be_negative = field == CatalogField::kMargin;
    if (*minor < 0 && !may_be_negative) return CatalogRefusal{field, "is negative"};
    const auto converted = convert(*minor, currency, x_site);
    if (!converted) {
      return converted.error().code == ErrorCode::kUnknownCurrency
                 ? CatalogRefusal{code_field, "has no exchange rate for this site"}
                 : CatalogRefusal{field, "is out of range in the site's currency"};
    }
    out = *converted;
    return std::nullopt;
  }

 private:
  const CatalogRow& x_row;
  const Site& x_site;
};

CatalogCheck read_cost(const CatalogRow& row, const AmountReader& amounts, Product& product) {
  if (const auto fault = amounts.read(CatalogField::kCost, product.cost)) return fault;
  int64_t margin = kNoMoney;
  if (const auto fault = amounts.read(CatalogField::kMargin, margin)) return fault;
  if (margin == kNoMoney) return std::nullopt;
  if (!row[CatalogField::kCost].text.empty()) {
    return CatalogRefusal{CatalogField::kMargin, "and a cost are too much; give one of them"};
  }
  if (product.price == kNoMoney) return CatalogRefusal{CatalogField::kMargin, "needs a price"};
  if (margin > product.price) {
    return CatalogRefusal{CatalogField::kMargin, "is more than the price"};
  }
  product.cost = product.price - margin;
  return std::nullopt;
}

}  // namespace

CatalogCheck read_product_prices(const CatalogRow& row, const Site& site, Product& product) {
  const AmountReader amounts(row, site);
  if (const std::string_view code = row[CatalogField::kCurrency].text;
      !code.empty() && !Currency::parse(code)) {
    return CatalogRefusal{CatalogField::kCurrency, "is not an ISO 4217 code"};
  }
  if (const auto fault = amounts.read(CatalogField::kPrice, product.price)) return fault;
  if (const auto fault = amounts.read(CatalogField::kListPrice, product.list_price)) return fault;
  int64_t sale_price = kNoMoney;
  if (const auto fault = amounts.read(CatalogField::kSalePrice, sale_price)) return fault;
  // Outside its dates a sale price would promise too much, so a dated one is not taken.
  if (sale_price != kNoMoney && row[CatalogField::kSaleDates].text.empty()) {
    if (product.price != kNoMoney) product.list_price = product.price;
    product.price = sale_price;
  }
  return read_cost(row, amounts, product);
}

}  // namespace rekindle::operators
