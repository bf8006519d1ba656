// Any bytes: decoding refuses them or gives a visitor whose encoding is stable.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/visitor_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rekindle;
  Visitor visitor;
  if (!decode_visitor({reinterpret_cast<const char*>(data), size}, visitor)) return 0;
  std::string bytes;
  encode_visitor(visitor, bytes);
  Visitor again;
  RK_ASSERT(decode_visitor(bytes, again).has_value());
  std::string bytes_again;
  encode_visitor(again, bytes_again);
  RK_ASSERT(bytes == bytes_again);
  return 0;
}
