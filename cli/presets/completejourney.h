// Preset `completejourney`: the transactions of "The Complete Journey" (a grocer's households), as
// the R package writes them.
//
// The rows of one basket become one `purchase` by the household at the basket's time: order and
// event_id are the basket, value is the exact sum of sales_value, an item's price is sales_value ÷
// quantity rounded to cents, coupon is "yes" when a coupon was used; USD. When products.csv lies
// beside the file, the items have its product_category and brand. Times are taken as UTC. Baskets
// are not consecutive in the file, so all of it is read into memory and sorted by time when the
// first event is asked for. Ids that the export wrote with an exponent (9e+05) are written out.
//
// Left out and counted: rows without a household (no_visitor), without a number or time where one
// must be (bad_rows); rows of no pieces are counted (unusable_lines) and only add to the value.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/presets/csv.h"
#include "cli/presets/source_event.h"

namespace rekindle::cli {

class CompleteJourneySource final : public EventSource {
 public:
  // `products` may be null. Errors: kMalformedRequest when a column is missing, or the files'.
  [[nodiscard]] static Result<std::unique_ptr<EventSource>> make(
      std::unique_ptr<ByteSource> transactions, std::unique_ptr<ByteSource> products);

  [[nodiscard]] bool next(SourceEvent& event) override;
  [[nodiscard]] const SourceCounts& counts() const override { return x_counts; }
  [[nodiscard]] const std::optional<Error>& error() const override { return x_csv.error(); }
  [[nodiscard]] double progress() const override;

 private:
  struct Basket {
    SourceEvent event;
    int64_t value_micros = 0;
  };
  struct Product {
    std::string category;
    std::string brand;
  };

  explicit CompleteJourneySource(std::unique_ptr<ByteSource> bytes);
  Result<void> read_products(ByteSource& bytes);
  void read_transactions();
  bool take_row();  // false: unreadable
  void add_line(Basket& basket, int64_t quantity, int64_t sales_micros);

  std::unique_ptr<ByteSource> x_bytes;
  CsvReader x_csv;
  std::vector<size_t> x_columns;
  std::unordered_map<std::string, Product> x_products;
  std::unordered_map<std::string, size_t> x_basket_of;  // basket id → place in x_baskets
  std::vector<Basket> x_baskets;
  size_t x_next = 0;
  bool x_is_read = false;
  SourceCounts x_counts;
};

}  // namespace rekindle::cli
