#include "io/hooks/hook_signature.h"

#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <absl/strings/string_view.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <optional>

#include "core/assert.h"
#include "core/limits.h"

namespace rekindle::io {
namespace {

constexpr size_t kCodeBytes = 32;

absl::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

Error refused(const char* why) {
  return {ErrorCode::kInvalidArgument, why};
}

std::string code_of(std::string_view key, std::string_view text) {
  std::string code(kCodeBytes, '\0');
  unsigned size = 0;
  RK_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                 reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                 reinterpret_cast<unsigned char*>(code.data()), &size) != nullptr);
  RK_ASSERT(size == kCodeBytes);
  return code;
}

// The 32 bytes of a signature, as 64 hexadecimal digits or in Base64; nothing when it is neither.
std::optional<std::string> bytes_of(std::string_view text) {
  std::string bytes;
  if (text.size() == 2 * kCodeBytes) {
    for (size_t i = 0; i < text.size(); i += 2) {
      const int high = hex_digit(text[i]);
      const int low = hex_digit(text[i + 1]);
      if (high < 0 || low < 0) return std::nullopt;
      bytes.push_back(static_cast<char>(high * 16 + low));
    }
    return bytes;
  }
  if (!absl::Base64Unescape(view(text), &bytes) || bytes.size() != kCodeBytes) return std::nullopt;
  return bytes;
}

// How long it takes does not tell how much of it was right.
bool is_signed(const HookConfig& config, std::string_view signature, std::string_view text) {
  const auto given = bytes_of(signature);
  if (!given) return false;
  bool fits = false;
  for (const std::string& key : config.secrets) {
    fits |= CRYPTO_memcmp(given->data(), code_of(key, text).data(), kCodeBytes) == 0;
  }
  return fits;
}

// Calls `use` with each part of a list, at most limits::kHookSignaturesMax.
template <typename Use>
void each_part(std::string_view list, char separator, const Use& use) {
  for (size_t i = 0; i < limits::kHookSignaturesMax && !list.empty(); ++i) {
    const size_t end = list.find(separator);
    std::string_view part = list.substr(0, end);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    use(part);
    if (end == std::string_view::npos) return;
    list.remove_prefix(end + 1);
  }
}

Result<void> check_time(const HookConfig& config, std::string_view text, WallTime now) {
  int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_time = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() &&
                       seconds >= 0 && seconds <= kEventTimeMax.ms / 1'000;
  if (!is_time) return refused("the signed time is missing or no number of seconds");
  const int64_t off = now.ms - seconds * 1'000;
  if (off > config.tolerance.ms || off < -config.tolerance.ms) {
    return refused("the signed time is too far from now");
  }
  return {};
}

Result<std::string> verify_standard(const HookConfig& config, const HeaderFields& headers,
                                    std::string_view body, WallTime now) {
  const std::string_view id = header_value(headers, "webhook-id");
  const std::string_view time = header_value(headers, "webhook-timestamp");
  if (id.empty() || id.size() > limits::kIdBytesMax) return refused("webhook-id is missing");
  if (auto checked = check_time(config, time, now); !checked) return checked.error();
  std::string text(id);
  text.append(".").append(time).append(".").append(body);
  bool fits = false;
  each_part(header_value(headers, "webhook-signature"), ' ', [&](std::string_view part) {
    if (part.starts_with("v1,")) fits |= is_signed(config, part.substr(3), text);
  });
  if (!fits) return refused("no signature fits");
  return std::string(id);
}

Result<std::string> verify_timestamped(const HookConfig& config, std::string_view header,
                                       std::string_view body, WallTime now) {
  std::string_view time;
  each_part(header, ',', [&](std::string_view part) {
    if (part.starts_with("t=")) time = part.substr(2);
  });
  if (auto checked = check_time(config, time, now); !checked) return checked.error();
  std::string text(time);
  text.append(".").append(body);
  std::string name;
  each_part(header, ',', [&](std::string_view part) {
    if (part.starts_with("v1=") && is_signed(config, part.substr(3), text)) name = part.substr(3);
  });
  if (name.empty()) return refused("no signature fits");
  return name;
}

Result<std::string> verify_body(const HookConfig& config, std::string_view header,
                                std::string_view body) {
  if (header.starts_with("sha256=")) header.remove_prefix(7);
  if (!is_signed(config, header, body)) return refused("the signature does not fit");
  return std::string(header);
}

}  // namespace

std::string_view header_value(const HeaderFields& headers, std::string_view name) {
  for (const auto& [known, value] : headers) {
    if (absl::EqualsIgnoreCase(view(known), view(name))) return value;
  }
  return {};
}

Result<std::string> verify_hook(const HookConfig& config, const HeaderFields& headers,
                                std::string_view body, WallTime now) {
  if (config.signing == HookSigning::kStandard) {
    return verify_standard(config, headers, body, now);
  }
  const std::string_view header = header_value(headers, config.header);
  if (header.empty()) return refused("the header with the signature is missing");
  if (config.signing == HookSigning::kTimestamped) {
    return verify_timestamped(config, header, body, now);
  }
  return verify_body(config, header, body);
}

}  // namespace rekindle::io
