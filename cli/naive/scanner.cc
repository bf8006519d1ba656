#include "cli/naive/scanner.h"

#include <cctype>

namespace rekindle::naive {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void Scanner::skip_blanks() {
  while (!at_end() && std::isspace(static_cast<unsigned char>(peek())) != 0) ++x_at;
}

bool Scanner::take(std::string_view sign) {
  if (at_end() || !follows(sign)) return false;
  x_at += sign.size();
  skip_blanks();
  return true;
}

bool Scanner::take_word(std::string_view word) {
  if (!follows(word)) return false;
  const size_t end = x_at + word.size();
  if (end < x_text.size() && is_word(x_text[end])) return false;
  return take(word);
}

void Scanner::expect(std::string_view sign) {
  if (!take(sign)) fail("expected '" + std::string(sign) + "'");
}

void Scanner::expect_word(std::string_view word) {
  if (!take_word(word)) fail("expected '" + std::string(word) + "'");
}

bool Scanner::at_name() const {
  return is_word(peek()) && !is_digit(peek());
}

std::string Scanner::name() {
  if (!at_name()) fail("expected a name");
  const size_t begin = x_at;
  const bool is_custom = follows("custom:");
  while (!at_end()) {
    const char c = peek();
    const bool joins = c == '.' || (is_custom && (c == ':' || c == '-'));
    if (!is_word(c) && !joins) break;
    ++x_at;
  }
  const std::string name(x_text.substr(begin, x_at - begin));
  skip_blanks();
  return name;
}

std::string Scanner::string() {
  if (!at_string()) fail("expected a text in quotes");
  if (at_end()) return "";
  const char quote = x_text[x_at++];
  std::string text;
  while (!at_end() && peek() != quote) {
    const char next = x_at + 1 < x_text.size() ? x_text[x_at + 1] : '\0';
    if (peek() == '\\' && (next == quote || next == '\\')) ++x_at;
    text.push_back(x_text[x_at++]);
  }
  if (at_end()) fail("a text without its closing quote");
  ++x_at;
  skip_blanks();
  return text;
}

Scanner::Number Scanner::number() {
  Number number;
  size_t digits = 0;
  bool after_point = false;
  for (; is_digit(peek()) || (peek() == '.' && !after_point); ++x_at) {
    if (peek() == '.') {
      after_point = true;
      continue;
    }
    if (++digits > 18) return fail("a number of more than 18 digits"), number;
    number.digits = number.digits * 10 + (peek() - '0');
    if (after_point) number.divisor *= 10;
  }
  if (digits == 0) fail("expected a number");
  while (!at_end() && is_word(peek())) number.unit.push_back(x_text[x_at++]);
  skip_blanks();
  return number;
}

std::string Scanner::period() {
  std::string text;
  while (!at_end() && (is_digit(peek()) || peek() == '-' || peek() == '.')) {
    text.push_back(x_text[x_at++]);
  }
  skip_blanks();
  return text;
}

void Scanner::fail(std::string_view what) {
  if (x_fault.empty()) x_fault = std::string(what) + " at byte " + std::to_string(x_at);
  x_at = x_text.size();
}

std::string Scanner::from(size_t begin) const {
  std::string_view text = x_text.substr(begin, x_at - begin);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

}  // namespace rekindle::naive
