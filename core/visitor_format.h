// A visitor's state as bytes in the state store. (Drawing: see visitor_format.cc's sections.)
//
//   whole:     1 byte version (1) · sections: [1 byte tag][varint length][content] …, ascending by
//              tag, empty sections left out. A reader skips unknown tags only of its own version.
//   appended:  1 byte 0 · sections: what events added to the lists, and all that is in no list,
//              anew; any number of these follow a whole
//
// The same state always gives the same whole bytes, whatever history of calls led to it; `rekindle
// verify` and recovery depend on it. Golden bytes of every version stay in tests/core.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/visitor.h"

namespace rekindle {

inline constexpr uint8_t kVisitorFormatVersion = 1;

// What was read: bytes of the whole, bytes that were appended to it, and how many times.
struct StoredBytes {
  size_t whole = 0;
  size_t appended = 0;
  size_t appends = 0;
};

void encode_visitor(const Visitor& visitor, std::string& out);  // appends
// What makes bytes of the visitor as it was into bytes of it as it is, put behind them. The lists
// grew by `additions` since, each of them core/event_addition.h's.
void encode_appended(const Visitor& visitor, std::string_view additions, std::string& out);
// Sets all but `key`. Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<StoredBytes> decode_visitor(std::string_view bytes, Visitor& visitor);
// The bytes as they would be had nothing been appended. Errors: as decode_visitor's.
[[nodiscard]] Result<std::string> written_whole(std::string_view bytes);
// decode_visitor() for site, number, name, times and lifetime only; the other parts are left empty.
[[nodiscard]] Result<StoredBytes> decode_totals(std::string_view bytes, Visitor& visitor);

}  // namespace rekindle
