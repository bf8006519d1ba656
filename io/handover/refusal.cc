#include "io/handover/refusal.h"

#include <stdexcept>
#include <string>

namespace rekindle::io {
namespace {

struct Description {
  std::string_view name;
  std::string_view sentence;
};

Description description_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kAbsent: return {"absent", "Nothing was given"};
    case Refusal::kNoConsent: return {"no_consent", "The visitor has not agreed to ads"};
    case Refusal::kNoIdentifier:
      return {"no_identifier", "Nothing is known by which the platform could find the person"};
    case Refusal::kTooLong: return {"too_long", "A value is longer than any real one"};
    case Refusal::kNotUtf8: return {"not_utf8", "A value is not valid UTF-8"};
    case Refusal::kHashedNotPlain:
      return {"hashed_not_plain", "The value came hashed, but the platform wants it plain"};
    case Refusal::kOtherHash:
      return {"other_hash", "The value is a hash, but not SHA-256 in hexadecimal"};
    case Refusal::kEmailMalformed: return {"email_malformed", "The value is no e-mail address"};
    case Refusal::kEmailNotAscii:
      return {"email_not_ascii", "The address has letters beyond ASCII; give its xn-- form"};
    case Refusal::kPhoneMalformed: return {"phone_malformed", "The value is no phone number"};
    case Refusal::kPhoneWithoutCountryCode:
      return {"phone_without_country_code",
              "The phone has no country calling code and the site has no default"};
    case Refusal::kPhoneAmbiguous:
      return {"phone_ambiguous",
              "The phone may begin with the country calling code or with an equal area code"};
    case Refusal::kPhoneWrongLength:
      return {"phone_wrong_length", "The phone has too few or too many digits for its country"};
    case Refusal::kNameMalformed: return {"name_malformed", "The name has no letter"};
    case Refusal::kGenderUnknown: return {"gender_unknown", "The gender is neither m nor f"};
    case Refusal::kBirthDateMalformed:
      return {"birth_date_malformed", "The date of birth is no day written YYYY-MM-DD"};
    case Refusal::kCityMalformed: return {"city_malformed", "The city has no letter"};
    case Refusal::kStateUnknown: return {"state_unknown", "The state is none of the country's"};
    case Refusal::kZipMalformed: return {"zip_malformed", "The value is no postal code"};
    case Refusal::kCountryNotIso2:
      return {"country_not_iso2", "The country is no ISO 3166-1 alpha-2 code"};
    case Refusal::kMobileIdMalformed:
      return {"mobile_id_malformed", "The value is no advertising id of a device"};
    case Refusal::kMobileIdZero:
      return {"mobile_id_zero", "The device hides its advertising id behind zeros"};
    case Refusal::kIdIsPersonal:
      return {"id_is_personal", "The id is an e-mail address or phone, and ids are sent unhashed"};
    case Refusal::kAddressIncomplete:
      return {"address_incomplete", "An address needs first name, last name, zip and country"};
  }
  return {"unknown", "Unknown reason"};
}

}  // namespace

std::string_view name_of(Refusal refusal) {
  return description_of(refusal).name;
}

std::string_view describe(Refusal refusal) {
  return description_of(refusal).sentence;
}

void throw_exception_from_error(Refusal refusal, const boost::source_location& at) {
  throw std::logic_error(std::string(describe(refusal)) + " (unchecked result at " +
                         at.to_string() + ")");
}

}  // namespace rekindle::io
