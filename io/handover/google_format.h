// Google Customer Match through the Ads API: an offlineUserDataJob is created, filled by
// :addOperations, and started by :run. A page is the operations; `jobs` in the envelope holds the
// bodies that create the jobs (adding and removing must not share one) when the list is known.
//
//   {"enablePartialFailure":true,"operations":[{"create":{"userIdentifiers":[
//     {"hashedEmail":"…"},{"hashedPhoneNumber":"…"},{"addressInfo":{"hashedFirstName":"…",
//     "hashedLastName":"…","countryCode":"DE","postalCode":"10115"}}]}},…]}
//
// An identifier list takes each kind in an object of its own, and at most 10,000 of them a body.
// Made by the routes, used by handover_page. Immutable.
#pragma once

#include <string>

#include "core/error.h"
#include "io/handover/google_identifiers.h"
#include "io/handover/handover_format.h"

namespace rekindle::io {

struct GoogleOptions {
  std::string customer;   // the ads account's number, digits only; empty: placeholders, no `jobs`
  std::string user_list;  // the list's number; with `customer` or not at all
  GoogleKind kind = GoogleKind::kContact;
  GmailRule gmail = GmailRule::kDropDotsAndSuffix;
};

class GoogleFormat final : public HandoverFormat {
 public:
  // Errors: kInvalidArgument.
  [[nodiscard]] static Result<GoogleFormat> make(GoogleOptions options);

  [[nodiscard]] std::string_view name() const override { return "google"; }
  [[nodiscard]] HandoverCall call(HandoverAction action) const override;
  void open_body(std::string& out, HandoverAction action) const override;
  void close_body(std::string& out, HandoverAction action, BodyPlace place) const override;
  [[nodiscard]] size_t append_row(std::string& out, const Person& person, HandoverAction action,
                                  Refusals& refusals) const override;
  void append_setup(JsonObject& envelope) const override;

 private:
  explicit GoogleFormat(GoogleOptions options) : x_options(std::move(options)) {}

  GoogleOptions x_options;
};

}  // namespace rekindle::io
