#include "io/handover/phone.h"

#include "io/handover/letters.h"

namespace rekindle::io {
namespace {

constexpr size_t kDigitsMax = 15;  // ITU-T E.164
constexpr size_t kDigitsMin = 7;   // of code and number together

// How a country writes its national numbers. Lengths are those after the calling code, without the
// trunk prefix that only calls inside the country begin with.
enum class Trunk : uint8_t {
  kNone,     // national numbers begin with their first digit; a 0 belongs to them
  kZero,     // written with a leading 0, never dialled after the calling code
  kOne,      // North America: 1 is both the trunk prefix and the calling code
  kEight,    // Russia, Kazakhstan
  kZeroSix,  // Hungary: 06
};
struct Plan {
  std::string_view code;
  uint8_t digits_min, digits_max;
  Trunk trunk;
};
constexpr Plan kPlans[] = {
    {"1", 10, 10, Trunk::kOne},    {"7", 10, 10, Trunk::kEight}, {"27", 9, 9, Trunk::kZero},
    {"30", 10, 10, Trunk::kNone},  {"31", 9, 9, Trunk::kZero},   {"32", 8, 9, Trunk::kZero},
    {"33", 9, 9, Trunk::kZero},    {"34", 9, 9, Trunk::kNone},   {"36", 8, 9, Trunk::kZeroSix},
    {"39", 6, 12, Trunk::kNone},   {"40", 9, 9, Trunk::kZero},   {"41", 9, 9, Trunk::kZero},
    {"43", 4, 13, Trunk::kZero},   {"44", 9, 10, Trunk::kZero},  {"45", 8, 8, Trunk::kNone},
    {"46", 7, 10, Trunk::kZero},   {"47", 8, 8, Trunk::kNone},   {"48", 9, 9, Trunk::kNone},
    {"49", 5, 12, Trunk::kZero},   {"55", 10, 11, Trunk::kZero}, {"61", 9, 9, Trunk::kZero},
    {"64", 8, 10, Trunk::kZero},   {"65", 8, 8, Trunk::kNone},   {"81", 9, 10, Trunk::kZero},
    {"82", 8, 10, Trunk::kZero},   {"90", 10, 10, Trunk::kZero}, {"91", 10, 10, Trunk::kZero},
    {"225", 10, 10, Trunk::kNone}, {"351", 9, 9, Trunk::kNone},  {"353", 7, 9, Trunk::kZero},
    {"358", 5, 12, Trunk::kZero},  {"359", 7, 9, Trunk::kZero},  {"372", 7, 8, Trunk::kNone},
    {"380", 9, 9, Trunk::kZero},   {"385", 8, 9, Trunk::kZero},  {"386", 8, 8, Trunk::kZero},
    {"420", 9, 9, Trunk::kNone},   {"421", 9, 9, Trunk::kZero},  {"972", 8, 9, Trunk::kZero},
};
// Elsewhere: a leading 0 is the trunk prefix, as in most of the world.
constexpr Plan kOtherPlan{"", 4, 14, Trunk::kZero};
// … but not where the 0 is dialled from abroad too: Congo, San Marino, Vatican.
constexpr std::string_view kZeroBelongs[] = {"242", "378", "379"};

// By a calling code, or by the digits of a whole number: no code is the beginning of another.
Plan plan_of(std::string_view digits) {
  for (const Plan& plan : kPlans) {
    if (digits.starts_with(plan.code)) return plan;
  }
  Plan other = kOtherPlan;
  for (const std::string_view code : kZeroBelongs) {
    if (digits.starts_with(code)) other.trunk = Trunk::kNone;
  }
  return other;
}

bool fits(const Plan& plan, size_t digits) {
  return digits >= plan.digits_min && digits <= plan.digits_max;
}

// What stands between groups of digits: blanks, dashes, dots, slashes, brackets.
bool is_separator(char32_t code) {
  return is_space(code) || code == '-' || code == '.' || code == '/' || code == '(' ||
         code == ')' || (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0x200b ||
         code == 0x2060 || (code >= 0x202a && code <= 0x202e);
}

struct Dialled {
  std::string digits;
  bool international = false;  // it began with +
};

// Whether a trunk 0 written here is one that is left out from abroad (not in Italy).
bool follows_code(const Dialled& number) {
  const std::string_view digits = number.digits;
  if (number.international) return plan_of(digits).trunk == Trunk::kZero;
  return digits.starts_with("00") && plan_of(digits.substr(2)).trunk == Trunk::kZero;
}

// Errors: kPhoneMalformed for letters, other signs, a + inside, and when no digit is left.
OrRefusal<Dialled> read_dialled(std::string_view text) {
  Dialled number;
  // "(0)" says the trunk prefix is left out from abroad; only behind a calling code.
  size_t optional_zero = std::string_view::npos;
  if (const size_t at = text.find("(0)"); at != std::string_view::npos && at > 0) {
    optional_zero = at + 1;
  }
  const char* const begin = text.data();
  while (!text.empty()) {
    const auto place = static_cast<size_t>(text.data() - begin);
    const char32_t code = take_code_point(text);
    if (code == kNoLetter) return Refusal::kNotUtf8;
    if (code == '+' && number.digits.empty() && !number.international) {
      number.international = true;
    } else if (is_digit(code)) {
      if (place == optional_zero && follows_code(number)) continue;
      number.digits.push_back(static_cast<char>(code));
    } else if (!is_separator(code)) {
      return Refusal::kPhoneMalformed;
    }
  }
  if (number.digits.empty()) return Refusal::kPhoneMalformed;
  return number;
}

// Behind a + or an international prefix.
OrRefusal<std::string> international(std::string digits) {
  if (digits.empty() || digits.front() == '0') return Refusal::kPhoneMalformed;
  const Plan plan = plan_of(digits);
  if (plan.code.empty()) {
    if (digits.size() < kDigitsMin || digits.size() > kDigitsMax) return Refusal::kPhoneWrongLength;
    return digits;
  }
  // "+49 0170 …" cannot be dialled: the trunk prefix does not follow a calling code.
  if (plan.trunk == Trunk::kZero && digits.size() > plan.code.size() &&
      digits[plan.code.size()] == '0') {
    digits.erase(plan.code.size(), 1);
    if (digits.size() > plan.code.size() && digits[plan.code.size()] == '0') {
      return Refusal::kPhoneMalformed;
    }
  }
  if (!fits(plan, digits.size() - plan.code.size()) || digits.size() > kDigitsMax ||
      digits.size() < kDigitsMin) {
    return Refusal::kPhoneWrongLength;
  }
  // North American area and exchange codes begin with 2 to 9.
  if (plan.trunk == Trunk::kOne && (digits[1] < '2' || digits[4] < '2')) {
    return Refusal::kPhoneMalformed;
  }
  return digits;
}

// Digits that a call inside the country begins with and a call from abroad does not.
size_t trunk_digits(std::string_view digits, Trunk trunk) {
  switch (trunk) {
    case Trunk::kNone: return 0;
    case Trunk::kZero: return digits.starts_with("0") ? 1 : 0;
    case Trunk::kOne: return digits.size() == 11 && digits.starts_with("1") ? 1 : 0;
    case Trunk::kEight: return digits.size() == 11 && digits.starts_with("8") ? 1 : 0;
    case Trunk::kZeroSix: return digits.starts_with("06") ? 2 : 0;
  }
  return 0;
}

// Without a + and without an international prefix, in a site with this calling code.
OrRefusal<std::string> national(const std::string& digits, std::string_view code) {
  const Plan plan = plan_of(code);
  const size_t trunk = trunk_digits(digits, plan.trunk);
  if (trunk == 0 && digits.starts_with(code)) {
    const bool whole = fits(plan, digits.size() - code.size());
    const bool part = fits(plan, digits.size());
    if (whole && !part) return international(digits);
    // Where national numbers are written with a 0, one without it has the calling code in front.
    if (whole && !plan.code.empty() && plan.trunk == Trunk::kZero) return international(digits);
    if (whole) return Refusal::kPhoneAmbiguous;
  }
  if (!fits(plan, digits.size() - trunk)) return Refusal::kPhoneWrongLength;
  return international(std::string(code).append(digits, trunk));
}

}  // namespace

bool is_calling_code(std::string_view text) {
  if (text.empty() || text.size() > 3 || text.front() == '0') return false;
  for (const char c : text) {
    if (!is_digit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

OrRefusal<std::string> phone_digits(std::string_view text, std::string_view calling_code) {
  text = trimmed(text);
  if (text.empty()) return Refusal::kAbsent;
  auto dialled = read_dialled(text);
  if (!dialled) return dialled.error();
  std::string& digits = dialled->digits;
  if (dialled->international) return international(std::move(digits));
  if (calling_code == "1" && digits.starts_with("011")) return international(digits.substr(3));
  if (digits.starts_with("00")) return international(digits.substr(2));
  if (!is_calling_code(calling_code)) return Refusal::kPhoneWithoutCountryCode;
  return national(digits, calling_code);
}

}  // namespace rekindle::io
