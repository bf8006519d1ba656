// Preset `uci`: the UCI "Online Retail" file (invoice lines of a UK gift shop), time-ordered.
//
// The lines of one invoice become one event at the time of its first line: `purchase`, or `refund`
// with positive amounts when the invoice number starts with C. order and event_id are the invoice
// number, the visitor is the customer number without ".0", prices are GBP, times are taken as UTC,
// value is the exact sum of quantity × price, the category is uci_category's. Invoices whose lines
// lie apart (one does) are joined while less than kInvoiceGap passes between its lines.
//
// Left out and counted: lines without a customer (no_visitor); lines that are no whole number of
// pieces above 0 (below 0 for refunds) or whose price is negative (unusable_lines); invoices of
// which nothing is left (empty_orders).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/presets/csv.h"
#include "cli/presets/source_event.h"

namespace rekindle::cli {

class UciSource final : public EventSource {
 public:
  // Errors: kMalformedRequest when a column is missing, or the file's.
  [[nodiscard]] static Result<std::unique_ptr<EventSource>> make(std::unique_ptr<ByteSource> bytes);

  [[nodiscard]] bool next(SourceEvent& event) override;
  [[nodiscard]] const SourceCounts& counts() const override { return x_counts; }
  [[nodiscard]] const std::optional<Error>& error() const override { return x_csv.error(); }
  [[nodiscard]] double progress() const override { return x_bytes->progress(); }

 private:
  struct Invoice {
    SourceEvent event;
    int64_t value_micros = 0;
    int64_t last_ms = 0;
  };
  static constexpr int64_t kInvoiceGapMs = 5 * 60 * 1'000;

  explicit UciSource(std::unique_ptr<ByteSource> bytes);
  void take_row();
  Invoice& invoice_of(std::string_view number, std::string_view customer, int64_t at_ms);
  bool finish(SourceEvent& event);  // the oldest open invoice; false when nothing is left of it

  std::unique_ptr<ByteSource> x_bytes;
  CsvReader x_csv;
  std::vector<size_t> x_columns;
  std::deque<Invoice> x_open;                          // in the order of their first lines
  size_t x_finished = 0;                               // invoices that left x_open
  std::unordered_map<std::string, size_t> x_place_of;  // open ones; place in x_open + x_finished
  std::string x_key;                                   // reused
  int64_t x_now_ms = 0;                                // of the newest line
  bool x_at_end = false;
  uint64_t x_unreadable = 0;  // rows that are whole, but hold no event
  SourceCounts x_counts;
};

}  // namespace rekindle::cli
