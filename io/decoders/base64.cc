#include "io/decoders/base64.h"

#include <array>
#include <cstdint>

namespace rekindle::io {
namespace {

constexpr uint8_t kNoDigit = 255;

constexpr std::array<uint8_t, 256> kDigits = [] {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  digits['-'] = digits['+'];
  digits['_'] = digits['/'];
  digits[' '] = digits['+'];
  return digits;
}();

}  // namespace

std::optional<std::string_view> decode_base64(std::string_view text, TextArena& arena) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  const size_t asked = text.size() / 4 * 3 + 3;
  char* const out = arena.room(asked);
  size_t size = 0;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const uint8_t digit = kDigits[static_cast<uint8_t>(c)];
    if (digit == kNoDigit) return std::nullopt;
    bits = bits << 6 | digit;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out[size++] = static_cast<char>(bits >> count & 0xff);
  }
  arena.shrink(asked, size);
  return std::string_view(out, size);
}

}  // namespace rekindle::io
