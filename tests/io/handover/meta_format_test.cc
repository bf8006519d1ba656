#include "io/handover/meta_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/handover/person_samples.h"

namespace rekindle::io {
namespace {

using testing::HasSubstr;
using testing::Not;

MetaFormat made(MetaOptions options = {}) {
  return MetaFormat::make(std::move(options)).value();
}

TEST(MetaFormat, WritesItsGoldenPage) {
  const MetaFormat format =
      made({.audience = "23850000000000001",
            .add_session = MetaSession{.id = 42, .first_batch = 3, .estimated_total = 20'002},
            .values = true,
            .limited_data_use = true});
  EXPECT_EQ(golden_page(format), golden_file("meta.json"));
}

TEST(MetaFormat, WritesTheSameBytesAgain) {
  EXPECT_EQ(golden_page(made()), golden_page(made()));
}

TEST(MetaFormat, ANameNeedsAPlaceOrABirthday) {
  Person person = agreed("v");
  person.first_name = "Zoë";
  person.last_name = "Brien";
  person.country = "de";
  const MetaFormat format = made();
  EXPECT_THAT(page_of(format, {{person, HandoverAction::kAdd}}), HasSubstr("\"matched\":0"));
  Person with_zip = person;
  with_zip.zip = "10115";
  EXPECT_THAT(page_of(format, {{with_zip, HandoverAction::kAdd}}), HasSubstr("\"matched\":1"));
  Person with_birthday = person;
  with_birthday.birth_date = "1990-02-07";
  EXPECT_THAT(page_of(format, {{with_birthday, HandoverAction::kAdd}}), HasSubstr("\"matched\":1"));
}

TEST(MetaFormat, AVisitorNameAloneFindsNobodyUnlessThePixelSentIt) {
  const std::string unmatched =
      R"("unmatched":[{"member":"v","action":"add","reasons":["no_identifier"]}])";
  EXPECT_THAT(page_of(made(), {{agreed("v"), HandoverAction::kAdd}}), HasSubstr(unmatched));
  EXPECT_THAT(page_of(made({.knows_external_ids = true}), {{agreed("v"), HandoverAction::kAdd}}),
              HasSubstr(R"(["v","","","","","","","","","","","","","",""])"));
}

TEST(MetaFormat, AVisitorNameAloneIsEnoughToRemove) {
  EXPECT_THAT(page_of(made(), {{Person{.external_id = "v"}, HandoverAction::kRemove}}),
              HasSubstr(R"(["v","","","","","","","","","","","","","",""])"));
}

TEST(MetaFormat, AVisitorNamedByAnEmailAddressIsNotSentInTheClear) {
  Person person = agreed("john_smith@gmail.com");
  person.email = "john_smith@gmail.com";
  const std::string page = page_of(made(), {{person, HandoverAction::kAdd}});
  EXPECT_THAT(page, HasSubstr(R"("data":[["","62a14e44)"));
  EXPECT_THAT(page, HasSubstr(R"("refused_fields":{"id_is_personal":1})"));
  EXPECT_THAT(page, Not(HasSubstr("@")));
}

TEST(MetaFormat, AHashedFirstNameHasNoInitial) {
  Person person = agreed("v");
  person.email = "a@example.org";
  person.first_name = "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f";
  EXPECT_THAT(page_of(made(), {{person, HandoverAction::kAdd}}),
              HasSubstr(R"("refused_fields":{})"));
}

TEST(MetaFormat, ValuesAreNumbersAndLossesAreNothing) {
  Person person = full_person();
  const MetaFormat format = made({.values = true});
  const auto value_of = [&] {
    const std::string page = page_of(format, {{person, HandoverAction::kAdd}});
    const std::string before = R"("aece52e7-03ee-455a-b3c4-e57283966239",)";
    const size_t at = page.find(before) + before.size();
    return page.substr(at, page.find(']', at) - at);
  };
  EXPECT_EQ(value_of(), "123.45");
  person.value = Money{-5'00, Currency::parse("EUR").value()};
  EXPECT_EQ(value_of(), "0.00");
  person.value = Money{1'500, Currency::parse("JPY").value()};
  EXPECT_EQ(value_of(), "1500");
  person.value.reset();
  EXPECT_EQ(value_of(), "\"\"");
}

TEST(MetaFormat, TheLastBodyOfTheLastPageEndsTheSession) {
  const MetaSession session{.id = 1, .first_batch = 7, .last_page = true, .estimated_total = 1};
  const std::string page =
      page_of(made({.add_session = session, .remove_session = session}),
              {{full_person(), HandoverAction::kAdd}, {hashed_person(), HandoverAction::kRemove}});
  const std::string expected =
      R"("session":{"session_id":1,"batch_seq":7,"last_batch_flag":true,"estimated_num_total":1})";
  EXPECT_NE(page.find(expected), page.rfind(expected));
}

TEST(MetaFormat, RefusesImpossibleOptions) {
  EXPECT_FALSE(MetaFormat::make({.audience = "12/../34"}));
  EXPECT_FALSE(MetaFormat::make({.add_session = MetaSession{.id = 0}}));
  EXPECT_FALSE(MetaFormat::make({.remove_session = MetaSession{.id = 1, .first_batch = 0}}));
}

}  // namespace
}  // namespace rekindle::io
