#include "io/consent/consent_door.h"

#include <gtest/gtest.h>

#include "io/consent/request_signals.h"

namespace rekindle::io {
namespace {

using Verdict = ConsentDoor::Verdict;
constexpr const char* kAdsOnly = "CQdWToAQdWToAAfACBENAHEgAPAAAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA";
constexpr const char* kAll = "CQdWToAQdWToAAfACBENAHEgAP_AAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA";

class Door {
 public:
  explicit Door(Collect collect = Collect::kAlways) {
    CollectConfig config = default_collect("shop");
    config.collect = collect;
    x_sites = Sites::make({Site{"shop", {}, Currency::parse("EUR").value()}}).value();
    x_door = std::make_unique<ConsentDoor>(std::vector{config}, x_sites);
  }
  Verdict judge(const std::string& consent, const ConsentSignals& signals,
                EventType type = EventType::kPageView, const std::string& props = {}) {
    Event event;
    event.type = type;
    event.consent = consent;
    event.props = props;
    kept = consent;
    const Verdict verdict = x_door->judge(x_sites.all()[0], event, signals, kept, x_scratch);
    text = kept;
    return verdict;
  }
  const ConsentDoor& door() const { return *x_door; }
  std::string text;  // the consent that is kept

 private:
  std::string_view kept;
  std::string x_scratch;
  Sites x_sites;
  std::unique_ptr<ConsentDoor> x_door;
};

TEST(ConsentDoor, KeepsWhatWasSaidWhereNothingElseIs) {
  Door door;
  EXPECT_EQ(Verdict::kTake, door.judge(R"({"ads":true,"other":5})", {}));
  EXPECT_EQ(R"({"ads":true,"other":5})", door.text);
  EXPECT_EQ(Verdict::kTake, door.judge("", {}));
  EXPECT_EQ("", door.text);
}

TEST(ConsentDoor, LetsHeadersRefuseWhatTheEventGrants) {
  Door door;
  ConsentSignals gpc;
  gpc.gpc = true;
  door.judge(R"({"ads":true,"analytics":true})", gpc);
  EXPECT_EQ(R"({"ads":false,"analytics":true})", door.text);
  ConsentSignals dnt;
  dnt.dnt = true;
  door.judge("", dnt);
  EXPECT_EQ(R"({"ads":false})", door.text);
}

TEST(ConsentDoor, ReadsTcStringsOfRequestsAndEvents) {
  Door door;
  ConsentSignals signals;
  signals.tcf = kAdsOnly;
  door.judge("", signals);
  EXPECT_EQ(R"({"ads":true,"analytics":false,"personalization":false,"storage":true})", door.text);
  door.judge(std::string(R"({"tcf":")") + kAll + R"("})", {});
  EXPECT_EQ(R"({"ads":true,"analytics":true,"personalization":true,"storage":true})", door.text);
  // Of two answers the refusal counts.
  door.judge(std::string(R"({"ads":"denied","tcf":")") + kAll + R"("})", {});
  EXPECT_NE(std::string::npos, door.text.find(R"("ads":false)"));
  door.judge(R"({"tcf":"nonsense","ads":true})", {});
  EXPECT_EQ(R"({"ads":true})", door.text);
}

TEST(ConsentDoor, ReadsInnerObjectsAndWordsAsTheProfileDoes) {
  Door door;
  ConsentSignals gpc;
  gpc.gpc = true;
  door.judge(R"({"google":{"ad_storage":"granted","x":"maybe"},"sms":"denied","n":1})", gpc);
  EXPECT_EQ(R"({"ad_storage":true,"ads":false,"sms":false})", door.text);
}

TEST(ConsentDoor, HearsAConsentEventsProps) {
  Door door;
  ConsentSignals gpc;
  gpc.gpc = true;
  door.judge("", gpc, EventType::kConsent, R"({"analytics":true,"ads":true})");
  EXPECT_EQ(R"({"ads":false,"analytics":true})", door.text);
}

TEST(ConsentDoor, WithConsentTakesOnlyWhatCarriesIt) {
  Door door(Collect::kWithConsent);
  EXPECT_EQ(Verdict::kTake, door.judge(R"({"analytics":true})", {}));
  EXPECT_EQ(Verdict::kLeave, door.judge(R"({"analytics":false})", {}));
  EXPECT_EQ(Verdict::kLeave, door.judge("", {}));
  EXPECT_EQ(Verdict::kLeave, door.judge("{broken", {}));
  ConsentSignals signals;
  signals.tcf = kAdsOnly;  // not analytics
  EXPECT_EQ(Verdict::kLeave, door.judge("", signals));
  signals.tcf = kAll;
  EXPECT_EQ(Verdict::kTake, door.judge("", signals));
  // What withdraws is always heard.
  EXPECT_EQ(Verdict::kTake, door.judge(R"({"analytics":false})", {}, EventType::kConsent));
  EXPECT_EQ(Verdict::kTake, door.judge("", {}, EventType::kUnsubscribe));
  ASSERT_EQ(1u, door.door().counts().size());
  EXPECT_EQ(4u, door.door().counts()[0].left_out);
}

TEST(ConsentDoor, CookielessCountsByTypeAndKeepsNothing) {
  Door door(Collect::kCookieless);
  EXPECT_EQ(Verdict::kTake, door.judge(R"({"analytics":true})", {}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Verdict::kCount, door.judge("", {}));
  EXPECT_EQ(Verdict::kCount, door.judge("", {}, EventType::kPurchase));
  EXPECT_EQ(Verdict::kCount, door.judge("", {}, custom_type("quiz")));
  const auto counted = door.door().counts().at(0).counted;
  ASSERT_EQ(3u, counted.size());
  EXPECT_EQ("custom", name_of(counted[0].first));
  EXPECT_EQ(3u, counted[1].second);
  EXPECT_EQ(EventType::kPurchase, counted[2].first);
  EXPECT_FALSE(door.door().keeps_raw(nullptr));
}

TEST(ConsentDoor, FindsSignalsInRequests) {
  Request request;
  request.gpc = true;
  request.query = "e=page_view&xgdpr_consent=no&gdpr_consent=CQd&u=1";
  request.cookie = "a=b; euconsent-v2=other";
  EXPECT_TRUE(consent_signals(request).gpc);
  EXPECT_FALSE(consent_signals(request).dnt);
  EXPECT_EQ("CQd", consent_signals(request).tcf);
  request.query = "e=page_view";
  EXPECT_EQ("other", consent_signals(request).tcf);
}

}  // namespace
}  // namespace rekindle::io
