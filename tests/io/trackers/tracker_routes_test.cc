#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

ServerRigOptions with_aliases() {
  ServerRigOptions options;
  options.server.tracker_paths = {{"/a/b", "/com.snowplowanalytics.snowplow/tp2"}};
  options.server.redirect_hosts = {"shop.example"};
  return options;
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class TrackerRoutes : public ::testing::Test {
 protected:
  std::string visitor(const std::string& name) {
    return x_client.get("/v1/visitors/" + name).body();
  }
  ServerRig x_rig{with_aliases()};
  Client x_client{x_rig.port()};
};

const std::string kTrack = R"({"anonymousId":"ann","event":"Product Added","messageId":"m1",
  "timestamp":"2023-11-14T22:13:10Z","properties":{"product_id":"p","price":2.5,"quantity":2}})";

TEST_F(TrackerRoutes, AnswersWhenTheEventIsCommitted) {
  const auto answer = x_client.post("/v1/t", kTrack, "Content-Type: text/plain\r\n");
  EXPECT_EQ(200u, answer.result_int());
  EXPECT_EQ("{\"success\":true}\n", answer.body());
  EXPECT_EQ("durable", answer["X-Ack"]);
  EXPECT_NE(std::string::npos, visitor("ann").find(R"("type":"add_to_cart","count":1)"));
  EXPECT_NE(std::string::npos, visitor("ann").find(R"("items":2,"value":"5.00")"));
  EXPECT_EQ(200u, x_client.post("/v1/t/", kTrack).result_int());  // again, and with a slash
  EXPECT_NE(std::string::npos, visitor("ann").find(R"("type":"add_to_cart","count":1)"));
}

TEST_F(TrackerRoutes, UnpacksWhateverItIsCalled) {
  const std::string body = gzipped(R"({"batch":[)" + kTrack + "]}");
  const char* const headers[] = {"Content-Encoding: gzip\r\n", "",
                                 "Content-Type: application/x-www-form-urlencoded\r\n"};
  for (const char* header : headers) {
    EXPECT_EQ(200u, x_client.post("/v1/batch", body, header).result_int()) << header;
  }
  EXPECT_NE(std::string::npos, visitor("ann").find(R"("count":1)"));
  EXPECT_EQ(415u, x_client.post("/v1/t", kTrack, "Content-Encoding: br\r\n").result_int());
  EXPECT_EQ(400u, x_client.post("/v1/t", "x", "Content-Encoding: gzip\r\n").result_int());
}

