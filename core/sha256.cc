#include "core/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <memory>

#include "core/assert.h"

namespace rekindle {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeDigest {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};

// Fetching the algorithm costs more than hashing an e-mail address, so it is done once.
struct Hasher {
  std::unique_ptr<EVP_MD, FreeDigest> digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Hasher& hasher() {
  thread_local Hasher hasher;
  RK_ASSERT(hasher.digest != nullptr && hasher.context != nullptr);  // OpenSSL without SHA-256
  return hasher;
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  Hasher& own = hasher();
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  RK_ASSERT(EVP_DigestInit_ex(own.context.get(), own.digest.get(), nullptr) == 1);
  RK_ASSERT(EVP_DigestUpdate(own.context.get(), text.data(), text.size()) == 1);
  RK_ASSERT(EVP_DigestFinal_ex(own.context.get(), bytes, &size) == 1);
  RK_ASSERT(size == 32);

  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(64);
  for (unsigned i = 0; i < size; ++i) {
    hex.push_back(kHex[bytes[i] >> 4]);
    hex.push_back(kHex[bytes[i] & 15]);
  }
  return hex;
}

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
  Sha256 out{};
  unsigned size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* const done =
      HMAC(hasher().digest.get(), key.data(), static_cast<int>(key.size()), bytes, text.size(),
           out.data(), &size);
  RK_ASSERT(done != nullptr && size == out.size());
  return out;
}

Sha256 random_key() {
  Sha256 key{};
  RK_ASSERT(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1);
  return key;
}

}  // namespace rekindle
