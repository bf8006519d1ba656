#include "io/handover/sha256.h"

#include <gtest/gtest.h>

#include <thread>

namespace rekindle::io {
namespace {

TEST(Sha256, GivesThePublishedDigests) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
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
}  // namespace rekindle::io
