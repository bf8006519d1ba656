// What Google can find a person by, the same for its Ads API and its Data Manager API, which only
// name the JSON fields differently. Used by google_format and google_data_manager_format. Pure
// functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/handover/normalise.h"
#include "io/handover/person.h"

namespace rekindle::io {

// A customer list takes one kind for ever, chosen when it is created.
enum class GoogleKind : uint8_t {
  kContact,   // e-mail, phone, postal address; hashed
  kUserId,    // the shop's customer number, which its Google tag sends as user_id; plain
  kMobileId,  // advertising ids of devices; plain
};

struct GoogleAddress {
  std::string first_name, last_name;  // hashed
  std::string country, zip;           // plain
};

// Of one kind only; empty where unknown or refused.
struct GoogleIdentifiers {
  std::string email, phone;  // hashed
  std::optional<GoogleAddress> address;
  std::string user_id;
  std::string mobile_id;

  [[nodiscard]] size_t size() const;
};

// What an API calls them.
struct GoogleNames {
  std::string_view email, phone;
  std::string_view address, first_name, last_name, country, zip;
  std::string_view user_id, mobile_id;
};

// [{"hashedEmail":"…"},{"hashedPhoneNumber":"…"}]: each that is known in an object of its own.
void append_google_list(std::string& out, const GoogleIdentifiers& identifiers,
                        const GoogleNames& names);

// `refusals` gets the reason of every value that was given and left out.
[[nodiscard]] GoogleIdentifiers google_identifiers(const Person& person, GoogleKind kind,
                                                   GmailRule gmail, Refusals& refusals);

}  // namespace rekindle::io
