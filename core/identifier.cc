#include "core/identifier.h"

#include <algorithm>
#include <array>

#include "core/bytes.h"
#include "core/sha256.h"

namespace rekindle {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::array kPlaceholders = {
    std::string_view("null"),      std::string_view("(null)"),
    std::string_view("nil"),       std::string_view("none"),
    std::string_view("undefined"), std::string_view("anonymous"),
    std::string_view("nan"),       std::string_view("[object object]"),
    std::string_view("unknown"),   std::string_view("true"),
    std::string_view("guest"),     std::string_view("not set"),
    std::string_view("n/a"),       std::string_view("(not set)"),
    std::string_view("false"),     std::string_view("na"),
    std::string_view("-1"),        std::string_view("{}"),
    std::string_view("[]")};
constexpr size_t kThingLettersMin = 4;
constexpr size_t kHashDigits = 64;
constexpr size_t kPhoneDigitsMin = 7;
constexpr size_t kPhoneDigitsMax = 15;

std::string_view trimmed(std::string_view value) {
  const size_t begin = value.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return value.substr(begin, value.find_last_not_of(kBlanks) - begin + 1);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hash(std::string_view folded) {
  return folded.size() == kHashDigits && std::all_of(folded.begin(), folded.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

std::optional<std::string> canonical_phone(std::string_view value) {
  std::string digits(1, '+');
  for (const char c : value) {
    if (is_digit(c)) digits.push_back(c);
  }
  if (digits.starts_with("+00")) digits.erase(1, 2);
  if (digits.size() <= kPhoneDigitsMin || digits.size() > kPhoneDigitsMax + 1) return std::nullopt;
  return sha256_hex(digits);
}

size_t different_letters(std::string_view text) {
  std::array<bool, 256> seen{};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = true;
  return static_cast<size_t>(std::count(seen.begin(), seen.end(), true));
}

}  // namespace

std::string folded(std::string_view value) {
  std::string lower(trimmed(value));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<std::string> canonical_id(IdType type, std::string_view value) {
  if (type == IdType::kVisitor) return std::string(value);  // names are compared as they are
  const std::string_view plain = trimmed(value);
  if (plain.empty()) return std::nullopt;
  if (type != IdType::kEmail && type != IdType::kPhone) return std::string(plain);
  std::string lower = folded(plain);
  if (is_hash(lower)) return lower;
  if (type == IdType::kPhone) return canonical_phone(lower);
  const size_t at = lower.find('@');
  if (at == 0 || at == std::string::npos || at + 1 == lower.size()) return std::nullopt;
  return sha256_hex(lower);
}

bool is_placeholder(IdType type, std::string_view value) {
  const std::string lower = folded(value);
  if (std::find(kPlaceholders.begin(), kPlaceholders.end(), lower) != kPlaceholders.end()) {
    return true;
  }
  if (lower.find_first_not_of("0-") == std::string::npos) return true;
  if (type == IdType::kPlatform) {  // NAME:VALUE
    const size_t colon = lower.find(':');
    return colon == std::string::npos ||
           is_placeholder(IdType::kDevice, std::string_view(lower).substr(colon + 1));
  }
  return is_weak(type) && different_letters(lower) < kThingLettersMin;
}

IdKey id_key(std::string_view secret, SiteId site, IdType type, std::string_view canonical) {
  if (type == IdType::kVisitor) return id_key(visitor_key(site, canonical));
  std::string text;
  ByteWriter writer(text);
  writer.fixed(site);
  writer.fixed(type);
  writer.raw(canonical);
  const Sha256 hash = hmac_sha256(secret, text);
  const char* const bytes = reinterpret_cast<const char*>(hash.data());
  return {type, read_big_endian<uint64_t>(bytes), read_big_endian<uint64_t>(bytes + 8)};
}

}  // namespace rekindle
