// Google's Data Manager API: POST v1/audienceMembers:ingest and :remove. No job; one body may fill
// several audiences. Hashes are in hexadecimal, and `encoding` says so.
//
//   {"destinations":[{"operatingAccount":{"accountType":"GOOGLE_ADS","accountId":"1"},
//     "productDestinationId":"2"}],
//    "consent":{"adUserData":"CONSENT_GRANTED","adPersonalization":"CONSENT_GRANTED"},
//    "encoding":"HEX","audienceMembers":[{"userData":{"userIdentifiers":[{"emailAddress":"…"},
//     {"phoneNumber":"…"},{"address":{"givenName":"…","familyName":"…","regionCode":"DE",
//     "postalCode":"10115"}}]}},…]}
//
// Removals carry neither consent nor terms of service. Made by the routes, used by handover_page.
// Immutable.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "io/handover/google_identifiers.h"
#include "io/handover/handover_format.h"

namespace rekindle::io {

struct GoogleDestination {
  std::string account_type = "GOOGLE_ADS";
  std::string account;        // its number, digits only
  std::string audience;       // productDestinationId
  std::string login_account;  // a manager account that acts for it, of the same type; or empty
};

struct GoogleDataManagerOptions {
  std::vector<GoogleDestination> destinations;  // at least one
  GoogleKind kind = GoogleKind::kContact;
  GmailRule gmail = GmailRule::kDropDotsAndSuffix;
  bool terms_accepted = false;  // the shop's own word that it accepts Customer Match's terms
  bool validate_only = false;   // Google checks the bodies and changes nothing
};

class GoogleDataManagerFormat final : public HandoverFormat {
 public:
  // Errors: kInvalidArgument.
  [[nodiscard]] static Result<GoogleDataManagerFormat> make(GoogleDataManagerOptions options);

  [[nodiscard]] std::string_view name() const override { return "google_data_manager"; }
  [[nodiscard]] HandoverCall call(HandoverAction action) const override;
  void open_body(std::string& out, HandoverAction action) const override;
  void close_body(std::string& out, HandoverAction action, BodyPlace place) const override;
  [[nodiscard]] size_t append_row(std::string& out, const Person& person, HandoverAction action,
                                  Refusals& refusals) const override;

 private:
  explicit GoogleDataManagerFormat(GoogleDataManagerOptions options)
      : x_options(std::move(options)) {}

  GoogleDataManagerOptions x_options;
};

}  // namespace rekindle::io
