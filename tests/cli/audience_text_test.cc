#include "cli/audience/text.h"

#include <gtest/gtest.h>

#include "cli/audience/server_client.h"

namespace rekindle::cli {
namespace {

TEST(AudienceText, ListsOneALine) {
  const auto text = audiences_text(
      R"({"audiences":[{"name":"lost","version":3,"size":12,"title":"Lost"},
          {"name":"heroes_of_all","title":"","status":"coming",
           "next":{"status":"evaluating","removes":false,"version":1,"evaluated":5,"to_evaluate":9}}]})");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "NAME                  SIZE VERSION  TITLE\n"
            "lost                    12       3  Lost\n"
            "heroes_of_all            0       0   [version 1: 5 of 9 visitors evaluated]\n");
}

TEST(AudienceText, ExplainsConditionByCondition) {
  const auto text = explanation_text(
      R"j({"visitor":"ann","audience":"lost","version":2,"inside":true,"exact":true,
           "since":"2026-01-01T00:00:00.000Z","leaves_at":null,"conditions":[
            {"text":"since(purchase) > 90d","holds":true,"terms":[
             {"text":"since(purchase)","value":"infinite","exact":true}]}]})j");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "ann is in lost (version 2)\n"
            "since        2026-01-01T00:00:00.000Z\n"
            "leaves at    not if nothing happens\n"
            "  yes since(purchase) > 90d\n"
            "        since(purchase) = infinite\n");
}

TEST(AudienceText, PreviewsWithWhatMatters) {
  const auto text = preview_text(
      R"({"size":20,"visitors":60,"exact":true,"as_of":"2026-01-01T00:00:00.000Z",
          "change":{"audience":"viewers","stay":20,"enter":0,"leave":40},
          "reachable":{"identifiers":{"email":3,"phone":0,"mobile_id":1},"ad_platforms":2},
          "sample":[{"visitor":"ann"}],
          "overlap":[{"audience":"carted","both":20,"size":21},{"audience":"x","both":0,"size":4}]})");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "20 of 60 visitors\n"
            "as of        2026-01-01T00:00:00.000Z\n"
            "put in force as viewers: 0 enter, 40 leave, 20 stay\n"
            "with email 3, phone 0, mobile id 1; for ad platforms 2\n"
            "for example\n  ann\n"
            "shared with\n          20 of         21  carted\n");
}

TEST(AudienceText, RefusesWhatIsNoJson) {
  EXPECT_EQ(audience_text("<html>").error().code, ErrorCode::kMalformedJson);
  EXPECT_EQ(progress_of("").error().code, ErrorCode::kMalformedJson);
}

TEST(AudienceText, KnowsWhenNothingIsToCome) {
  EXPECT_TRUE(progress_of(R"({"name":"a","version":4})")->is_settled);
  const auto progress = progress_of(R"({"name":"a","next":{"evaluated":3,"to_evaluate":10}})");
  EXPECT_FALSE(progress->is_settled);
  EXPECT_EQ(progress->evaluated, 3u);
  EXPECT_EQ(progress->to_evaluate, 10u);
}

TEST(PercentEncode, LeavesNothingThatAPathWouldMisread) {
  EXPECT_EQ(percent_encode("a-Z_0.~"), "a-Z_0.~");
  EXPECT_EQ(percent_encode("a/b c?d&\xc3\xa4"), "a%2Fb%20c%3Fd%26%C3%A4");
}

}  // namespace
}  // namespace rekindle::cli
