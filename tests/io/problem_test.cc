#include "io/problem.h"

#include <gtest/gtest.h>

#include "io/json_text.h"

namespace rekindle::io {
namespace {

TEST(Problem, NamesTheErrorAsRfc9457Says) {
  const Response response = problem(Error{ErrorCode::kInvalidArgument, "n \"x\""});
  EXPECT_EQ(400, response.status);
  EXPECT_EQ("application/problem+json", response.content_type);
  EXPECT_EQ(
      "{\"type\":\"urn:rekindle:problem:invalid_argument\",\"title\":\"A parameter is out of "
      "range\",\"status\":400,\"detail\":\"n \\\"x\\\"\",\"code\":\"invalid_argument\"}\n",
      response.body);
}

TEST(Problem, GivesEachErrorItsStatus) {
  EXPECT_EQ(404, problem(Error{ErrorCode::kNotFound, {}}).status);
  EXPECT_EQ(413, problem(Error{ErrorCode::kBodyTooLarge, {}}).status);
  EXPECT_EQ(507, problem(Error{ErrorCode::kDiskFull, {}}).status);
  const Response busy = problem(Error{ErrorCode::kOverloaded, {}});
  EXPECT_EQ(503, busy.status);
  EXPECT_EQ("Retry-After: 1\r\n", busy.headers);
  EXPECT_EQ(429, overloaded(429).status);
}

TEST(Responses, WritesWhatTheRequestAskedFor) {
  Response response;
  response.body = "{}";
  std::string out;
  append_response(out, response, {false, true, "https://o", "Date: D\r\n"});
  EXPECT_EQ(
      "HTTP/1.1 200 OK\r\nDate: D\r\nAccess-Control-Allow-Origin: https://o\r\n"
      "Access-Control-Expose-Headers: X-Ack, Retry-After\r\nVary: Origin\r\nConnection: close\r\n"
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n",
      out);
}

TEST(Responses, WritesDatesAsHttpDoes) {
  EXPECT_EQ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", date_header(784'111'777'000));
}

TEST(Responses, PixelIsASingleTransparentPixel) {
  EXPECT_EQ(43u, pixel_gif().size());
  EXPECT_EQ("GIF89a", pixel_gif().substr(0, 6));
  EXPECT_EQ(';', pixel_gif().back());
}

TEST(JsonText, EscapesAndMends) {
  std::string out;
  append_json_string(out, std::string_view("a\"\\\n\x01\xc3\xa4\xff\xe2\x82", 10));
  EXPECT_EQ("\"a\\\"\\\\\\n\\u0001\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"", out);
  out.clear();
  append_json_time(out, INT64_MAX);
  EXPECT_EQ("null", out);
}

}  // namespace
}  // namespace rekindle::io