TEST_F(TrackerRoutes, TalksToPagesOfOtherOrigins) {
  x_client.send(
      "OPTIONS /com.snowplowanalytics.snowplow/tp2 HTTP/1.1\r\nHost: t\r\n"
      "Origin: https://shop.example\r\nAccess-Control-Request-Headers: sp-anonymous\r\n\r\n");
  const auto options = x_client.read();
  EXPECT_EQ(204u, options.result_int());
  EXPECT_EQ("https://shop.example", options["Access-Control-Allow-Origin"]);
  EXPECT_EQ("true", options["Access-Control-Allow-Credentials"]);
  EXPECT_NE(std::string::npos, options["Access-Control-Allow-Headers"].find("SP-Anonymous"));
  const auto answer = x_client.post("/v1/t", kTrack, "Origin: https://shop.example\r\n");
  EXPECT_EQ("https://shop.example", answer["Access-Control-Allow-Origin"]);
  EXPECT_EQ("true", answer["Access-Control-Allow-Credentials"]);
  x_client.send("PUT /v1/t HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(405u, x_client.read().result_int());
}

TEST_F(TrackerRoutes, ServesGifsAndHeads) {
  const auto gif = x_client.get("/i?e=pv&duid=bob&dtm=1699999990000");
  EXPECT_EQ("image/gif", gif["Content-Type"]);
  EXPECT_EQ(43u, gif.body().size());
  x_client.send("HEAD /i?e=pv&duid=bob&dtm=1699999991000 HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(200u, x_client.read(true).result_int());
  EXPECT_NE(std::string::npos, visitor("bob").find(R"("type":"page_view","count":2)"));
  const auto named = x_client.get("/i?e=pv");
  EXPECT_EQ(0u, named["Set-Cookie"].find("sp="));
  EXPECT_EQ("", x_client.get("/i?e=pv&eid=x", "SP-Anonymous: *\r\n")["Set-Cookie"]);
  EXPECT_EQ(204u, x_client.get("/g/collect?cid=bob&en=page_view").result_int());
}

TEST_F(TrackerRoutes, HasPathsOfItsOwn) {
  const std::string body = R"({"data":[{"e":"pv","duid":"eve","dtm":"1699999990000"}]})";
  EXPECT_EQ("ok", x_client.post("/a/b", body).body());
  EXPECT_NE(std::string::npos, visitor("eve").find(R"("count":1)"));
  EXPECT_EQ(404u, x_client.post("/a/c", body).result_int());
}

TEST_F(TrackerRoutes, LeadsOn) {
  const auto led = x_client.get("/r/tp2?u=https%3A%2F%2Fshop.example%2Fa&duid=zoe");
  EXPECT_EQ(302u, led.result_int());
  EXPECT_EQ("https://shop.example/a", led["Location"]);
  EXPECT_NE(std::string::npos, visitor("zoe").find(R"("count":1)"));
  EXPECT_EQ(400u, x_client.get("/r/tp2?u=https%3A%2F%2Fevil.example%2Fa").result_int());
}

TEST_F(TrackerRoutes, ARehearsalTakesNothing) {
  const std::string body = R"({"client_id":"ted","events":[{"name":"login"},{"name":""}]})";
  const auto answer = x_client.post("/debug/mp/collect", body);
  EXPECT_EQ(200u, answer.result_int());
  EXPECT_NE(std::string::npos, answer.body().find(R"("validationCode":"VALUE_REQUIRED")"));
  EXPECT_EQ(404u, x_client.get("/v1/visitors/ted").result_int());
  EXPECT_EQ(0u, count_of(x_client.get("/v1/quarantine").body(), "\"id\":"));
}

TEST_F(TrackerRoutes, BadEventsAreKeptAndReplayed) {
  const auto answer =
      x_client.post("/v1/batch", R"({"writeKey":"k","batch":[{"type":"track","anonymousId":"kim",
      "event":"Order Completed","messageId":"m9","properties":{"order_id":"1","revenue":"?"}}]})");
  EXPECT_EQ(200u, answer.result_int());
  const std::string list = x_client.get("/v1/quarantine").body();
  EXPECT_EQ("segment/k", text_of(list, "source"));
  EXPECT_EQ(422u, x_client.post("/v1/quarantine/1/replay", "").result_int());
  const auto replayed =
      x_client.post("/v1/quarantine/1/replay", R"({"type":"track","anonymousId":"kim",
      "event":"Order Completed","messageId":"m9","properties":{"order_id":"1","revenue":"7.5"}})");
  EXPECT_EQ(200u, replayed.result_int()) << replayed.body();
  EXPECT_NE(std::string::npos, visitor("kim").find(R"("purchased":"7.50")"));
  EXPECT_EQ(0u, count_of(x_client.get("/v1/quarantine").body(), "\"id\":"));
  EXPECT_EQ(400u, x_client.post("/v1/batch", "{\"batch\":[").result_int());
  EXPECT_EQ(1u, count_of(x_client.get("/v1/quarantine").body(), "\"reason\":\"malformed_json\""));
}

TEST_F(TrackerRoutes, ACartIsTakenAsItsDifferences) {
  const auto cart = [&](const std::string& items) {
    const auto answer = x_client.get("/matomo.php?idsite=1&_id=max&idgoal=0&ec_items=" + items);
    EXPECT_EQ(200u, answer.result_int());
  };
  cart("[[%22a%22,%22A%22,%22c%22,5,2]]");
  cart("[[%22a%22,%22A%22,%22c%22,5,2]]");
  cart("[[%22a%22,%22A%22,%22c%22,5,1],[%22b%22,%22B%22,%22c%22,3,1]]");
  EXPECT_NE(std::string::npos, visitor("max").find(R"("type":"add_to_cart","count":2)"));
  EXPECT_NE(std::string::npos, visitor("max").find(R"("type":"remove_from_cart","count":1)"));
  EXPECT_NE(std::string::npos, visitor("max").find(R"("lines":2,"items":2,"value":"8.00")"));
}

}  // namespace
}  // namespace rekindle::testing
