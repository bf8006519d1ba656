#include "io/handover/normalise.h"

#include <algorithm>
#include <optional>

#include "core/limits.h"
#include "core/sha256.h"
#include "io/handover/email.h"
#include "io/handover/letters.h"
#include "io/handover/phone.h"
#include "io/handover/places.h"

namespace rekindle::io {
namespace {

constexpr size_t kHashDigits = 64;  // SHA-256 in hexadecimal

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// MD5, SHA-1, SHA-512 in hexadecimal, SHA-256 in Base64: hashing those again would match nobody.
bool is_other_hash(std::string_view text) {
  if (text.size() == 44 && text.ends_with('=') && text.find('@') == std::string_view::npos) {
    return text.find(' ') == std::string_view::npos;
  }
  return (text.size() == 32 || text.size() == 40 || text.size() == 128) && is_hex(text);
}

// What can be said before looking at the field's own rules; nothing: go on with `text`.
std::optional<Normalised> settled(std::string_view& text) {
  text = trimmed(text);
  if (text.empty()) return Normalised(Refusal::kAbsent);
  if (text.size() == kHashDigits && is_hex(text))
    return Normalised(Normal{ascii_lower(text), true});
  if (is_other_hash(text)) return Normalised(Refusal::kOtherHash);
  if (text.size() > limits::kHandoverFieldBytesMax) return Normalised(Refusal::kTooLong);
  return std::nullopt;
}

// For a field the platform wants in the clear.
Normalised plain_only(Normalised value) {
  if (value && value->hashed) return Refusal::kHashedNotPlain;
  return value;
}

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(static_cast<unsigned char>(c));
}

struct Letters {
  bool digits = true;  // kept
  bool blanks = true;  // one kept between words
};

// Lower case without punctuation. Errors: kNotUtf8, `nothing_left`.
Normalised letters_of(std::string_view text, Letters keep, Refusal nothing_left) {
  Normal out;
  bool blank = false;
  bool letter = false;
  while (!text.empty()) {
    const char32_t code = take_code_point(text);
    if (code == kNoLetter) return Refusal::kNotUtf8;
    if (is_space(code)) {
      blank = !out.text.empty();
      continue;
    }
    if (is_mark(code) || (is_digit(code) && !keep.digits)) continue;
    if (blank && keep.blanks) out.text.push_back(' ');
    blank = false;
    letter = letter || !is_digit(code);
    append_code_point(out.text, to_lower(code));
  }
  if (!letter) return nothing_left;
  return out;
}

// Letters and digits; blanks and dashes fall out. Errors: kZipMalformed.
OrRefusal<std::string> zip_signs(std::string_view text) {
  std::string signs;
  for (const char c : ascii_lower(text)) {
    if (c == ' ' || c == '-') continue;
    if (!is_alnum(c)) return Refusal::kZipMalformed;
    signs.push_back(c);
  }
  if (signs.empty() || signs.size() > 12) return Refusal::kZipMalformed;
  return signs;
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "94103-1234": only the US writes 5-4, so the country need not be known.
bool is_zip_plus_four(std::string_view text) {
  return text.size() == 10 && text[5] == '-' && all_digits(text.substr(0, 5)) &&
         all_digits(text.substr(6));
}

// The five digits of a US ZIP or ZIP+4. Fewer have lost their leading zeros: which ones is a guess.
OrRefusal<std::string> us_zip(const std::string& signs) {
  if (!all_digits(signs) || (signs.size() != 5 && signs.size() != 9)) return Refusal::kZipMalformed;
  return signs.substr(0, 5);
}

// "sw1a1" of "sw1a1aa": Meta takes British postcodes up to the sector.
std::string uk_sector(std::string signs) {
  const size_t n = signs.size();
  const auto letter = [&](size_t i) { return signs[i] >= 'a' && signs[i] <= 'z'; };
  if (n >= 5 && letter(n - 1) && letter(n - 2) && !letter(n - 3)) signs.resize(n - 2);
  return signs;
}

// The digits of a number without the zeros before it.
std::string digits_in(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return !is_digit(static_cast<unsigned char>(c)); });
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// However the two are written: "+1 650 …", "1650…" and "(650) …" are one number.
bool holds_phone(std::string_view id, std::string_view phone, std::string_view calling_code) {
  constexpr size_t kDigitsMin = 7;  // fewer are a customer number's by chance
  if (phone.empty()) return false;
  if (trimmed(id) == phone) return true;
  const std::string in_id = digits_in(id);
  if (in_id.size() < kDigitsMin) return false;
  const auto whole = phone_digits(phone, calling_code);
  if (!whole) return in_id == digits_in(phone);
  return whole->ends_with(in_id) || in_id.find(*whole) != std::string::npos;
}

}  // namespace

std::string hash_of(const Normal& value) {
  return value.hashed ? value.text : sha256_hex(value.text);
}

Normalised meta_email(std::string_view text) {
  if (auto known = settled(text)) return *known;
  auto address = email_address(text);
  if (!address) return address.error();
  return Normal{*std::move(address)};
}

Normalised google_email(std::string_view text, GmailRule rule) {
  Normalised email = meta_email(text);
  if (!email || email->hashed) return email;
  auto address = gmail_address(email->text, rule);
  if (!address) return address.error();
  return Normal{*std::move(address)};
}

Normalised meta_phone(std::string_view text, std::string_view calling_code) {
  if (auto known = settled(text)) return *known;
  auto digits = phone_digits(text, calling_code);
  if (!digits) return digits.error();
  return Normal{*std::move(digits)};
}

