#include "io/handover/handover_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "core/limits.h"
#include "io/handover/google_data_manager_format.h"
#include "io/handover/google_format.h"
#include "io/handover/meta_format.h"
#include "tests/io/handover/person_samples.h"

namespace rekindle::io {
namespace {

using testing::HasSubstr;

class HandoverPageTest : public testing::Test {
 protected:
  MetaFormat meta = MetaFormat::make({.add_session = MetaSession{.id = 1}}).value();
  GoogleFormat google = GoogleFormat::make({}).value();
  GoogleDataManagerFormat manager =
      GoogleDataManagerFormat::make({.destinations = {{.account = "1", .audience = "2"}}}).value();
  const HandoverFormat* formats[3] = {&meta, &google, &manager};
};

TEST_F(HandoverPageTest, AnEmptyPageHasNoRequests) {
  for (const HandoverFormat* format : formats) {
    EXPECT_EQ(page_of(*format, {}), "{\"format\":\"" + std::string(format->name()) +
                                        R"(","requests":[],"matched":0,"unmatched":[],)" +
                                        R"("refused_fields":{}})");
  }
}

TEST_F(HandoverPageTest, OneMemberWhoCannotBeExpressedSinksNobody) {
  Person empty_phone = agreed("dashes");
  empty_phone.phone = "---";
  for (const HandoverFormat* format : formats) {
    const std::string page = page_of(*format, {{full_person(), HandoverAction::kAdd},
                                               {empty_phone, HandoverAction::kAdd},
                                               {hashed_person(), HandoverAction::kAdd}});
    EXPECT_THAT(page, HasSubstr("\"entries\":2"));
    EXPECT_THAT(page, HasSubstr("\"matched\":2"));
    EXPECT_THAT(page, HasSubstr(R"("unmatched":[{"member":"dashes","action":"add",)"
                                R"("reasons":["no_identifier","phone_malformed"]}])"));
  }
}

TEST_F(HandoverPageTest, ARefusedFieldLeavesTheOthers) {
  for (const HandoverFormat* format : formats) {
    const std::string page = page_of(*format, {{hashed_person(), HandoverAction::kAdd}});
    EXPECT_THAT(page, HasSubstr("\"matched\":1"));
    EXPECT_THAT(page, HasSubstr(R"("unmatched":[],)"
                                R"("refused_fields":{"phone_without_country_code":1})"));
  }
}

TEST_F(HandoverPageTest, NobodyIsAddedWithoutBothConsents) {
  for (const bool share : {false, true}) {
    for (const bool personalise : {false, true}) {
      Person person = full_person();
      person.may_share = share;
      person.may_personalise = personalise;
      for (const HandoverFormat* format : formats) {
        const std::string added = page_of(*format, {{person, HandoverAction::kAdd}});
        const std::string removed = page_of(*format, {{person, HandoverAction::kRemove}});
        EXPECT_THAT(added, HasSubstr(share && personalise ? "\"matched\":1"
                                                          : R"("reasons":["no_consent"])"));
        EXPECT_THAT(removed, HasSubstr("\"matched\":1"));
      }
    }
  }
}

TEST_F(HandoverPageTest, NothingIsSentOfWhoNeverAgreed) {
  Person person = full_person();
  person.may_share = person.may_personalise = person.may_be_listed = false;
  for (const HandoverFormat* format : formats) {
    const std::string page = page_of(*format, {{person, HandoverAction::kRemove}});
    EXPECT_THAT(page, HasSubstr(R"("requests":[])"));
    EXPECT_THAT(page, HasSubstr(R"({"member":"visitor-1","action":"remove",)"
                                R"("reasons":["no_consent"]})"));
  }
}

TEST_F(HandoverPageTest, RemovalsComeBeforeAdditions) {
  for (const HandoverFormat* format : formats) {
    const std::string page = page_of(*format, {{full_person(), HandoverAction::kAdd},
                                               {hashed_person(), HandoverAction::kRemove}});
    EXPECT_LT(page.find(R"("action":"remove")"), page.find(R"("action":"add")"));
  }
}

// Google counts identifiers, and a full person has three; the others count persons.
TEST_F(HandoverPageTest, CutsBodiesAtThePlatformsLimit) {
  const size_t bodies_expected[] = {1, 4, 1};
  for (size_t i = 0; i < 3; ++i) {
    HandoverPage page(*formats[i]);
    Person person = full_person();
    std::string name;
    for (size_t n = 0; n < limits::kHandoverEntriesMax; ++n) {
      name = "v" + std::to_string(n);
      person.external_id = name;
      page.add(person, HandoverAction::kAdd);
    }
    simdjson::dom::parser parser;
    simdjson::dom::element root = parser.parse(envelope_of(page));
    uint64_t entries = 0;
    size_t bodies = 0;
    for (simdjson::dom::element request : root["requests"]) {
      ++bodies;
      const uint64_t here = request["entries"];
      entries += here;
      EXPECT_LE(here * (i == 1 ? 3 : 1), limits::kHandoverBodyMax);
    }
    EXPECT_EQ(bodies, bodies_expected[i]) << formats[i]->name();
    EXPECT_EQ(entries, limits::kHandoverEntriesMax);
  }
}

// A format of one-row bodies, to see how a page numbers them.
class OneRowFormat final : public HandoverFormat {
 public:
  std::string_view name() const override { return "one"; }
  HandoverCall call(HandoverAction) const override { return {"POST", "p"}; }
  void open_body(std::string& out, HandoverAction) const override { out.append("["); }
  void close_body(std::string& out, HandoverAction, BodyPlace place) const override {
    out.append(",").append(std::to_string(place.index)).append(place.last ? ",true]" : ",false]");
  }
  size_t append_row(std::string& out, const Person&, HandoverAction, Refusals&) const override {
    out.append("0");
    return limits::kHandoverBodyMax;
  }
};

TEST_F(HandoverPageTest, NumbersBodiesAndKnowsTheLast) {
  const std::string page = page_of(OneRowFormat{}, {{agreed("a"), HandoverAction::kAdd},
                                                    {agreed("b"), HandoverAction::kAdd},
                                                    {agreed("c"), HandoverAction::kRemove},
                                                    {agreed("d"), HandoverAction::kAdd}});
  const auto body = [&](const std::string& text) { return page.find("\"body\":" + text); };
  EXPECT_LT(body("[0,0,true]"), body("[0,0,false]"));
  EXPECT_LT(body("[0,0,false]"), body("[0,1,false]"));
  EXPECT_LT(body("[0,1,false]"), body("[0,2,true]"));
  EXPECT_NE(body("[0,2,true]"), std::string::npos);
}

TEST_F(HandoverPageTest, NamesOfMembersAreEscaped) {
  const std::string page = page_of(meta, {{agreed("a\"\n\\"), HandoverAction::kAdd}});
  EXPECT_THAT(page, HasSubstr(R"({"member":"a\"\n\\","action":"add")"));
}

}  // namespace
}  // namespace rekindle::io
