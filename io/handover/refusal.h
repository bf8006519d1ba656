// Why a value of a person, or the whole person, cannot be handed to an ad platform. Made by
// io/handover/normalise.h and the formats, shown in `unmatched` and `refused_fields`. Any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string_view>

namespace rekindle::io {

// One name per reason; `describe` has a sentence for each. The wire shows `name_of`, in this order.
enum class Refusal : uint8_t {
  kAbsent,  // nothing was given; never shown
  kNoConsent,
  kNoIdentifier,
  kTooLong,
  kNotUtf8,
  kHashedNotPlain,
  kOtherHash,
  kEmailMalformed,
  kEmailNotAscii,
  kPhoneMalformed,
  kPhoneWithoutCountryCode,
  kPhoneAmbiguous,
  kPhoneWrongLength,
  kNameMalformed,
  kGenderUnknown,
  kBirthDateMalformed,
  kCityMalformed,
  kStateUnknown,
  kZipMalformed,
  kCountryNotIso2,
  kMobileIdMalformed,
  kMobileIdZero,
  kIdIsPersonal,
  kAddressIncomplete,
};
inline constexpr unsigned kRefusals = static_cast<unsigned>(Refusal::kAddressIncomplete) + 1;

// A stable snake_case word, e.g. "phone_without_country_code".
[[nodiscard]] std::string_view name_of(Refusal refusal);
// One sentence.
[[nodiscard]] std::string_view describe(Refusal refusal);

// Turns a forgotten check of a result's `value()` into a stop with a message.
[[noreturn]] void throw_exception_from_error(Refusal refusal, const boost::source_location& at);

template <typename T>
using OrRefusal = boost::system::result<T, Refusal>;

// Which reasons applied, each once, in the order of the enum.
class Refusals {
 public:
  void add(Refusal refusal) {
    if (refusal != Refusal::kAbsent) x_bits |= 1U << static_cast<unsigned>(refusal);
  }
  [[nodiscard]] bool has(Refusal refusal) const {
    return (x_bits >> static_cast<unsigned>(refusal) & 1U) != 0;
  }
  [[nodiscard]] bool empty() const { return x_bits == 0; }

 private:
  uint32_t x_bits = 0;
  static_assert(kRefusals <= 32);
};

}  // namespace rekindle::io
