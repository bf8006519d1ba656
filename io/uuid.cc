#include "io/uuid.h"

#include <sys/random.h>

#include <cstdint>

#include "core/assert.h"

namespace rekindle::io {

bool is_uuid(std::string_view text) {
  return text.size() == kUuidBytes &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

std::array<char, kUuidBytes> new_uuid() {
  std::array<uint8_t, 16> bytes{};
  RK_ASSERT(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  constexpr char kHex[] = "0123456789abcdef";
  std::array<char, kUuidBytes> text{};
  size_t at = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    text[at++] = kHex[bytes[i] >> 4];
    text[at++] = kHex[bytes[i] & 15];
  }
  return text;
}

}  // namespace rekindle::io
