// An event read from a file, with its own strings, and where such events come from. Used by
// `rekindle replay`: it shifts `at_ms`, then sends to_json() to a server or to_raw() to an intake.
//
// Thread: one; a source is read by whoever made it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "io/intake.h"

namespace rekindle::cli {

struct SourceItem {
  std::string product;
  std::string category;
  std::string brand;
  std::string price;  // plain decimal, major units; empty: not known
  int64_t quantity = 1;
};

struct SourceEvent {
  int64_t at_ms = 0;
  std::string site;  // empty: the receiver's default
  std::string visitor;
  std::string event_id;
  std::string type;
  std::string value;  // plain decimal, major units; empty: not known
  std::string currency;
  std::string order;
  std::string coupon;
  std::string user;
  std::string url;
  std::string referrer;
  std::string campaign_source;
  std::string campaign_medium;
  std::string campaign_name;
  std::string query;
  std::string channel;
  std::string consent;   // raw JSON
  std::string props;     // raw JSON
  std::string decision;  // of offer_* events: what they answer
  std::string offer;
  std::vector<SourceItem> items;

  // Appends the canonical JSON of docs/events.md on one line, without a line end.
  void to_json(std::string& out) const;
  // Makes `raw` a view of this event.
  void to_raw(io::RawEvent& raw) const;
};

// What reading met. A row that is not counted below became (part of) an event.
struct SourceCounts {
  uint64_t rows = 0;            // data rows or lines read, empty ones not included
  uint64_t events = 0;          // given out by next()
  uint64_t bad_rows = 0;        // columns missing, no time, no number, broken quotes, not JSON
  uint64_t no_visitor = 0;      // rows that name nobody
  uint64_t unusable_lines = 0;  // order lines without a positive quantity or with a negative price
  uint64_t empty_orders = 0;    // orders that no usable line was left of
  // Those that are not 0, with their names.
  [[nodiscard]] std::vector<std::pair<std::string_view, uint64_t>> listed() const;
};

class EventSource {
 public:
  virtual ~EventSource() = default;
  // The next event, or false at the end or after a failure: see error().
  [[nodiscard]] virtual bool next(SourceEvent& event) = 0;
  [[nodiscard]] virtual const SourceCounts& counts() const = 0;
  // Why reading stopped early: kBrokenCompression, kStoreFailed (an I/O failure).
  [[nodiscard]] virtual const std::optional<Error>& error() const = 0;
  // How much of the file was read, 0 … 1.
  [[nodiscard]] virtual double progress() const = 0;
};

// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string_view text, std::string& out);

}  // namespace rekindle::cli
