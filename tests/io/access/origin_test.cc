#include "io/access/origin.h"

#include <gtest/gtest.h>

#include "io/access/access_config.h"

namespace rekindle::io {
namespace {

TEST(Origin, MatchesItselfAndNothingThatLooksLikeIt) {
  EXPECT_TRUE(origin_matches("https://shop.example", "https://shop.example"));
  for (const char* other :
       {"http://shop.example", "https://shop.example:8443", "https://shop.example.evil.example",
        "https://evilshop.example", "https://shop.example/", "null", "", "https://www.shop.example",
        "https://shop.example@evil.example"}) {
    EXPECT_FALSE(origin_matches("https://shop.example", other)) << other;
  }
}

TEST(Origin, LetsAStarStandForHostsBelow) {
  const char* const pattern = "https://*.shop.example";
  EXPECT_TRUE(origin_matches(pattern, "https://www.shop.example"));
  EXPECT_TRUE(origin_matches(pattern, "https://a.b.shop.example"));
  for (const char* other :
       {"https://shop.example", "https://.shop.example", "https://evilshop.example",
        "http://www.shop.example", "https://www.shop.example:8443", "https://a/.shop.example",
        "https://u@a.shop.example", "https://a:1.shop.example", "https://A.shop.example",
        "https://www.shop.example.evil.example"}) {
    EXPECT_FALSE(origin_matches(pattern, other)) << other;
  }
  EXPECT_TRUE(origin_matches("http://*.local:3000", "http://a.local:3000"));
  EXPECT_FALSE(origin_matches("http://*.local:3000", "http://a.local"));
}

TEST(Origin, IsFoundInAReferer) {
  EXPECT_EQ("https://shop.example", origin_of("https://shop.example/cart?x=1"));
  EXPECT_EQ("https://shop.example:8443", origin_of("https://shop.example:8443"));
  EXPECT_EQ("https://shop.example", origin_of("https://shop.example?x=https://evil.example"));
  EXPECT_EQ("", origin_of("nonsense"));
}

TEST(Origin, IsNeverEchoedWhenItIsNone) {
  EXPECT_TRUE(is_origin("https://shop.example"));
  EXPECT_TRUE(is_origin("null"));
  EXPECT_FALSE(is_origin(""));
  EXPECT_FALSE(is_origin("https://a b"));
  EXPECT_FALSE(is_origin("https://\xc3\xa4.example"));
  EXPECT_FALSE(is_origin(std::string(10'000, 'a')));
}

TEST(Origin, PatternsAreChecked) {
  for (const char* good : {"https://shop.example", "http://localhost:3000", "https://*.a-b.example",
                           "https://127.0.0.1:8443"}) {
    EXPECT_TRUE(is_origin_pattern(good)) << good;
  }
  for (const char* bad : {"shop.example", "https://", "https://*", "https://*.", "ftp://a.example",
                          "https://shop.example/", "https://Shop.example", "*",
                          "https://a.*.example", "https://a.example:", "https://a.example:123456",
                          "https://a.example:8x", "https://.a.example", "null"}) {
    EXPECT_FALSE(is_origin_pattern(bad)) << bad;
  }
}

}  // namespace
}  // namespace rekindle::io
