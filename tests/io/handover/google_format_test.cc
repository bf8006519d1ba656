#include "io/handover/google_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/handover/google_data_manager_format.h"
#include "tests/io/handover/person_samples.h"

namespace rekindle::io {
namespace {

using testing::HasSubstr;
using testing::Not;

GoogleFormat ads(GoogleOptions options = {}) {
  return GoogleFormat::make(std::move(options)).value();
}
GoogleDataManagerFormat manager(GoogleDataManagerOptions options = {}) {
  if (options.destinations.empty()) options.destinations = {{.account = "1", .audience = "2"}};
  return GoogleDataManagerFormat::make(std::move(options)).value();
}

TEST(GoogleFormat, WritesItsGoldenPage) {
  EXPECT_EQ(golden_page(ads({.customer = "1234567890", .user_list = "55"})),
            golden_file("google.json"));
}

TEST(GoogleFormat, LeavesPlaceholdersWhereTheListIsNotKnown) {
  const std::string page = page_of(ads(), {{full_person(), HandoverAction::kAdd}});
  EXPECT_THAT(page, HasSubstr("customers/{CUSTOMER_ID}/offlineUserDataJobs/{JOB_ID}"));
  EXPECT_THAT(page, Not(HasSubstr("\"jobs\"")));
}

TEST(GoogleFormat, AListHoldsOneKindOfIdentifier) {
  const Entries one = {{full_person(), HandoverAction::kAdd}};
  EXPECT_THAT(page_of(ads({.kind = GoogleKind::kUserId}), one),
              HasSubstr(R"([{"create":{"userIdentifiers":[{"thirdPartyUserId":"C-1001"}]}}])"));
  EXPECT_THAT(
      page_of(ads({.kind = GoogleKind::kMobileId}), one),
      HasSubstr(R"({"userIdentifiers":[{"mobileId":"AECE52E7-03EE-455A-B3C4-E57283966239"}]})"));
}

TEST(GoogleFormat, AnAddressIsWholeOrNotThere) {
  Person person = agreed("v");
  person.email = "a@example.org";
  person.first_name = "Zoë";
  person.zip = "10115";
  const std::string page = page_of(ads(), {{person, HandoverAction::kAdd}});
  EXPECT_THAT(page, Not(HasSubstr("addressInfo")));
  EXPECT_THAT(page, HasSubstr(R"("refused_fields":{"address_incomplete":1})"));
  Person with_country = agreed("v");
  with_country.email = "a@example.org";
  with_country.country = "de";
  EXPECT_THAT(page_of(ads(), {{with_country, HandoverAction::kAdd}}),
              HasSubstr(R"("refused_fields":{})"));
}

TEST(GoogleFormat, ZipsAndCountriesThatCameHashedAreRefusedAsSuch) {
  Person person = full_person();
  person.zip = "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f";
  const std::string page = page_of(ads(), {{person, HandoverAction::kAdd}});
  EXPECT_THAT(page, Not(HasSubstr("addressInfo")));
  EXPECT_THAT(page, HasSubstr(R"("refused_fields":{"hashed_not_plain":1,"address_incomplete":1})"));
}

TEST(GoogleFormat, AUserIdThatIsAnEmailAddressIsNotSentInTheClear) {
  Person person = agreed("v");
  person.user_id = "john_smith@gmail.com";
  EXPECT_THAT(page_of(ads({.kind = GoogleKind::kUserId}), {{person, HandoverAction::kAdd}}),
              HasSubstr(R"("reasons":["no_identifier","id_is_personal"])"));
}

TEST(GoogleFormat, RefusesImpossibleOptions) {
  EXPECT_FALSE(GoogleFormat::make({.customer = "123-456-7890", .user_list = "5"}));
  EXPECT_FALSE(GoogleFormat::make({.customer = "1234567890"}));
  EXPECT_FALSE(GoogleFormat::make({.user_list = "5"}));
}

TEST(GoogleDataManagerFormat, WritesItsGoldenPage) {
  const GoogleDataManagerFormat format =
      manager({.destinations = {{.account = "1234567890", .audience = "55", .login_account = "99"},
                                {.account = "1234567890", .audience = "56"}},
               .terms_accepted = true,
               .validate_only = true});
  EXPECT_EQ(golden_page(format), golden_file("google_data_manager.json"));
}

TEST(GoogleDataManagerFormat, RemovesWithoutConsentAndTerms) {
  const std::string page =
      page_of(manager({.terms_accepted = true}), {{full_person(), HandoverAction::kRemove}});
  EXPECT_THAT(page, HasSubstr("v1/audienceMembers:remove"));
  EXPECT_THAT(page, Not(HasSubstr("consent")));
  EXPECT_THAT(page, Not(HasSubstr("termsOfService")));
}

TEST(GoogleDataManagerFormat, AcceptsTermsForNobody) {
  EXPECT_THAT(page_of(manager(), {{full_person(), HandoverAction::kAdd}}),
              Not(HasSubstr("termsOfService")));
}

TEST(GoogleDataManagerFormat, OtherKindsHaveTheirOwnFieldsAndNoEncoding) {
  const Entries one = {{full_person(), HandoverAction::kAdd}};
  const std::string ids = page_of(manager({.kind = GoogleKind::kUserId}), one);
  EXPECT_THAT(ids, HasSubstr(R"("audienceMembers":[{"userIdData":{"userId":"C-1001"}}])"));
  EXPECT_THAT(ids, Not(HasSubstr("encoding")));
  EXPECT_THAT(
      page_of(manager({.kind = GoogleKind::kMobileId}), one),
      HasSubstr(R"([{"mobileData":{"mobileIds":["AECE52E7-03EE-455A-B3C4-E57283966239"]}}])"));
}

TEST(GoogleDataManagerFormat, RefusesImpossibleOptions) {
  const auto refuses = [](std::vector<GoogleDestination> destinations) {
    return !GoogleDataManagerFormat::make({.destinations = std::move(destinations)});
  };
  EXPECT_TRUE(refuses({}));
  EXPECT_TRUE(refuses({{.account = "", .audience = "2"}}));
  EXPECT_TRUE(refuses({{.account = "1", .audience = "a"}}));
  EXPECT_TRUE(refuses({{.account_type = "", .account = "1", .audience = "2"}}));
  EXPECT_TRUE(refuses({{.account = "1", .audience = "2", .login_account = "-"}}));
  EXPECT_TRUE(refuses(std::vector<GoogleDestination>(11, {.account = "1", .audience = "2"})));
}

}  // namespace
}  // namespace rekindle::io
