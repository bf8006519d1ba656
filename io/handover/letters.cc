#include "io/handover/letters.h"

#include <boost/nowide/utf/utf.hpp>
#include <iterator>

namespace rekindle::io {
namespace {

using Utf8 = boost::nowide::utf::utf_traits<char>;

bool within(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

// Blocks in which capital and small letter are neighbours: the capital is even (or odd), and its
// small letter follows it.
struct Pairs {
  char32_t first, last;
  bool capital_odd;
};
constexpr Pairs kPairs[] = {
    {0x0100, 0x012f, false}, {0x0132, 0x0137, false}, {0x0139, 0x0148, true},
    {0x014a, 0x0177, false}, {0x0179, 0x017e, true},  {0x01cd, 0x01dc, true},
    {0x01de, 0x01ef, false}, {0x01f8, 0x021f, false}, {0x0222, 0x0233, false},
    {0x0460, 0x0481, false}, {0x048a, 0x04bf, false}, {0x04c1, 0x04ce, true},
    {0x04d0, 0x052f, false}, {0x1e00, 0x1e95, false}, {0x1ea0, 0x1eff, false},
};

// Blocks in which the small letter lies a fixed distance behind the capital.
struct Shifted {
  char32_t first, last;
  char32_t distance;
};
constexpr Shifted kShifted[] = {
    {'A', 'Z', 32},       {0x00c0, 0x00d6, 32}, {0x00d8, 0x00de, 32},
    {0x0388, 0x038a, 37}, {0x0391, 0x03a1, 32}, {0x03a3, 0x03ab, 32},
    {0x0400, 0x040f, 80}, {0x0410, 0x042f, 32}, {0x0531, 0x0556, 48},
};

// Letters that follow neither rule.
struct Single {
  char32_t capital, small;
};
constexpr Single kSingles[] = {
    {0x0130, 'i'},    {0x0178, 0x00ff}, {0x0386, 0x03ac}, {0x038c, 0x03cc}, {0x038e, 0x03cd},
    {0x038f, 0x03ce}, {0x04c0, 0x04cf}, {0x1e9e, 0x00df}, {0x018f, 0x0259},
};

// Ranges beyond ASCII that hold no letter, digit or accent of a name.
struct Range {
  char32_t first, last;
};
constexpr Range kMarks[] = {
    {0x0080, 0x00a9}, {0x00ab, 0x00b4}, {0x00b6, 0x00b9}, {0x00bb, 0x00bf},   {0x00d7, 0x00d7},
    {0x00f7, 0x00f7}, {0x02c2, 0x02c5}, {0x037e, 0x037e}, {0x0387, 0x0387},   {0x055a, 0x055f},
    {0x0589, 0x058a}, {0x05be, 0x05be}, {0x05f3, 0x05f4}, {0x060c, 0x060d},   {0x061b, 0x061f},
    {0x066a, 0x066d}, {0x06d4, 0x06d4}, {0x2000, 0x206f}, {0x20a0, 0x20cf},   {0x2100, 0x214f},
    {0x2190, 0x2bff}, {0x2e00, 0x2e7f}, {0x3000, 0x3004}, {0x3008, 0x3020},   {0x3030, 0x3030},
    {0x303d, 0x303f}, {0x30a0, 0x30a0}, {0x30fb, 0x30fb}, {0xd800, 0xf8ff},   {0xfe00, 0xfe0f},
    {0xfe10, 0xfe1f}, {0xfe30, 0xfe6f}, {0xfeff, 0xfeff}, {0xff01, 0xff0f},   {0xff1a, 0xff20},
    {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xfff0, 0xffff}, {0x1f000, 0x1faff}, {0xe0000, 0x10ffff},
};

}  // namespace

char32_t take_code_point(std::string_view& text) {
  const char* at = text.data();
  const auto code = Utf8::decode(at, text.data() + text.size());
  if (!boost::nowide::utf::is_valid_codepoint(code)) return kNoLetter;
  text.remove_prefix(static_cast<size_t>(at - text.data()));
  return code;
}

void append_code_point(std::string& out, char32_t code) {
  Utf8::encode(code, std::back_inserter(out));
}

char32_t to_lower(char32_t code) {
  for (const Shifted& block : kShifted) {
    if (within(code, block.first, block.last)) return code + block.distance;
  }
  for (const Single& letter : kSingles) {
    if (code == letter.capital) return letter.small;
  }
  for (const Pairs& block : kPairs) {
    if (!within(code, block.first, block.last)) continue;
    return (code % 2 == 1) == block.capital_odd ? code + 1 : code;
  }
  return code;
}

bool is_space(char32_t code) {
  return within(code, 0x09, 0x0d) || code == ' ' || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || within(code, 0x2000, 0x200a) || within(code, 0x2028, 0x2029) ||
         code == 0x202f || code == 0x205f || code == 0x3000;
}

bool is_mark(char32_t code) {
  if (is_space(code)) return false;
  if (code < 0x80) {
    return !within(code, 'a', 'z') && !within(code, 'A', 'Z') && !within(code, '0', '9');
  }
  for (const Range& range : kMarks) {
    if (within(code, range.first, range.last)) return true;
  }
  return false;
}

bool is_digit(char32_t code) {
  return within(code, '0', '9');
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks[] = {" ",  "\t",       "\n",           "\r",          "\v",
                                          "\f", "\xc2\xa0", "\xe2\x80\x8b", "\xef\xbb\xbf"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        again = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        again = true;
      }
    }
  }
  return text;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string ascii_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace rekindle::io
