#include <zlib.h>

#include <thread>

#include "core/limits.h"
#include "io/responses.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(Z_OK, deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY));
  std::string out(text.size() + 256, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(Z_STREAM_END, deflate(&stream, Z_FINISH));
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Server, AnswersThePixelWithAGifThatIsNotCached) {
  ServerRig rig;
  Client client(rig.port());
  const auto answer = client.get("/pixel.gif?e=page_view&v=ann&t=1700000000000");
  EXPECT_EQ(200u, answer.result_int());
  EXPECT_EQ(io::pixel_gif(), answer.body());
  EXPECT_EQ("no-store", answer["Cache-Control"]);
  EXPECT_EQ("durable", answer["X-Ack"]);
  EXPECT_EQ(0u, answer.count("Set-Cookie"));
  EXPECT_EQ(200u, client.get("/v1/visitors/ann").result_int());
}

TEST(Server, GivesAnUnnamedVisitorACookieAndKnowsItAgain) {
  ServerRig rig;
  Client client(rig.port());
  const std::string cookie(client.get("/p?e=page_view&t=1700000000000")["Set-Cookie"]);
  ASSERT_NE(std::string::npos, cookie.find("rk_visitor="));
  EXPECT_NE(std::string::npos, cookie.find("HttpOnly; SameSite=Lax"));
  const std::string pair = cookie.substr(0, cookie.find(';'));
  const std::string visitor = pair.substr(pair.find('=') + 1);
  const auto again =
      client.get("/pixel.gif?e=view_item&t=1700000001000", "Cookie: a=b; " + pair + "\r\n");
  EXPECT_EQ(0u, again.count("Set-Cookie"));
  const auto view = client.get("/v1/visitors/" + visitor);
  EXPECT_NE(std::string::npos, view.body().find("\"page_view\"")) << view.body();
  EXPECT_NE(std::string::npos, view.body().find("\"view_item\"")) << view.body();
}

