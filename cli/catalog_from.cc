#include "cli/catalog_from.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/exit_code.h"
#include "cli/presets/csv.h"
#include "cli/presets/decimal.h"
#include "cli/presets/input_file.h"
#include "cli/presets/uci_category.h"

namespace rekindle::cli {
namespace {

struct SeenProduct {
  std::map<std::string, uint32_t, std::less<>> titles;  // how often each was written
  std::string price;                                    // the last one above 0
};
using SeenProducts = std::map<std::string, SeenProduct, std::less<>>;

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Result<SeenProducts> read_products(const std::string& path) {
  auto file = open_input_file(path);
  if (!file) return file.error();
  CsvReader csv(**file);
  if (auto header = csv.read_header(); !header) return header.error();
  const auto columns = csv.columns({"StockCode", "Description", "UnitPrice"});
  if (!columns) return columns.error();
  SeenProducts products;
  while (csv.next()) {
    const std::string_view code = csv.field((*columns)[0]);
    const std::string_view title = trimmed(csv.field((*columns)[1]));
    const auto price = parse_micros(csv.field((*columns)[2]));
    if (code.empty() || title.empty() || !price || *price <= 0) continue;
    SeenProduct& product = products[std::string(code)];
    ++product.titles[std::string(title)];
    product.price = format_micros(*price);
  }
  if (csv.error()) return *csv.error();
  return products;
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? "\"\"" : std::string(1, c));
  return out + '"';
}

int run_catalog_from(const std::string& path) {
  const auto products = read_products(path);
  if (!products) {
    fmt::print(stderr, "rekindle catalog-from: {}\n", to_string(products.error()));
    return exit_code_of(products.error().code);
  }
  fmt::print("product,title,category,price,stock\n");
  for (const auto& [code, product] : *products) {
    const auto title =
        std::max_element(product.titles.begin(), product.titles.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::string_view category = uci_category(code, title->first);
    if (category == "service") continue;  // postage and bank charges are nothing to offer
    fmt::print("{},{},{},{},\n", csv_cell(code), csv_cell(title->first), csv_cell(category),
               product.price);
  }
  return kExitOk;
}

}  // namespace

void add_catalog_from_command(CommandLine& line) {
  auto path = std::make_shared<std::string>();
  Command command = line.add(
      "catalog-from", "Derive a catalogue (CSV) from order lines in the layout of preset uci");
  command.option("file", *path, "CSV with StockCode, Description and UnitPrice; also .zst")
      .required();
  command.footer(
      "For every stock code: its most frequent description, the category the replay preset gives\n"
      "it, and the last price above 0. Codes that are no product (postage, fees) are left out.\n\n"
      "Example:\n"
      "  rekindle catalog-from data/uci_online_retail.csv.zst > data/uci_catalog.csv");
  command.runs([path] { return run_catalog_from(*path); });
}

}  // namespace rekindle::cli
