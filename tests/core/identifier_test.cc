#include "core/identifier.h"

#include <gtest/gtest.h>

#include "core/sha256.h"

namespace rekindle {
namespace {

TEST(Identifier, AnAddressAndItsHashAreOneHoweverTheyAreWritten) {
  const auto plain = canonical_id(IdType::kEmail, "ann@shop.example");
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, sha256_hex("ann@shop.example"));
  EXPECT_EQ(canonical_id(IdType::kEmail, "  Ann@Shop.EXAMPLE\n"), plain);
  EXPECT_EQ(canonical_id(IdType::kEmail, *plain), plain);
  std::string upper = *plain;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(canonical_id(IdType::kEmail, upper), plain);
}

TEST(Identifier, ANumberIsItsDigits) {
  const auto plain = canonical_id(IdType::kPhone, "+442079460001");
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, sha256_hex("+442079460001"));
  EXPECT_EQ(canonical_id(IdType::kPhone, "00 44 (20) 7946-0001"), plain);
  EXPECT_EQ(canonical_id(IdType::kPhone, *plain), plain);
}

TEST(Identifier, WhatCannotBeSuchAnIdIsNone) {
  for (const char* text : {"", " ", "ann", "@", "ann@", "@shop.example"}) {
    EXPECT_FALSE(canonical_id(IdType::kEmail, text)) << text;
  }
  for (const char* text : {"", "call me", "123456", "1234567890123456"}) {
    EXPECT_FALSE(canonical_id(IdType::kPhone, text)) << text;
  }
  EXPECT_FALSE(canonical_id(IdType::kUser, " \t"));
  EXPECT_EQ(canonical_id(IdType::kUser, " U1 "), "U1");
  EXPECT_EQ(canonical_id(IdType::kVisitor, " a "), " a ");  // names are compared as they are
}

TEST(Identifier, PlaceholdersAreNobody) {
  for (const char* text :
       {"null", "NULL", " undefined ", "Anonymous", "0", "0000-0000", "-1", "[object Object]"}) {
    EXPECT_TRUE(is_placeholder(IdType::kUser, text)) << text;
  }
  for (const char* text : {"u1", "42", "00000001", "nullable"}) {
    EXPECT_FALSE(is_placeholder(IdType::kUser, text)) << text;
  }
  EXPECT_TRUE(is_placeholder(IdType::kDevice, "ababab-aaaa"));  // of three different letters
  EXPECT_FALSE(is_placeholder(IdType::kDevice, "abcd"));
  EXPECT_TRUE(is_placeholder(IdType::kPlatform, "idfa:00000000-0000-0000-0000-000000000000"));
  EXPECT_TRUE(is_placeholder(IdType::kPlatform, "idfa"));
  EXPECT_FALSE(is_placeholder(IdType::kPlatform, "idfa:6d92078a"));
}

TEST(Identifier, AKeyIsOfItsSecretSiteTypeAndValue) {
  const IdKey key = id_key("secret", SiteId{1}, IdType::kUser, "u1");
  EXPECT_EQ(key, id_key("secret", SiteId{1}, IdType::kUser, "u1"));
  EXPECT_NE(key, id_key("other", SiteId{1}, IdType::kUser, "u1"));
  EXPECT_NE(key, id_key("secret", SiteId{2}, IdType::kUser, "u1"));
  EXPECT_NE(key.high, id_key("secret", SiteId{1}, IdType::kEmail, "u1").high);
  EXPECT_NE(key, id_key("secret", SiteId{1}, IdType::kUser, "u2"));
  EXPECT_EQ(id_key("secret", SiteId{1}, IdType::kVisitor, "v"),
            id_key(visitor_key(SiteId{1}, "v")));
}

}  // namespace
}  // namespace rekindle
