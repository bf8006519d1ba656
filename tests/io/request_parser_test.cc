#include "io/request_parser.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace rekindle::io {
namespace {

using State = RequestParser::State;

TEST(RequestParser, KeepsWhatTheRoutesNeed) {
  std::string body;
  RequestParser parser(body);
  size_t used = 0;
  const std::string bytes =
      "POST /v1/events?site=a&x=%20b HTTP/1.1\r\nHost: shop.example\r\nOrigin: https://o\r\n"
      "Cookie: a=1; rk_visitor=me\r\nAccept: text/csv\r\nContent-Type: application/json\r\n"
      "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabcGET";
  ASSERT_EQ(State::kDone, parser.take(bytes, used));
  EXPECT_EQ(bytes.size() - 3, used);
  const Request& request = parser.request();
  EXPECT_EQ(Method::kPost, request.method);
  EXPECT_EQ("/v1/events", request.path);
  EXPECT_EQ("site=a&x=%20b", request.query);
  EXPECT_EQ("https://o", request.origin);
  EXPECT_EQ("me", cookie_value(request.cookie, "rk_visitor"));
  EXPECT_EQ("text/csv", request.accept);
  EXPECT_EQ("gzip", request.content_encoding);
  EXPECT_EQ("abc", request.body);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_FALSE(request.is_upgrade);
}

TEST(RequestParser, TakesTheBodyInPiecesAndLetsTheHeaderMove) {
  std::string body;
  RequestParser parser(body);
  size_t used = 0;
  std::string header = "POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n";
  ASSERT_EQ(State::kNeedMore, parser.take(header, used));
  EXPECT_EQ(header.size(), used);
  ASSERT_TRUE(parser.has_header());
  const std::string moved = header;
  parser.move_views(moved.data() - header.data());
  header.assign(header.size(), '#');
  EXPECT_EQ(State::kNeedMore, parser.take("abc", used));
  ASSERT_EQ(State::kDone, parser.take("def", used));
  EXPECT_EQ("/a", parser.request().path);
  EXPECT_EQ("b=c", parser.request().query);
  EXPECT_EQ("abcdef", parser.request().body);
}

TEST(RequestParser, ReadsChunks) {
  std::string body;
  RequestParser parser(body);
  size_t used = 0;
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n";
  ASSERT_EQ(State::kDone, parser.take(bytes, used));
  EXPECT_EQ(bytes.size(), used);
  EXPECT_EQ("abcdefg", parser.request().body);
}

TEST(RequestParser, RefusesWhatCouldBeReadTwoWays) {
  const std::pair<std::string, int> kCases[] = {
      {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: identity\r\n", 501},
      {"Transfer-Encoding: chunked, gzip\r\n", 501},
      {"Content-Length: 1, 2\r\n", 400},
      {"Content-Length: -1\r\n", 400},
      {"Host: again\r\n", 400},
      {"Name : value\r\n", 400},
      {"Content-Length: 99999999\r\n", 413},
  };
  for (const auto& [lines, status] : kCases) {
    std::string body;
    RequestParser parser(body);
    size_t used = 0;
    EXPECT_EQ(State::kRefused, parser.take("POST / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n", used))
        << lines;
    EXPECT_EQ(status, parser.status()) << lines;
    EXPECT_FALSE(parser.reason().empty());
  }
}

TEST(RequestParser, BoundsTheBodyItCollects) {
  std::string body;
  RequestParser parser(body);
  size_t used = 0;
  auto state = parser.take(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
      used);
  const std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
  std::string pending;
  for (size_t sent = 0; state == State::kNeedMore && sent < 2 * limits::kBodyBytesMax;
       sent += chunk.size()) {
    pending += chunk;
    used = 1;
    while (state == State::kNeedMore && used > 0) {  // what it leaves wants more behind it
      state = parser.take(pending, used);
      pending.erase(0, used);
    }
  }
  EXPECT_EQ(State::kRefused, state);
  EXPECT_EQ(413, parser.status());
  EXPECT_LE(body.size(), limits::kCompressedBodyBytesMax);
}

TEST(Request, ReadsQueryParameters) {
  EXPECT_EQ("a b", query_parameter("x=1&y=a+b&y=2", "y"));
  EXPECT_EQ("ä/", query_parameter("y=%C3%A4%2f", "y"));
  EXPECT_EQ("%zz%", query_parameter("y=%zz%", "y"));
  EXPECT_EQ("", query_parameter("xy=1", "y"));
  EXPECT_EQ("a+b", percent_decode("a+b", false));
}

}  // namespace
}  // namespace rekindle::io
