// Reads an audience expression from left to right for the naive parser. The first fault is kept;
// after it everything is at its end, so that reading stops by itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rekindle::naive {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : x_text(text) { skip_blanks(); }

  struct Number {
    int64_t digits = 0;
    int64_t divisor = 1;
    std::string unit;  // letters that follow at once: "d"
  };

  [[nodiscard]] bool at_end() const { return x_at >= x_text.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : x_text[x_at]; }
  // Takes a sign such as "<=" if it comes next.
  bool take(std::string_view sign);
  // Takes a whole word if it comes next.
  bool take_word(std::string_view word);
  void expect(std::string_view sign);
  void expect_word(std::string_view word);

  [[nodiscard]] bool at_number() const { return peek() >= '0' && peek() <= '9'; }
  [[nodiscard]] bool at_string() const { return peek() == '"' || peek() == '\''; }
  [[nodiscard]] bool at_name() const;
  std::string name();    // cart.value, custom:quiz
  std::string string();  // without its quotes
  Number number();
  std::string period();  // 2026-03..2026-05

  void fail(std::string_view what);
  [[nodiscard]] const std::string& fault() const { return x_fault; }
  // For cutting out what was read.
  [[nodiscard]] size_t place() const { return x_at; }
  [[nodiscard]] std::string from(size_t begin) const;

 private:
  void skip_blanks();
  [[nodiscard]] bool follows(std::string_view text) const {
    return x_text.substr(x_at, text.size()) == text;
  }

  std::string_view x_text;
  size_t x_at = 0;
  std::string x_fault;
};

}  // namespace rekindle::naive
