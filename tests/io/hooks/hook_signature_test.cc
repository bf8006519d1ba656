// Signatures made elsewhere (Python's hmac; the first is the specification's own example).
#include "io/hooks/hook_signature.h"

#include <gtest/gtest.h>

#include "io/webhooks/webhook_signature.h"

namespace rekindle::testing {
namespace {

using io::HeaderFields;
using io::HookSigning;

constexpr WallTime kThen{1'614'265'330'000};
constexpr std::string_view kBody = R"({"test": 2432232314})";
constexpr std::string_view kGood = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

io::HookConfig standard() {
  io::HookConfig config;
  config.secrets = {io::webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value()};
  return config;
}

HeaderFields headers(std::string_view signature, std::string_view time = "1614265330") {
  return {{"Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
          {"webhook-timestamp", time},
          {"WEBHOOK-SIGNATURE", signature}};
}

std::string fault_of(const Result<std::string>& verified) {
  return verified ? "" : verified.error().detail;
}

TEST(HookSignature, FollowsStandardWebhooks) {
  const auto config = standard();
  const auto name = io::verify_hook(config, headers(kGood), kBody, kThen);
  ASSERT_TRUE(name) << name.error().detail;
  EXPECT_EQ("msg_p5jXN8AQM9LWM0D4loKWxJek", *name);
  const std::string among = "v1a,xyz v1,AAAA " + std::string(kGood) + " v2,b";
  EXPECT_TRUE(io::verify_hook(config, headers(among), kBody, kThen));
}

TEST(HookSignature, RefusesAnythingElse) {
  const auto config = standard();
  std::string wrong(kGood);
  wrong[5] = wrong[5] == 'M' ? 'N' : 'M';
  for (const std::string_view signature :
       {std::string_view(wrong), std::string_view(""), kGood.substr(3), std::string_view("v1,"),
        kGood.substr(0, 20), std::string_view("v1,====")}) {
    EXPECT_EQ("no signature fits",
              fault_of(io::verify_hook(config, headers(signature), kBody, kThen)))
        << signature;
  }
  EXPECT_EQ("no signature fits",
            fault_of(io::verify_hook(config, headers(kGood), R"({"test": 1})", kThen)));
  EXPECT_FALSE(io::verify_hook(config, {}, kBody, kThen));
  io::HookConfig other = config;
  other.secrets = {"another key"};
  EXPECT_FALSE(io::verify_hook(other, headers(kGood), kBody, kThen));
  other.secrets.push_back(config.secrets[0]);  // while a secret is rotated both are good
  EXPECT_TRUE(io::verify_hook(other, headers(kGood), kBody, kThen));
}

TEST(HookSignature, RefusesWhatIsTooOldOrTooNew) {
  const auto config = standard();
  const auto at = [&](Duration off) {
    return fault_of(io::verify_hook(config, headers(kGood), kBody, kThen + off));
  };
  EXPECT_EQ("", at(minutes(5)));
  EXPECT_EQ("", at({-minutes(5).ms}));
  EXPECT_EQ("the signed time is too far from now", at(minutes(5) + milliseconds(1)));
  EXPECT_EQ("the signed time is too far from now", at({-minutes(5).ms - 1}));
  for (const std::string_view time : {"", "x", "1614265330.5", "-1", "99999999999999999999"}) {
    EXPECT_EQ("the signed time is missing or no number of seconds",
              fault_of(io::verify_hook(config, headers(kGood, time), kBody, kThen)))
        << time;
  }
}

TEST(HookSignature, ReadsOneHeaderWithTimeAndSignatures) {
  io::HookConfig config;
  config.signing = HookSigning::kTimestamped;
  config.header = "X-Signature";
  config.secrets = {"secret one"};
  constexpr WallTime kNow{1'700'000'000'000};
  constexpr std::string_view kOpens =
      R"([{"event":"open","id":"e1","timestamp":1700000000,"who":{"id":"ann"},"campaign":"May"}])";
  const auto verify = [&](std::string_view header, WallTime now) {
    return io::verify_hook(config, {{"x-signature", header}}, kOpens, now);
  };
  const std::string good =
      "t=1700000000,v0=1, v1=214f1f10a4fc0038456a93f54650f2d91972e2a63c6c3349c7653abf40ef333d";
  EXPECT_TRUE(verify(good, kNow)) << fault_of(verify(good, kNow));
  EXPECT_FALSE(verify(good, kNow + hours(1)));
  EXPECT_FALSE(verify("t=1700000001" + good.substr(12), kNow));  // another time than was signed
  EXPECT_FALSE(verify("v1=214f1f10a4fc0038456a93f54650f2d91972e2a63c6c3349c7653abf40ef333d", kNow));
  EXPECT_FALSE(verify("", kNow));
}

TEST(HookSignature, ReadsASignatureOfTheBodyAlone) {
  io::HookConfig config;
  config.signing = HookSigning::kBody;
  config.header = "X-Hub-Signature-256";
  config.secrets = {"secret one"};
  const auto verify = [&](std::string_view header) {
    return io::verify_hook(config, {{"X-Hub-Signature-256", header}}, "{}", WallTime{0});
  };
  for (const std::string_view good :
       {"ce292d45cb0f16416d4f86da563be8d6c01255859090e312fe7b35fcb6a003e2",
        "sha256=ce292d45cb0f16416d4f86da563be8d6c01255859090e312fe7b35fcb6a003e2",
        "ziktRcsPFkFtT4baVjvo1sASVYWQkOMS/ns1/LagA+I="}) {
    EXPECT_TRUE(verify(good)) << good;
  }
  EXPECT_FALSE(verify("sha256=ce292d45cb0f16416d4f86da563be8d6c01255859090e312fe7b35fcb6a003e20"));
  EXPECT_FALSE(verify("sha256=" + std::string(64, '0')));
  EXPECT_FALSE(verify("sha1=ce292d45cb0f16416d4f86da563be8d6c01255859090e312fe7b35fcb6a003e2"));
}

}  // namespace
}  // namespace rekindle::testing
