#include "io/consent/tcf_string.h"

namespace rekindle::io {
namespace {

constexpr size_t kPurposesAt = 152;  // in bits
constexpr size_t kBitsPerDigit = 6;
constexpr size_t kCoreBitsMin = 213;  // up to the vendors, which every core segment has
constexpr int kVersion = 2;

// −1: no digit of base64url.
int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool bit_at(std::string_view digits, size_t bit) {
  const int value = digit(digits[bit / kBitsPerDigit]);
  return (value >> (kBitsPerDigit - 1 - bit % kBitsPerDigit) & 1) != 0;
}

Error no_string(const char* why) {
  return {ErrorCode::kInvalidArgument, std::string("not a TC string: ") + why};
}

}  // namespace

Result<std::bitset<kTcfPurposes>> tcf_consents(std::string_view tc_string) {
  const std::string_view core = tc_string.substr(0, tc_string.find('.'));
  if (core.size() * kBitsPerDigit < kCoreBitsMin) return no_string("too short");
  for (const char c : core) {
    if (digit(c) < 0) return no_string("not base64url");
  }
  if (digit(core[0]) != kVersion) return no_string("not version 2");
  std::bitset<kTcfPurposes> consents;
  for (size_t i = 0; i < kTcfPurposes; ++i) consents[i] = bit_at(core, kPurposesAt + i);
  return consents;
}

}  // namespace rekindle::io
