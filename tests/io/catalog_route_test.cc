// PUT, POST and GET /v1/catalog, on a decider that counts lines (server_rig.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

using ::testing::HasSubstr;

class CatalogRoute : public ::testing::Test {
 protected:
  Answer put(const std::string& body, const std::string& query = {}, const std::string& more = {}) {
    x_client.send("PUT /v1/catalog" + query + " HTTP/1.1\r\nHost: x\r\n" + more +
                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return x_client.read();
  }
  ServerRig x_rig;
  Client x_client{x_rig.port()};
};

TEST_F(CatalogRoute, AnswersOnceTheChangeIsPublished) {
  const auto answer = put("a\nb\nfault\n");
  EXPECT_EQ(answer.result_int(), 200u) << answer.body();
  EXPECT_EQ(
      answer.body(),
      "{\"site\":\"shop\",\"version\":1,\"products\":2,\"rows\":3,\"deleted\":0,"
      "\"faulty_rows\":1,\"faults\":[{\"line\":3,\"column\":1,\"reason\":\"is a fault\"}]}\n");
  EXPECT_THAT(x_client.get("/v1/catalog").body(), HasSubstr("\"version\":1,\"products\":2"));
  EXPECT_EQ(x_client.post("/v1/catalog?site=shop", "a\n").result_int(), 200u);
  EXPECT_THAT(x_client.get("/v1/catalog").body(), HasSubstr("\"version\":2"));
}

TEST_F(CatalogRoute, SaysWhatIsWrong) {
  const auto bad = put("bad");
  EXPECT_EQ(bad.result_int(), 400u);
  EXPECT_THAT(bad.body(), HasSubstr("1:1 it is bad"));
  EXPECT_EQ(put("a\n", "?site=unknown").result_int(), 400u);
  EXPECT_EQ(put("a\n", "?at=soon").result_int(), 400u);
  EXPECT_EQ(put("a\n", "?at=2026-01-01T00:00:00Z").result_int(), 200u);
  EXPECT_EQ(put("a\n", "", "Content-Encoding: br\r\n").result_int(), 415u);
  EXPECT_EQ(put("a\n", "", "Content-Encoding: gzip\r\n").result_int(), 400u);
  x_client.send("DELETE /v1/catalog HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(x_client.read().result_int(), 405u);
}

TEST_F(CatalogRoute, TakesBodiesThatNoOtherRouteTakes) {
  std::string body;
  while (body.size() <= limits::kBodyBytesMax + 100'000) body += "a product of some length\n";
  EXPECT_EQ(put(body).result_int(), 200u);
  Client other(x_rig.port());
  other.send("POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(other.read().result_int(), 413u);
  Client third(x_rig.port());
  third.send("PUT /v1/catalog HTTP/1.1\r\nHost: x\r\nContent-Length: " +
             std::to_string(limits::kCatalogBodyBytesMax + 1) + "\r\n\r\n");
  EXPECT_EQ(third.read().result_int(), 413u);
}

TEST_F(CatalogRoute, APageIsDecidedInOneCall) {
  EXPECT_EQ(x_client.post("/v1/events", event_json("ann", "view_item", kNow)).result_int(), 200u);
  const auto answer = x_client.post(
      "/v1/decide", R"({"visitor":"ann","n":2,"placements":["top",{"name":"side","n":1}]})");
  EXPECT_EQ(answer.result_int(), 200u);
  EXPECT_THAT(answer.body(), HasSubstr(R"({"placements":[{"placement":"top","offers":[)"));
  EXPECT_THAT(answer.body(), HasSubstr(R"("product":"top-1")"));
  EXPECT_THAT(answer.body(), HasSubstr(R"({"placement":"side","offers":[)"));
  EXPECT_THAT(answer.body(), HasSubstr(R"("product":"side-0")"));
  EXPECT_EQ(answer.body().find("side-1"), std::string::npos);
  for (const char* bad :
       {R"({"visitor":"a","placements":[]})", R"({"visitor":"a","placements":1})",
        R"({"visitor":"a","placements":[true]})", R"({"visitor":"a","placements":[{"n":1}]})",
        R"({"visitor":"a","placements":["x"],"placement":"y"})",
        R"({"visitor":"a","placements":[{"name":"x","n":99}]})"}) {
    EXPECT_EQ(x_client.post("/v1/decide", bad).result_int(), 400u) << bad;
  }
}

}  // namespace
}  // namespace rekindle::testing
