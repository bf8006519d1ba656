#include "io/handover/google_identifiers.h"

#include "io/handover/letters.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

std::string hash_or_nothing(const Normalised& value, Refusals& refusals) {
  if (value) return hash_of(*value);
  refusals.add(value.error());
  return {};
}

template <typename Value>
std::string plain_or_nothing(const OrRefusal<Value>& value, Refusals& refusals) {
  if (!value) {
    refusals.add(value.error());
    return {};
  }
  if constexpr (std::is_same_v<Value, Normal>) {
    return value->text;
  } else {
    return *value;
  }
}

// All four parts or none: Google matches them together.
std::optional<GoogleAddress> address_of(const Person& person, Refusals& refusals) {
  GoogleAddress address;
  address.first_name = hash_or_nothing(person_name(person.first_name), refusals);
  address.last_name = hash_or_nothing(person_name(person.last_name), refusals);
  const Normalised country = google_country(person.country);
  address.country = plain_or_nothing(country, refusals);
  address.zip = plain_or_nothing(google_zip(person.zip, ascii_lower(address.country)), refusals);
  const bool parts[] = {!address.first_name.empty(), !address.last_name.empty(),
                        !address.country.empty(), !address.zip.empty()};
  size_t known = 0;
  for (const bool part : parts) known += part ? 1 : 0;
  if (known == std::size(parts)) return address;
  // A country alone is no attempt at an address.
  if (known > (parts[2] ? 1U : 0U)) refusals.add(Refusal::kAddressIncomplete);
  return std::nullopt;
}

}  // namespace

size_t GoogleIdentifiers::size() const {
  return (email.empty() ? 0U : 1U) + (phone.empty() ? 0U : 1U) + (address ? 1U : 0U) +
         (user_id.empty() ? 0U : 1U) + (mobile_id.empty() ? 0U : 1U);
}

void append_google_list(std::string& out, const GoogleIdentifiers& identifiers,
                        const GoogleNames& names) {
  out.push_back('[');
  JsonList list(out);
  const auto text = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    list.next();
    JsonObject object(out);
    object.text(name, value);
    object.close();
  };
  text(names.email, identifiers.email);
  text(names.phone, identifiers.phone);
  if (identifiers.address) {
    list.next();
    JsonObject object(out);
    JsonObject address(object.key(names.address));
    address.text(names.first_name, identifiers.address->first_name);
    address.text(names.last_name, identifiers.address->last_name);
    address.text(names.country, identifiers.address->country);
    address.text(names.zip, identifiers.address->zip);
    address.close();
    object.close();
  }
  text(names.user_id, identifiers.user_id);
  text(names.mobile_id, identifiers.mobile_id);
  out.push_back(']');
}

GoogleIdentifiers google_identifiers(const Person& person, GoogleKind kind, GmailRule gmail,
                                     Refusals& refusals) {
  GoogleIdentifiers found;
  switch (kind) {
    case GoogleKind::kContact:
      found.email = hash_or_nothing(google_email(person.email, gmail), refusals);
      found.phone = hash_or_nothing(google_phone(person.phone, person.calling_code), refusals);
      found.address = address_of(person, refusals);
      break;
    case GoogleKind::kUserId:
      found.user_id =
          plain_or_nothing(own_id(person.user_id, person.phone, person.calling_code), refusals);
      break;
    case GoogleKind::kMobileId:
      found.mobile_id = plain_or_nothing(google_mobile_id(person.mobile_id), refusals);
      break;
  }
  return found;
}

}  // namespace rekindle::io