TEST(Server, GivesTheGifForABadPixelAndQuarantinesIt) {
  ServerRig rig;
  Client client(rig.port());
  EXPECT_EQ(200u, client.get("/pixel.gif?e=nonsense&v=ann").result_int());
  const auto list = client.get("/v1/quarantine");
  EXPECT_EQ("unknown_event_type", text_of(list.body(), "reason")) << list.body();
  EXPECT_EQ("pixel", text_of(list.body(), "source"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  ServerRig rig;
  Client client(rig.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) {  // more than may be in flight at once
    requests += i % 2 == 0 ? "GET /pixel.gif?e=page_view&v=v" + std::to_string(i) + " HTTP/1.1\r\n"
                           : "GET /nowhere HTTP/1.1\r\n";
    requests += "Host: t\r\n\r\n";
  }
  std::thread sender([&] { client.send(requests); });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(i % 2 == 0 ? 200u : 404u, client.read().result_int());
  sender.join();
}

TEST(Server, LeavesOutTheBodyOfHead) {
  ServerRig rig;
  Client client(rig.port());
  client.send("HEAD /pixel.gif?e=page_view&v=a HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto head = client.read(true);
  EXPECT_EQ("43", head["Content-Length"]);
  EXPECT_EQ(200u, client.get("/health/live").result_int());  // nothing left over in between
}

TEST(Server, NamesWhatItDoesNotKnow) {
  ServerRig rig;
  Client client(rig.port());
  const auto unknown = client.get("/v1/nothing");
  EXPECT_EQ(404u, unknown.result_int());
  EXPECT_EQ("application/problem+json", unknown["Content-Type"]);
  const auto wrong = client.get("/v1/events");
  EXPECT_EQ(405u, wrong.result_int());
  EXPECT_EQ("POST, OPTIONS", wrong["Allow"]);
  client.send("OPTIONS /v1/events HTTP/1.1\r\nHost: t\r\nOrigin: https://shop.example\r\n\r\n");
  const auto options = client.read();
  EXPECT_EQ(204u, options.result_int());
  EXPECT_EQ("https://shop.example", options["Access-Control-Allow-Origin"]);
}

TEST(Server, RefusesRequestsThatAreNone) {
  ServerRig rig;
  const std::pair<std::string, unsigned> kCases[] = {
      {"\x16\x03\x01 hello", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400},
      {"GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
       "Transfer-Encoding: chunked\r\n\r\nabc",
       400},
      {"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
       400},
      {"POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(limits::kHeaderBytesMax, 'x'), 431},
  };
  for (const auto& [request, status] : kCases) {
    Client client(rig.port());
    client.send(request);
    EXPECT_EQ(status, client.read().result_int()) << request.substr(0, 80);
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Server, ReadsBodiesHoweverTheyCome) {
  ServerRig rig;
  Client client(rig.port());
  const std::string body = event_json("ann", "page_view", kNow);
  client.send("POST /v1/events HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(100u, client.read().result_int());
  client.send(body);
  EXPECT_EQ(200u, client.read().result_int());

  client.send("POST /v1/events HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" +
              body.substr(0, 5) + "\r\n");
  char size[16];
  std::snprintf(size, sizeof(size), "%zx", body.size() - 5);
  client.send(std::string(size) + "\r\n" + body.substr(5) + "\r\n0\r\n\r\n");
  EXPECT_NE(std::string::npos, client.read().body().find("\"accepted\":1"));

  const auto zipped = client.post("/v1/events", gzip(body), "Content-Encoding: gzip\r\n");
  EXPECT_NE(std::string::npos, zipped.body().find("\"accepted\":1")) << zipped.body();
  EXPECT_EQ(400u, client.post("/v1/events", "no gzip", "Content-Encoding: gzip\r\n").result_int());
  EXPECT_EQ(415u, client.post("/v1/events", body, "Content-Encoding: br\r\n").result_int());
}

TEST(Server, KeepsTheHeaderWhileALongBodyComesInPieces) {
  ServerRig rig;
  Client client(rig.port());
  std::string body;
  for (int i = 0; i < 5'000; ++i) {
    body += event_json("v" + std::to_string(i), "page_view", kNow) + "\n";
  }
  client.send(
      "POST /v1/events HTTP/1.1\r\nHost: t\r\nOrigin: https://shop.example\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  for (size_t at = 0; at < body.size(); at += 7'001) client.send(body.substr(at, 7'001));
  const auto answer = client.read();
  EXPECT_NE(std::string::npos, answer.body().find("\"accepted\":5000")) << answer.body();
  EXPECT_EQ("https://shop.example", answer["Access-Control-Allow-Origin"]);
}

TEST(Server, AnswersOnlyWhatIsCommitted) {
  ServerRigOptions options;
  options.engine.threads = false;
  ServerRig rig(options);
  Client waiting(rig.port());
  Client other(rig.port());
  waiting.send("GET /pixel.gif?e=page_view&v=ann HTTP/1.1\r\nHost: t\r\n\r\n");
  while (rig.engine().inbox(0).bytes() + rig.engine().inbox(1).bytes() == 0) {
    EXPECT_EQ(200u, other.get("/health/live").result_int());
  }
  EXPECT_EQ(200u, other.get("/health/live").result_int());
  EXPECT_EQ(0u, waiting.bytes_waiting());
  rig.engine().run_until_idle();
  EXPECT_EQ(200u, waiting.read().result_int());
}

TEST(Server, RefusesEventsWhileAnInboxIsFull) {
  ServerRigOptions options;
  options.engine.threads = false;
  options.engine.shards = 1;
  options.engine.inbox_bytes_max = 64;  // one message fills it
  ServerRig rig(options);
  Client first(rig.port());
  Client second(rig.port());
  first.send("GET /pixel.gif?e=page_view&v=ann HTTP/1.1\r\nHost: t\r\n\r\n");
  while (!rig.engine().inbox(0).is_full()) {
    EXPECT_NE(0u, second.get("/health/ready").result_int());
  }
  const auto pixel = second.get("/pixel.gif?e=page_view&v=bob");
  EXPECT_EQ(503u, pixel.result_int());
  EXPECT_EQ("1", pixel["Retry-After"]);
  const auto post = second.post("/v1/events", event_json("bob", "page_view", kNow));
  EXPECT_EQ(429u, post.result_int());
  EXPECT_EQ("1", post["Retry-After"]);
  EXPECT_EQ(503u, second.get("/health/ready").result_int());
  rig.engine().run_until_idle();
  EXPECT_EQ(200u, first.read().result_int());
  EXPECT_EQ(0u, rig.engine().counters(0).duplicates.load());
  EXPECT_EQ(1u, rig.engine().counters(0).events.load());  // nothing of the refused was taken
}

TEST(Server, EndsConnectionsThatAskForIt) {
  ServerRig rig;
  Client client(rig.port());
  EXPECT_EQ("close", client.get("/health/live", "Connection: close\r\n")["Connection"]);
  EXPECT_TRUE(client.is_closed());
  Client old(rig.port());
  old.send("GET /health/live HTTP/1.0\r\n\r\n");
  EXPECT_EQ(200u, old.read().result_int());
  EXPECT_TRUE(old.is_closed());
}

TEST(Server, AnswersAPeerThatHasStoppedSending) {
  ServerRig rig;
  Client client(rig.port());
  client.send("GET /pixel.gif?e=page_view&v=ann HTTP/1.1\r\nHost: t\r\n\r\n");
  client.finish_sending();
  EXPECT_EQ(200u, client.read().result_int());
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, StopsWithoutLosingAnAnswer) {
  ServerRig rig;
  Client idle(rig.port());
  Client polling(rig.port());
  EXPECT_EQ(200u, idle.get("/health/live").result_int());
  polling.send("GET /v1/changes?after=now&wait=60 HTTP/1.1\r\nHost: t\r\n\r\n");
  // Answered on the same io thread after the poll was read.
  EXPECT_EQ(200u, idle.get("/v1/changes").result_int());
  std::thread stopping([&] { rig.server().stop(); });
  EXPECT_EQ(200u, polling.read().result_int());
  EXPECT_TRUE(idle.is_closed());
  stopping.join();
}

TEST(Server, SharesAPortAmongItsThreadsButNotWithOthers) {
  ServerRigOptions options;
  options.server.io_threads = 2;
  ServerRig rig(options);
  for (int i = 0; i < 16; ++i) {
    Client client(rig.port());
    EXPECT_EQ(200u, client.get("/pixel.gif?e=page_view&v=ann").result_int());
  }
  io::ServerConfig taken;
  taken.port = rig.port();
  const auto second = io::Server::make(taken, rig.engine());
  ASSERT_FALSE(second);
  EXPECT_EQ(ErrorCode::kInvalidConfiguration, second.error().code);
}

}  // namespace
}  // namespace rekindle::testing
