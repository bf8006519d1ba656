// Knows crawlers by their User-Agent, with the shipped list. A list of some 1,500 regular
// expressions is asked as two, by RE2, in time that grows with the text's length only.
//
// Thread: any, once made. Owns: the two automata, whose memory is bounded.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/error.h"

namespace rekindle::io {

enum class Agent : uint8_t {
  kUnknown,  // a browser, or nobody we know
  kLibrary,  // an HTTP library: a server that tells of its visitors, or a crawler that asks for a
             // page
  kCrawler,
};

class Crawlers {
 public:
  // Errors: kInvalidConfiguration, with the line that is wrong.
  [[nodiscard]] static Result<Crawlers> make(std::string_view list);
  [[nodiscard]] static const Crawlers& shipped();
  Crawlers(Crawlers&&) noexcept;
  ~Crawlers();

  // Of the first limits::kUserAgentBytesMax bytes.
  [[nodiscard]] Agent judge(std::string_view user_agent) const;

 private:
  struct Automata;
  explicit Crawlers(std::unique_ptr<Automata> automata);
  std::unique_ptr<Automata> x_automata;
};

}  // namespace rekindle::io
