// What must hold for any input: normalising twice is normalising once, a hash stays what it is.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>

#include "core/sha256.h"
#include "io/handover/normalise.h"

namespace rekindle::io {
namespace {

constexpr int kRounds = 20'000;

// Text that is now and then nearly right: pieces of each field's alphabet glued together.
class Texts {
 public:
  std::string next() {
    static const std::string kPieces[] = {
        "a",          "B",         "Z",          "é",     "Ł",      "ß",      "İ",   "王",
        "\u0301",     "'",         "-",          " ",     "\t",     ".",      "@",   "+",
        "gmail",      "GMAIL.com", ".com",       "(0)",   "0",      "00",     "1",   "49",
        "650",        "5551212",   "94103",      "-1234", "sw1a",   "1aa",    "new", "york",
        "california", "us",        "1990-02-07", "male",  "\u00a0", "\u200b", "’",   "\xff"};
    std::string text;
    const size_t pieces = x_random() % 7;
    for (size_t i = 0; i < pieces; ++i) text += kPieces[x_random() % std::size(kPieces)];
    return text;
  }
  std::string_view country() {
    constexpr std::string_view kCountries[] = {"", "us", "gb", "de", "br"};
    return kCountries[x_random() % std::size(kCountries)];
  }
  std::string_view code() {
    constexpr std::string_view kCodes[] = {"",   "1",  "7",  "36",  "39",
                                           "44", "47", "49", "225", "212"};
    return kCodes[x_random() % std::size(kCodes)];
  }

 private:
  std::mt19937 x_random{20'261'121};
};

using Field = std::function<Normalised(std::string_view)>;

void expect_idempotent(const char* name, const Field& field, const std::string& text,
                       int& accepted) {
  const Normalised once = field(text);
  if (!once) return;
  ++accepted;
  const Normalised twice = field(once->text);
  ASSERT_TRUE(twice) << name << ": " << text << " → " << once->text;
  EXPECT_EQ(twice->text, once->text) << name << ": " << text;
}

TEST(HandoverProperty, NormalisingTwiceIsNormalisingOnce) {
  Texts texts;
  std::map<std::string, int> accepted;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = texts.next();
    const std::string_view country = texts.country();
    const std::string_view code = texts.code();
    const std::pair<const char*, Field> fields[] = {
        {"meta_email", meta_email},
        {"google_email",
         [](std::string_view in) { return google_email(in, GmailRule::kDropDotsAndSuffix); }},
        {"google_dots", [](std::string_view in) { return google_email(in, GmailRule::kDropDots); }},
        {"google_phone", [&](std::string_view in) { return google_phone(in, code); }},
        {"person_name", person_name},
        {"meta_initial", meta_initial},
        {"meta_gender", meta_gender},
        {"meta_city", meta_city},
        {"meta_state", [&](std::string_view in) { return meta_state(in, country); }},
        {"meta_zip", [&](std::string_view in) { return meta_zip(in, country); }},
        {"google_zip", [&](std::string_view in) { return google_zip(in, country); }},
        {"meta_country", meta_country},
        {"google_country", google_country},
    };
    for (const auto& [name, field] : fields) {
      expect_idempotent(name, field, text, accepted[name]);
      if (HasFatalFailure()) return;
    }
  }
  for (const auto& [name, count] : accepted) EXPECT_GT(count, 0) << name << " saw nothing it takes";
}

// Meta's form has lost its plus; with it put back, it is the number it was.
TEST(HandoverProperty, MetasPhoneIsGooglesWithoutThePlus) {
  Texts texts;
  int accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = texts.next();
    const std::string_view code = texts.code();
    const Normalised meta = meta_phone(text, code);
    const Normalised google = google_phone(text, code);
    ASSERT_EQ(meta.has_value(), google.has_value()) << text;
    if (!meta) continue;
    ++accepted;
    EXPECT_EQ("+" + meta->text, google->text) << text;
    EXPECT_EQ(meta_phone(google->text, "").value().text, meta->text) << text;
  }
  EXPECT_GT(accepted, 0);
}

TEST(HandoverProperty, HashingAHashIsIdentity) {
  Texts texts;
  for (int round = 0; round < kRounds; ++round) {
    const std::string hash = sha256_hex(texts.next());
    for (const Field& field : {Field(meta_email), Field(person_name), Field(meta_city),
                               Field([](std::string_view in) { return meta_phone(in, "49"); }),
                               Field([](std::string_view in) { return google_phone(in, "1"); })}) {
      EXPECT_EQ(hash_of(field(hash).value()), hash);
    }
  }
}

}  // namespace
}  // namespace rekindle::io
