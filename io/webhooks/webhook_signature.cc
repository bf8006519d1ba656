#include "io/webhooks/webhook_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/assert.h"

namespace rekindle::io {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kKeyBytesMin = 24;
constexpr size_t kKeyBytesMax = 64;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(const unsigned char* bytes, size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int written =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<size_t>(written));
  return text;
}

}  // namespace

Result<std::string> webhook_key(std::string_view secret) {
  const Error wrong{ErrorCode::kInvalidArgument,
                    "a secret is whsec_ and the Base64 of 24 to 64 bytes"};
  if (!secret.starts_with(kPrefix)) return wrong;
  secret.remove_prefix(kPrefix.size());
  if (secret.empty() || secret.size() % 4 != 0 || secret.size() > kKeyBytesMax * 2) return wrong;
  std::string key(secret.size() / 4 * 3, '\0');
  const int written = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                                      bytes_of(secret), static_cast<int>(secret.size()));
  if (written < 0) return wrong;
  key.resize(static_cast<size_t>(written) - (secret.ends_with("==")  ? 2
                                             : secret.ends_with("=") ? 1
                                                                     : 0));
  if (key.size() < kKeyBytesMin || key.size() > kKeyBytesMax) return wrong;
  return key;
}

std::string webhook_signature(std::span<const std::string> keys, WebhookStamp stamp,
                              std::string_view body) {
  std::string signed_text(stamp.id);
  signed_text.append(".").append(std::to_string(stamp.seconds)).append(".").append(body);
  std::string header;
  for (const std::string& key : keys) {
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    RK_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(signed_text),
                   signed_text.size(), code, &size) != nullptr);
    if (!header.empty()) header.push_back(' ');
    header.append("v1,").append(base64(code, size));
  }
  return header;
}

}  // namespace rekindle::io
