// A visitor's state as bytes in the state store. (Drawing: see visitor_format.cc's sections.)
//
//   1 byte version (1) · sections: [1 byte tag][varint length][content] …, ascending by tag,
//   empty sections left out. A reader skips unknown tags only of its own version.
//
// The same state always gives the same bytes, whatever history of calls led to it; `rekindle
// verify` and recovery depend on it. Golden bytes of every version stay in tests/core.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/visitor.h"

namespace rekindle {

inline constexpr uint8_t kVisitorFormatVersion = 1;

void encode_visitor(const Visitor& visitor, std::string& out);  // appends
// Sets all but `key`. Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<void> decode_visitor(std::string_view bytes, Visitor& visitor);
// The same for site, number, name, times and lifetime only; the other parts are left empty.
[[nodiscard]] Result<void> decode_totals(std::string_view bytes, Visitor& visitor);

}  // namespace rekindle