Normalised google_phone(std::string_view text, std::string_view calling_code) {
  Normalised phone = meta_phone(text, calling_code);
  if (phone && !phone->hashed) phone->text.insert(0, 1, '+');
  return phone;
}

Normalised person_name(std::string_view text) {
  if (auto known = settled(text)) return *known;
  return letters_of(text, {}, Refusal::kNameMalformed);
}

Normalised meta_initial(std::string_view first_name) {
  Normalised name = person_name(first_name);
  if (!name) return name;
  if (name->hashed) return Refusal::kHashedNotPlain;
  std::string_view rest = name->text;
  char32_t first = take_code_point(rest);
  while (is_digit(first) || is_space(first)) first = take_code_point(rest);  // a letter follows
  name->text.clear();
  append_code_point(name->text, first);
  return name;
}

Normalised meta_gender(std::string_view text) {
  if (auto known = settled(text)) return *known;
  const std::string word = ascii_lower(text);
  if (word == "m" || word == "male") return Normal{"m"};
  if (word == "f" || word == "female") return Normal{"f"};
  return Refusal::kGenderUnknown;
}

Normalised meta_city(std::string_view text) {
  if (auto known = settled(text)) return *known;
  return letters_of(text, {.digits = false, .blanks = false}, Refusal::kCityMalformed);
}

Normalised meta_state(std::string_view text, std::string_view country) {
  if (auto known = settled(text)) return *known;
  Normalised state = letters_of(text, {.digits = false, .blanks = false}, Refusal::kStateUnknown);
  if (!state || (!country.empty() && country != "us")) return state;
  const std::string_view code = us_state(state->text);
  if (!code.empty()) {
    state->text = code;
  } else if (country == "us") {
    return Refusal::kStateUnknown;
  }
  return state;
}

Normalised meta_zip(std::string_view text, std::string_view country) {
  if (auto known = settled(text)) return *known;
  auto signs = zip_signs(text);
  if (!signs) return signs.error();
  if (country == "us" || (country.empty() && is_zip_plus_four(text))) signs = us_zip(*signs);
  if (!signs) return signs.error();
  if (country == "gb") return Normal{uk_sector(*std::move(signs))};
  return Normal{*std::move(signs)};
}

Normalised google_zip(std::string_view text, std::string_view country) {
  if (auto known = settled(text)) return plain_only(*known);
  auto signs = zip_signs(text);
  if (!signs) return signs.error();
  if (country == "us") {
    signs = us_zip(*signs);
    if (!signs) return signs.error();
    return Normal{*std::move(signs)};
  }
  Normal zip;
  for (const char c : ascii_upper(text)) {
    if (c != ' ' || !zip.text.ends_with(' ')) zip.text.push_back(c);
  }
  return zip;
}

Normalised meta_country(std::string_view text) {
  if (auto known = settled(text)) return *known;
  Normal code{ascii_lower(text)};
  if (!is_country(code.text)) return Refusal::kCountryNotIso2;
  return code;
}

Normalised google_country(std::string_view text) {
  Normalised country = plain_only(meta_country(text));
  if (country) country->text = ascii_upper(country->text);
  return country;
}

OrRefusal<BirthDate> meta_birth_date(std::string_view text) {
  if (auto known = settled(text)) {
    const Normalised plain = plain_only(*known);
    return plain.error();  // blank, hashed, or over its length: never a date
  }
  const auto number = [&](size_t at, size_t n) {
    int value = 0;
    for (size_t i = at; i < at + n; ++i) {
      if (!is_digit(static_cast<unsigned char>(text[i]))) return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return Refusal::kBirthDateMalformed;
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 1900 || year > 2099 || month < 1 || month > 12 || day < 1) {
    return Refusal::kBirthDateMalformed;
  }
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > kDays[month - 1] + (leap && month == 2 ? 1 : 0)) return Refusal::kBirthDateMalformed;
  return BirthDate{std::string(text.substr(0, 4)), std::string(text.substr(5, 2)),
                   std::string(text.substr(8, 2))};
}

OrRefusal<std::string> google_mobile_id(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return Refusal::kAbsent;
  if (text.size() == kHashDigits && is_hex(text)) return Refusal::kHashedNotPlain;
  if (text.size() != 36) return Refusal::kMobileIdMalformed;
  bool zero = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text.substr(i, 1))) return Refusal::kMobileIdMalformed;
    zero = zero && (dash || text[i] == '0');
  }
  if (zero) return Refusal::kMobileIdZero;
  return std::string(text);
}

OrRefusal<std::string> meta_mobile_id(std::string_view text) {
  auto id = google_mobile_id(text);
  if (id) id = ascii_lower(*id);
  return id;
}

OrRefusal<std::string> own_id(std::string_view text, std::string_view phone,
                              std::string_view calling_code) {
  if (text.empty()) return Refusal::kAbsent;
  if (text.size() > limits::kHandoverFieldBytesMax) return Refusal::kTooLong;
  if (text.find('@') != std::string_view::npos) return Refusal::kIdIsPersonal;
  for (std::string_view rest = text; !rest.empty();) {
    if (take_code_point(rest) == kNoLetter) return Refusal::kNotUtf8;
  }
  if (holds_phone(text, trimmed(phone), calling_code)) return Refusal::kIdIsPersonal;
  return std::string(text);
}

}  // namespace rekindle::io
