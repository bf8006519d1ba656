#include "operators/audience/lexer.h"

#include <optional>

namespace rekindle::operators::audience {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Lexer {
 public:
  Lexer(std::string_view source, Faults& faults) : x_source(source), x_faults(faults) {}

  std::vector<Token> run() {
    while (x_at < x_source.size()) {
      if (is_space(x_source[x_at])) {
        ++x_at;
      } else {
        read_token();
      }
    }
    x_begin = x_at;
    emit(TokenKind::kEnd);
    return std::move(x_tokens);
  }

 private:
  [[nodiscard]] char peek(size_t ahead = 0) const {
    return x_at + ahead < x_source.size() ? x_source[x_at + ahead] : '\0';
  }
  [[nodiscard]] Span span() const {
    return {static_cast<uint32_t>(x_begin), static_cast<uint32_t>(x_at)};
  }
  Token& emit(TokenKind kind) {
    x_tokens.push_back({kind, span(), {}, {}});
    return x_tokens.back();
  }

  void read_token() {
    x_begin = x_at;
    const char c = peek();
    if (is_digit(c) && !x_tokens.empty() && x_tokens.back().is_name("in")) return read_period();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    if (is_letter(c)) return read_name();
    if (c == '"' || c == '\'') return read_string();
    read_sign();
  }

  void read_name() {
    while (is_letter(peek()) || is_digit(peek()) || (peek() == '.' && is_letter(peek(1)))) ++x_at;
    if (x_source.substr(x_begin, x_at - x_begin) == "custom" && peek() == ':') {
      ++x_at;
      while (is_letter(peek()) || is_digit(peek()) || peek() == '-' || peek() == '.') ++x_at;
    }
    emit(TokenKind::kName).text = x_source.substr(x_begin, x_at - x_begin);
  }

  // Only after `in`, where arithmetic has no place: 2026-03 is a month.
  void read_period() {
    while (is_digit(peek()) || is_letter(peek()) || peek() == '-' || peek() == '.') ++x_at;
    emit(TokenKind::kPeriod).text = x_source.substr(x_begin, x_at - x_begin);
  }

  void read_number() {
    constexpr int kDigitsMax = 18;
    Wide digits = 0;
    Wide scale = 1;
    int used = 0;
    bool after_point = false;
    for (; is_digit(peek()) || (peek() == '.' && !after_point && is_digit(peek(1))); ++x_at) {
      if (peek() == '.') {
        after_point = true;
        continue;
      }
      if (++used > kDigitsMax) continue;
      digits = digits * 10 + (peek() - '0');
      if (after_point) scale *= 10;
    }
    const size_t unit_begin = x_at;
    while (is_letter(peek()) || is_digit(peek())) ++x_at;
    const std::string_view unit = x_source.substr(unit_begin, x_at - unit_begin);
    if (used > kDigitsMax) return x_faults.add(span(), "the number has more than 18 digits");
    if (unit.empty() && peek() == '%') {
      ++x_at;
      emit(TokenKind::kPercent).value = *make_rational(digits, scale);
      return;
    }
    if (unit.empty()) {
      emit(TokenKind::kNumber).value = *make_rational(digits, scale);
      return;
    }
    int64_t unit_ms = milliseconds_of(unit);
    if (unit_ms == 0) {
      x_faults.add(span(), "unknown unit '" + std::string(unit) + "', durations are s, m, h or d");
      unit_ms = days(1).ms;  // so that the rest is still checked
    }
    emit(TokenKind::kDuration).value = *make_rational(digits * unit_ms, scale);
  }

  static int64_t milliseconds_of(std::string_view unit) {
    if (unit == "s") return seconds(1).ms;
    if (unit == "m") return minutes(1).ms;
    if (unit == "h") return hours(1).ms;
    if (unit == "d") return days(1).ms;
    return 0;
  }

  void read_string() {
    const char quote = peek();
    std::string text;
    for (++x_at; x_at < x_source.size() && peek() != quote; ++x_at) {
      if (peek() == '\\' && (peek(1) == quote || peek(1) == '\\')) ++x_at;
      text.push_back(peek());
    }
    if (x_at == x_source.size()) {
      x_faults.add({static_cast<uint32_t>(x_begin), static_cast<uint32_t>(x_begin + 1)},
                   "the string is not closed");
    } else {
      ++x_at;
    }
    emit(TokenKind::kString).text = std::move(text);
  }

  void read_sign() {
    const char c = peek();
    const bool with_equal = peek(1) == '=';
    switch (c) {
      case '(': return one(TokenKind::kLeftParen);
      case ')': return one(TokenKind::kRightParen);
      case '[': return one(TokenKind::kLeftBracket);
      case ']': return one(TokenKind::kRightBracket);
      case ',': return one(TokenKind::kComma);
      case '+': return one(TokenKind::kPlus);
      case '-': return one(TokenKind::kMinus);
      case '*': return one(TokenKind::kTimes);
      case '/': return one(TokenKind::kDivide);
      case '<': return with_equal ? two(TokenKind::kLessOrEqual) : one(TokenKind::kLess);
      case '>': return with_equal ? two(TokenKind::kGreaterOrEqual) : one(TokenKind::kGreater);
      case '=':
        if (with_equal) return two(TokenKind::kEqual);
        one(TokenKind::kEqual);
        return x_faults.add(span(), "a comparison is written '=='");
      case '!':
        if (with_equal) return two(TokenKind::kNotEqual);
        ++x_at;
        return x_faults.add(span(), "negation is written 'not'");
      default: return read_stray(c);
    }
  }

  void one(TokenKind kind) {
    x_at += 1;
    emit(kind);
  }
  void two(TokenKind kind) {
    x_at += 2;
    emit(kind);
  }

  // '&&' and '||' stand for the words, so that the rest is still checked.
  void read_stray(char c) {
    ++x_at;
    if ((c == '&' || c == '|') && peek() == c) {
      ++x_at;
      const std::string word = c == '&' ? "and" : "or";
      x_faults.add(span(), "write '" + word + "'");
      emit(TokenKind::kName).text = word;
      return;
    }
    while ((static_cast<unsigned char>(peek()) & 0xC0) == 0x80) ++x_at;  // the rest of a character
    x_faults.add(span(), "unexpected character");
  }

  std::string_view x_source;
  Faults& x_faults;
  size_t x_at = 0;
  size_t x_begin = 0;
  std::vector<Token> x_tokens;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source, Faults& faults) {
  return Lexer(source, faults).run();
}

}  // namespace rekindle::operators::audience
