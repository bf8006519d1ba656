// Preset `rees46`: the REES46 "multi category store" behaviour files: one view, cart or purchase a
// row, time-ordered.
//
// view → view_item, cart → add_to_cart, remove_from_cart and purchase as they are; the visitor is
// user_id; one item of one piece whose category is category_code, else category_id; USD; a price
// that is blank or 0 is not known. There are no order ids: every purchase row is an order of its
// own. event_id is a hash of the whole row, so exact duplicate rows are duplicates of one event.
//
// Left out and counted: rows without a user (no_visitor), of another type, without a time or with
// an unreadable or negative price (bad_rows).
#pragma once

#include <memory>
#include <vector>

#include "cli/presets/csv.h"
#include "cli/presets/source_event.h"

namespace rekindle::cli {

class Rees46Source final : public EventSource {
 public:
  // Errors: kMalformedRequest when a column is missing, or the file's.
  [[nodiscard]] static Result<std::unique_ptr<EventSource>> make(std::unique_ptr<ByteSource> bytes);

  [[nodiscard]] bool next(SourceEvent& event) override;
  [[nodiscard]] const SourceCounts& counts() const override { return x_counts; }
  [[nodiscard]] const std::optional<Error>& error() const override { return x_csv.error(); }
  [[nodiscard]] double progress() const override { return x_bytes->progress(); }

 private:
  explicit Rees46Source(std::unique_ptr<ByteSource> bytes);
  bool read_row(SourceEvent& event);  // false: counted as bad
  [[nodiscard]] std::string row_hash();

  std::unique_ptr<ByteSource> x_bytes;
  CsvReader x_csv;
  std::vector<size_t> x_columns;
  std::string x_row;
  uint64_t x_unreadable = 0;  // rows that are whole, but hold no event
  SourceCounts x_counts;
};

}  // namespace rekindle::cli
