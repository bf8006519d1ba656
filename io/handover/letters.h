// Letters of the world's names: reading them from UTF-8, lower-casing them, telling them from
// punctuation. Used by io/handover/normalise. Pure functions, any thread.
//
// Lower-casing knows the bicameral scripts that names on shop orders are written in (Latin with all
// its European and Vietnamese letters, Greek, Cyrillic, Armenian), by Unicode's simple mapping and
// independent of any locale. Composed and decomposed accents are left as they come.
#pragma once

#include <string>
#include <string_view>

namespace rekindle::io {

inline constexpr char32_t kNoLetter = 0xffff'ffff;

// The code point at the front of `text`, which is taken off; kNoLetter when it is not UTF-8.
// REQUIRES: !text.empty()
[[nodiscard]] char32_t take_code_point(std::string_view& text);
void append_code_point(std::string& out, char32_t code);

[[nodiscard]] char32_t to_lower(char32_t code);
[[nodiscard]] bool is_space(char32_t code);
// Punctuation, symbols, controls and what has no width: what is no part of a name.
[[nodiscard]] bool is_mark(char32_t code);
[[nodiscard]] bool is_digit(char32_t code);           // ASCII
[[nodiscard]] bool is_digits(std::string_view text);  // one or more, and nothing else

// Without the blanks around it: ASCII ones, no-break space, zero-width space, byte order mark.
[[nodiscard]] std::string_view trimmed(std::string_view text);
// ASCII letters only; every other byte stays.
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] std::string ascii_upper(std::string_view text);

}  // namespace rekindle::io
