// Reads the query string of GET /pixel.gif: one event with short names (docs/events.md).
//
//   s site · e type · v visitor · id event id · t at · st sent at · u url · r referrer
//   val value · cur currency · o order · c coupon · cs cm cn campaign source, medium, name
//   q query · ch channel · uid user
//   i  product~category~brand~price~quantity, repeated for more items, parts may be left out
//   pr ca br p n  the same for a single item: product, category, brand, price, quantity
//
// %XX is decoded and '+' is a space; a '%' without two hex digits stands for itself. The item's
// '~' are found before decoding, so a product with '~' is sent as %7E. Names not listed are
// ignored; of a repeated name (but `i`) the last one wins. Times are read by core/time_text.h.
//
// Called by the HTTP front door. Thread: one io thread. Owns: the decoded text, reused.
#pragma once

#include <string>
#include <string_view>

#include "io/intake.h"

namespace rekindle::io {

class PixelDecoder {
 public:
  // Gives the event, or its rejection, to `intake`. Allocates nothing once warm.
  void decode(std::string_view query_string, Intake& intake);

 private:
  Result<void> read(std::string_view query_string);  // into x_event
  Result<void> read_field(std::string_view name, std::string_view value, RawItem& single);
  Result<void> read_item(std::string_view value);
  std::string_view unescaped(std::string_view text);

  std::string x_text;  // what unescaped() returned views into; sized before the first
  RawEvent x_event;
};

}  // namespace rekindle::io
