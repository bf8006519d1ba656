// The small parts of webhooks: addresses, signatures, what is kept of their progress.
#include <gtest/gtest.h>

#include "io/webhooks/webhook_progress.h"
#include "io/webhooks/webhook_signature.h"
#include "io/webhooks/webhook_url.h"

namespace rekindle::io {
namespace {

TEST(WebhookUrl, ReadsItsParts) {
  const auto plain = WebhookUrl::parse("http://crm.example.com").value();
  EXPECT_FALSE(plain.is_https);
  EXPECT_EQ(plain.host, "crm.example.com");
  EXPECT_EQ(plain.port, "80");
  EXPECT_EQ(plain.target, "/");
  EXPECT_EQ(plain.authority(), "crm.example.com");
  const auto full = WebhookUrl::parse("https://crm.example.com:8443/in/box?token=1").value();
  EXPECT_TRUE(full.is_https);
  EXPECT_EQ(full.port, "8443");
  EXPECT_EQ(full.target, "/in/box?token=1");
  EXPECT_EQ(full.shown(), "https://crm.example.com:8443/in/box");
  EXPECT_EQ(WebhookUrl::parse("https://x?y=1").value().target, "/?y=1");
  const auto six = WebhookUrl::parse("http://[::1]:90/").value();
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.authority(), "[::1]:90");
  EXPECT_EQ(WebhookUrl::parse("http://[::1]").value().port, "80");
}

TEST(WebhookUrl, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "crm.example.com", "ftp://x", "http://", "http:///path", "http://u:p@host/",
        "http://host:0/", "http://host:65536", "http://host:", "http://host:8x", "http://ho st/",
        "http://host/\r\nX: y", "http://host/#part", "http://[::1", "http://[::1]x",
        "http://:80"}) {
    EXPECT_FALSE(WebhookUrl::parse(text)) << text;
  }
}

// The example of the Standard Webhooks specification.
TEST(WebhookSignature, IsThatOfTheSpecification) {
  const auto key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key);
  const std::string keys[] = {*key, *key};
  const WebhookStamp stamp{"msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330};
  constexpr std::string_view kSigned = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  constexpr std::string_view kBody = R"({"test": 2432232314})";
  EXPECT_EQ(webhook_signature({keys, 1}, stamp, kBody), kSigned);
  EXPECT_EQ(webhook_signature(keys, stamp, kBody),
            std::string(kSigned).append(" ").append(kSigned));
}

TEST(WebhookSignature, RefusesBadSecretsWithoutShowingThem) {
  for (const std::string_view text :
       {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_c2hvcnQ=", "whsec_????????????????????????????????"}) {
    const auto key = webhook_key(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().detail.find("MfKQ"), std::string::npos);
  }
  EXPECT_EQ(webhook_key("whsec_" + std::string(86, 'A') + "==")->size(), 64u);
  EXPECT_FALSE(webhook_key("whsec_" + std::string(88, 'A')));
}

WebhookProgress sample_progress() {
  WebhookProgress progress{
      WebhookSending::kResync, ResyncReason::kGone, WallTime{1'700'000'000'123}, "vip,carted",
      ChangesCursor(2),        ChangesCursor(2)};
  progress.from.set(0, 7);
  progress.to.set(0, 300);
  progress.to.set(1, 1);
  return progress;
}

// Bytes that this release wrote. They must stay readable for ever.
TEST(WebhookProgress, WritesAndReadsItsGoldenBytes) {
  const std::string bytes = encode_progress(sample_progress());
  std::string hex;
  for (const char c : bytes) {
    constexpr char kHex[] = "0123456789abcdef";
    hex += kHex[static_cast<uint8_t>(c) >> 4];
    hex += kHex[static_cast<uint8_t>(c) & 15];
  }
  EXPECT_EQ(hex,
            "0102017b68e5cf8b0100000a7669702c63617274656401020700"
            "0102ac0201");
  EXPECT_EQ(decode_progress(bytes, 2).value(), sample_progress());
}

TEST(WebhookProgress, RefusesCutsDamageAndNewerBytes) {
  std::string bytes = encode_progress(sample_progress());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_progress(std::string_view(bytes).substr(0, size), 2)) << size;
  }
  EXPECT_FALSE(decode_progress(bytes + "x", 2));
  EXPECT_FALSE(decode_progress(bytes, 3));
  std::string bad = bytes;
  bad[1] = 3;
  EXPECT_EQ(decode_progress(bad, 2).error().code, ErrorCode::kCorruptRecord);
  bytes[0] = 2;
  EXPECT_EQ(decode_progress(bytes, 2).error().code, ErrorCode::kNewerVersion);
}

}  // namespace
}  // namespace rekindle::io
