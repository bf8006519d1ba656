// Reads one on-demand JSON object into a RawEvent. Used by json_events.cc only, because this header
// pulls in simdjson.
//
// Every value is visited, known or not, so an object that was read is JSON throughout. A fault of
// the event (a wrong type, a number that is no amount) does not stop reading: the first one is kept
// and the rest of the object is still visited, so that the next object can be read.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "io/decoders/json_walk.h"
#include "io/intake.h"

namespace rekindle::io {

class JsonEventReader {
 public:
  // Errors: the document is not JSON from here on. SUCCESS does not mean a good event: see fault().
  [[nodiscard]] simdjson::error_code read(ondemand::object object, RawEvent& event);
  // The event's own first fault, if any. Valid until the next read().
  [[nodiscard]] std::optional<Error>& fault() { return x_fault; }

 private:
  using Code = simdjson::error_code;
  struct Rule;
  static const Rule* rule_of(std::string_view key);

  Code read_field(const Rule& rule, ondemand::value value, RawEvent& event);
  Code read_text(ondemand::value value, bool numbers_too, std::string_view name,
                 std::string_view& out);
  Code read_money(ondemand::value value, std::string_view name, std::string_view& out);
  Code read_time(ondemand::value value, std::string_view name, std::optional<int64_t>& out);
  Code read_quantity(ondemand::value value, int64_t& out);
  Code read_raw(ondemand::value value, std::string_view name, std::string_view& out);
  Code read_campaign(ondemand::value value, RawEvent& event);
  Code read_items(ondemand::value value, RawEvent& event);
  Code read_item(ondemand::object object, RawItem& item);
  Code pass_over(ondemand::value value);
  Code pass_null(ondemand::value value);
  Code refuse(ondemand::value value, std::string_view name);  // kWrongType
  void fail(ErrorCode code, std::string_view name);

  std::optional<Error> x_fault;
  std::deque<std::string> x_expanded;  // amounts that were written with an exponent
};

}  // namespace rekindle::io
