// Any bytes, cut anywhere, as an HTTP request: no crash, bounded memory, and the same outcome
// whether the body comes at once or in pieces.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/assert.h"
#include "core/limits.h"
#include "io/request_parser.h"

using rekindle::io::RequestParser;
using State = RequestParser::State;

namespace {

struct Outcome {
  State state = State::kNeedMore;
  int status = 0;
  std::string path;
  std::string body;
};

// The whole header at once, as the connection does; the rest in pieces.
Outcome parse(const std::string& bytes, size_t piece) {
  Outcome outcome;
  std::string body;
  RequestParser parser(body);
  size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return outcome;
  end += 4;
  size_t begin = 0;
  while (outcome.state == State::kNeedMore) {
    size_t used = 0;
    outcome.state = parser.take(std::string_view(bytes).substr(begin, end - begin), used);
    RK_ASSERT(used <= end - begin);
    begin += used;
    if (end == bytes.size()) break;
    end = std::min(end + piece, bytes.size());
  }
  RK_ASSERT(body.size() <= rekindle::limits::kBodyBytesMax);
  if (outcome.state == State::kRefused) outcome.status = parser.status();
  if (outcome.state == State::kDone) {
    outcome.path = parser.request().path;
    outcome.body = parser.request().body;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = parse(bytes, bytes.size() + 1);
  const Outcome pieces = parse(bytes, 7);
  RK_ASSERT(whole.state == pieces.state);
  RK_ASSERT(whole.status == pieces.status);
  RK_ASSERT(whole.path == pieces.path && whole.body == pieces.body);
  static_cast<void>(rekindle::io::query_parameter(bytes, "v"));
  static_cast<void>(rekindle::io::cookie_value(bytes, "v"));
  return 0;
}
