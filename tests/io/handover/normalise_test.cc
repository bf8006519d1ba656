#include "io/handover/normalise.h"

#include <gtest/gtest.h>

namespace rekindle::io {
namespace {

std::string shown(const Normalised& value) {
  if (!value) return "!" + std::string(name_of(value.error()));
  return (value->hashed ? "#" : "") + value->text;
}
std::string shown(const OrRefusal<std::string>& value) {
  return value ? *value : "!" + std::string(name_of(value.error()));
}
std::string shown(const OrRefusal<BirthDate>& value) {
  if (!value) return "!" + std::string(name_of(value.error()));
  return value->year + "/" + value->month + "/" + value->day;
}
std::string google(std::string_view email, GmailRule rule = GmailRule::kDropDotsAndSuffix) {
  return shown(google_email(email, rule));
}
const std::string kEmailHash = "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f";
constexpr std::string_view kUpperHash =
    "62A14E44F765419D10FEA99367361A727C12365E2520F32218D505ED9AA0F62F";

TEST(Normalise, GivesThePublishedHashes) {
  EXPECT_EQ(hash_of(meta_email(" John_Smith@gmail.com ").value()), kEmailHash);
  EXPECT_EQ(hash_of(google_email("john_smith@gmail.com", GmailRule::kKeep).value()), kEmailHash);
  EXPECT_EQ(hash_of(meta_phone("+1 (650) 555-1212", "").value()),
            "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176");
  EXPECT_EQ(hash_of(google_phone("+1 (650) 555-1212", "").value()),
            "1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8");
}

TEST(Normalise, MetaAndGoogleHashAPhoneDifferently) {
  EXPECT_EQ(shown(meta_phone("650 555 1212", "1")), "16505551212");
  EXPECT_EQ(shown(google_phone("650 555 1212", "1")), "+16505551212");
}

// Hashing "6505551212" as it is gives 5eed6d50…, which no platform ever matches.
TEST(Normalise, APhoneWithoutCountryCodeIsRefusedNotHashed) {
  EXPECT_EQ(shown(meta_phone("6505551212", "")), "!phone_without_country_code");
  EXPECT_EQ(shown(google_phone("6505551212", "")), "!phone_without_country_code");
}

TEST(Normalise, APhoneOfSeparatorsOnlyIsRefusedNotHashed) {
  EXPECT_EQ(shown(meta_phone("+ - ()", "")), "!phone_malformed");
  EXPECT_EQ(shown(google_phone("+ - ()", "1")), "!phone_malformed");
}

TEST(Normalise, AllDotsOfAGmailAddressGo) {
  EXPECT_EQ(google("J.o.h.n.Smith@Gmail.com"), "johnsmith@gmail.com");
  EXPECT_EQ(google("j.o.h.n@googlemail.com"), "john@googlemail.com");
  EXPECT_EQ(google("j.o.h.n+news@gmail.com"), "john@gmail.com");
  EXPECT_EQ(google("j.o.h.n+news@gmail.com", GmailRule::kDropDots), "john+news@gmail.com");
  EXPECT_EQ(google("j.o.h.n+news@gmail.com", GmailRule::kKeep), "j.o.h.n+news@gmail.com");
  EXPECT_EQ(google("+news@gmail.com"), "!email_malformed");
}

TEST(Normalise, OtherDomainsKeepTheirDots) {
  EXPECT_EQ(google("j.smith+news@example.org"), "j.smith+news@example.org");
  EXPECT_EQ(google("j.smith@gmail.com.example"), "j.smith@gmail.com.example");
  EXPECT_EQ(google("j.smith@mail.gmail.com"), "j.smith@mail.gmail.com");
  EXPECT_EQ(shown(meta_email("j.smith+news@gmail.com")), "j.smith+news@gmail.com");
}

TEST(Normalise, RefusesWhatIsNoEmailAddress) {
  for (const char* bad : {"@",
                          "a@",
                          "@example.org",
                          "a.example.org",
                          "a@b",
                          "a@b@example.org",
                          "a b@example.org",
                          ".a@example.org",
                          "a.@example.org",
                          "a..b@example.org",
                          "a@-example.org",
                          "a@example-.org",
                          "a@.org",
                          "a@example.org.",
                          "a@exam_ple.org",
                          "\"a\"@example.org",
                          "A <a@example.org>",
                          "mailto:a@example.org",
                          "a@[127.0.0.1]",
                          "a,b@example.org"}) {
    EXPECT_EQ(shown(meta_email(bad)), "!email_malformed") << bad;
    EXPECT_EQ(google(bad), "!email_malformed") << bad;
  }
  EXPECT_EQ(shown(meta_email(std::string(65, 'a') + "@example.org")), "!email_malformed");
  EXPECT_EQ(shown(meta_email("a@" + std::string(64, 'a') + ".org")), "!email_malformed");
  EXPECT_EQ(shown(meta_email(std::string(600, 'a') + "@example.org")), "!too_long");
}

TEST(Normalise, TakesAddressesBeyondAsciiInTheirMailForm) {
  EXPECT_EQ(shown(meta_email("a@bücher.example")), "!email_not_ascii");
  EXPECT_EQ(shown(meta_email("jürgen@example.org")), "!email_not_ascii");
  EXPECT_EQ(shown(meta_email("A@XN--Bcher-kva.example")), "a@xn--bcher-kva.example");
}

TEST(Normalise, BlankIsAbsentNotWrong) {
  for (const char* blank : {"", " ", "\t\r\n", "\u00a0"}) {
    EXPECT_EQ(shown(meta_email(blank)), "!absent");
    EXPECT_EQ(google(blank), "!absent");
    EXPECT_EQ(shown(meta_phone(blank, "1")), "!absent");
    EXPECT_EQ(shown(person_name(blank)), "!absent");
    EXPECT_EQ(shown(meta_gender(blank)), "!absent");
    EXPECT_EQ(shown(meta_birth_date(blank)), "!absent");
    EXPECT_EQ(shown(meta_country(blank)), "!absent");
    EXPECT_EQ(shown(meta_mobile_id(blank)), "!absent");
  }
}

TEST(Normalise, NeverHashesAHash) {
  const std::string expected = "#" + kEmailHash;
  EXPECT_EQ(shown(meta_email(kUpperHash)), expected);
  EXPECT_EQ(google(kUpperHash), expected);
  EXPECT_EQ(shown(meta_phone(kUpperHash, "49")), expected);
  EXPECT_EQ(shown(google_phone(kUpperHash, "49")), expected);
  EXPECT_EQ(shown(person_name(kUpperHash)), expected);
  EXPECT_EQ(shown(meta_gender(kUpperHash)), expected);
  EXPECT_EQ(shown(meta_city(kUpperHash)), expected);
  EXPECT_EQ(shown(meta_state(kUpperHash, "us")), expected);
  EXPECT_EQ(shown(meta_zip(kUpperHash, "us")), expected);
  EXPECT_EQ(shown(meta_country(kUpperHash)), expected);
  EXPECT_EQ(hash_of(meta_email(" " + std::string(kUpperHash) + " ").value()), kEmailHash);
}

TEST(Normalise, RefusesHashesWhereThePlatformWantsPlainText) {
  EXPECT_EQ(shown(google_zip(kUpperHash, "us")), "!hashed_not_plain");
  EXPECT_EQ(shown(google_country(kUpperHash)), "!hashed_not_plain");
  EXPECT_EQ(shown(meta_birth_date(kUpperHash)), "!hashed_not_plain");
  EXPECT_EQ(shown(meta_initial(kUpperHash)), "!hashed_not_plain");
  EXPECT_EQ(shown(meta_mobile_id(kUpperHash)), "!hashed_not_plain");
  EXPECT_EQ(shown(google_mobile_id(kUpperHash)), "!hashed_not_plain");
}

TEST(Normalise, RefusesOtherHashes) {
  for (const char* other : {"9e107d9d372bb6826bd81d3542a419d6",                 // MD5
                            "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",         // SHA-1
                            "YqFORPdlQZ0Q/qmTZzYacnwSNl4lIPMiGNUF7ZqgYi8="}) {  // Base64
    EXPECT_EQ(shown(meta_email(other)), "!other_hash") << other;
    EXPECT_EQ(google(other), "!other_hash") << other;
    EXPECT_EQ(shown(person_name(other)), "!other_hash") << other;
    EXPECT_EQ(shown(meta_phone(other, "1")), "!other_hash") << other;
  }
}

TEST(Normalise, NamesAreLowerCaseWithoutPunctuation) {
  EXPECT_EQ(shown(person_name(" O'Brien ")), "obrien");
  EXPECT_EQ(shown(person_name("Anne-Marie")), "annemarie");
  EXPECT_EQ(shown(person_name("van  der\tBerg, Jr.")), "van der berg jr");
  EXPECT_EQ(shown(person_name("ÉLODIE")), "élodie");
  EXPECT_EQ(shown(person_name("D’Àngelo")), "dàngelo");
  EXPECT_EQ(shown(person_name("ΝΊΚΗ")), "νίκη");
  EXPECT_EQ(shown(person_name("王小明")), "王小明");
  EXPECT_EQ(shown(person_name("?")), "!name_malformed");
  EXPECT_EQ(shown(person_name("12")), "!name_malformed");
  EXPECT_EQ(shown(person_name("a\xff")), "!not_utf8");
  EXPECT_EQ(shown(meta_initial("Émile")), "é");
  EXPECT_EQ(shown(meta_initial("'4 Ada")), "a");
}

TEST(Normalise, GenderIsMOrF) {
  EXPECT_EQ(shown(meta_gender("M")), "m");
  EXPECT_EQ(shown(meta_gender(" Female ")), "f");
  EXPECT_EQ(shown(meta_gender("x")), "!gender_unknown");
  EXPECT_EQ(shown(meta_gender("mrs")), "!gender_unknown");
}

TEST(Normalise, CitiesAreLettersOnly) {
  EXPECT_EQ(shown(meta_city("St. John's")), "stjohns");
  EXPECT_EQ(shown(meta_city("São Paulo")), "sãopaulo");
  EXPECT_EQ(shown(meta_city("Paris 12")), "paris");
  EXPECT_EQ(shown(meta_city("75012")), "!city_malformed");
}

TEST(Normalise, StatesOfTheUsAreTwoLetters) {
  EXPECT_EQ(shown(meta_state("California", "us")), "ca");
  EXPECT_EQ(shown(meta_state("NEW YORK", "")), "ny");
  EXPECT_EQ(shown(meta_state("N.Y.", "us")), "ny");
  EXPECT_EQ(shown(meta_state("District of Columbia", "us")), "dc");
  EXPECT_EQ(shown(meta_state("Bayern", "us")), "!state_unknown");
  EXPECT_EQ(shown(meta_state("zz", "us")), "!state_unknown");
  EXPECT_EQ(shown(meta_state("Nordrhein-Westfalen", "de")), "nordrheinwestfalen");
  EXPECT_EQ(shown(meta_state("Georgia", "ge")), "georgia");
  EXPECT_EQ(shown(meta_state("Bayern", "")), "bayern");
}

TEST(Normalise, ZipsFollowTheirCountry) {
  EXPECT_EQ(shown(meta_zip("94103-1234", "us")), "94103");
  EXPECT_EQ(shown(meta_zip("941031234", "us")), "94103");
  EXPECT_EQ(shown(meta_zip("94103-1234", "")), "94103");
  EXPECT_EQ(shown(meta_zip("2139", "us")), "!zip_malformed");
  EXPECT_EQ(shown(meta_zip("9410a", "us")), "!zip_malformed");
  EXPECT_EQ(shown(meta_zip("SW1A 1AA", "gb")), "sw1a1");
  EXPECT_EQ(shown(meta_zip("m1 1ae", "gb")), "m11");
  EXPECT_EQ(shown(meta_zip("sw1a1", "gb")), "sw1a1");
  EXPECT_EQ(shown(meta_zip("K1A 0B1", "ca")), "k1a0b1");
  EXPECT_EQ(shown(meta_zip("1234 AB", "nl")), "1234ab");
  EXPECT_EQ(shown(meta_zip("01310-100", "br")), "01310100");
  EXPECT_EQ(shown(meta_zip("a_b", "")), "!zip_malformed");
  EXPECT_EQ(shown(meta_zip("-", "")), "!zip_malformed");
  EXPECT_EQ(shown(meta_zip("1234567890123", "")), "!zip_malformed");
}

TEST(Normalise, GoogleTakesZipAndCountryPlain) {
  EXPECT_EQ(shown(google_zip("94103-1234", "us")), "94103");
  EXPECT_EQ(shown(google_zip(" sw1a  1aa ", "gb")), "SW1A 1AA");
  EXPECT_EQ(shown(google_zip("00-950", "pl")), "00-950");
  EXPECT_EQ(shown(google_country(" de")), "DE");
  EXPECT_EQ(shown(google_country("Germany")), "!country_not_iso2");
}

TEST(Normalise, CountriesAreIsoCodesNeverNames) {
  EXPECT_EQ(shown(meta_country("DE")), "de");
  EXPECT_EQ(shown(meta_country(" gb ")), "gb");
  for (const char* bad : {"Germany", "UK", "DEU", "d", "xx", "d "}) {
    EXPECT_EQ(shown(meta_country(bad)), "!country_not_iso2") << bad;
  }
}

TEST(Normalise, BirthDatesAreSplit) {
  EXPECT_EQ(shown(meta_birth_date("1990-02-07")), "1990/02/07");
  EXPECT_EQ(shown(meta_birth_date("2000-02-29")), "2000/02/29");
  for (const char* bad : {"1990-02-30", "1900-02-29", "07.02.1990", "02/07/1990", "1990-2-7",
                          "1990-13-01", "1990-00-01", "1990-01-00", "1899-01-01", "19900207",
                          "199o-02-07", "1990-02-07T00:00:00Z"}) {
    EXPECT_EQ(shown(meta_birth_date(bad)), "!birth_date_malformed") << bad;
  }
  EXPECT_EQ(shown(meta_birth_date(std::string(600, '1'))), "!too_long");
}

TEST(Normalise, MobileIdsStayPlain) {
  EXPECT_EQ(shown(meta_mobile_id("AECE52E7-03EE-455A-B3C4-E57283966239")),
            "aece52e7-03ee-455a-b3c4-e57283966239");
  EXPECT_EQ(shown(google_mobile_id(" AECE52E7-03EE-455A-B3C4-E57283966239 ")),
            "AECE52E7-03EE-455A-B3C4-E57283966239");
  EXPECT_EQ(shown(meta_mobile_id("00000000-0000-0000-0000-000000000000")), "!mobile_id_zero");
  EXPECT_EQ(shown(meta_mobile_id("AECE52E703EE455AB3C4E57283966239")), "!mobile_id_malformed");
  EXPECT_EQ(shown(meta_mobile_id("AECE52E7-03EE-455A-B3C4-E5728396623G")), "!mobile_id_malformed");
}

TEST(Normalise, OwnIdsStayAsTheyAreUnlessTheyArePersonal) {
  EXPECT_EQ(shown(own_id(" Visitor 1", "", "")), " Visitor 1");
  EXPECT_EQ(shown(own_id(kUpperHash, "", "")), kUpperHash);
  EXPECT_EQ(shown(own_id("a@example.org", "", "")), "!id_is_personal");
  EXPECT_EQ(shown(own_id("+1 650 555 1212", "(650) 555-1212", "1")), "!id_is_personal");
  EXPECT_EQ(shown(own_id("6505551212", "+1 650 555 1212", "")), "!id_is_personal");
  EXPECT_EQ(shown(own_id("030-9018200", "+49 30 9018200", "")), "!id_is_personal");
  EXPECT_EQ(shown(own_id("tel16505551212b", "+1 650 555 1212", "")), "!id_is_personal");
  EXPECT_EQ(shown(own_id("650-555-1212", "6505551212", "")), "!id_is_personal");
  EXPECT_EQ(shown(own_id("1212", "+1 650 555 1212", "")), "1212");
  EXPECT_EQ(shown(own_id("10023455", "+1 650 555 1212", "")), "10023455");
  EXPECT_EQ(shown(own_id("", "", "")), "!absent");
  EXPECT_EQ(shown(own_id("a\xff", "", "")), "!not_utf8");
  EXPECT_EQ(shown(own_id(std::string(600, 'a'), "", "")), "!too_long");
}

TEST(Refusal, EveryReasonHasAWordAndASentence) {
  for (unsigned i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    EXPECT_NE(name_of(refusal), "unknown") << i;
    EXPECT_FALSE(describe(refusal).empty()) << i;
    Refusals refusals;
    refusals.add(refusal);
    EXPECT_EQ(refusals.has(refusal), refusal != Refusal::kAbsent) << i;
  }
}

}  // namespace
}  // namespace rekindle::io
