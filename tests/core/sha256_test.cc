#include "core/sha256.h"

#include <gtest/gtest.h>

#include <thread>

namespace rekindle {
namespace {

TEST(Sha256, GivesThePublishedDigests) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, GivesThePublishedKeyedDigests) {  // RFC 4231, cases 2 and 1
  const auto hex = [](const Sha256& bytes) {
    std::string text;
    for (const unsigned char byte : bytes) {
      text.push_back("0123456789abcdef"[byte >> 4]);
      text.push_back("0123456789abcdef"[byte & 15]);
    }
    return text;
  };
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_NE(random_key(), random_key());
}

TEST(Sha256, KeepsNothingOfWhatItHashedBefore) {
  const std::string once = sha256_hex("abc");
  static_cast<void>(sha256_hex("something else"));
  EXPECT_EQ(sha256_hex("abc"), once);
}

TEST(Sha256, IsTheSameInEveryThread) {
  std::string there;
  std::thread([&] { there = sha256_hex("abc"); }).join();
  EXPECT_EQ(there, sha256_hex("abc"));
}

}  // namespace
}  // namespace rekindle
