#include "io/handover/google_data_manager_format.h"

#include "core/limits.h"
#include "io/handover/letters.h"

namespace rekindle::io {
namespace {

void append_account(std::string& out, const std::string& type, const std::string& number) {
  JsonObject object(out);
  object.text("accountType", type);
  object.text("accountId", number);
  object.close();
}

void append_destination(std::string& out, const GoogleDestination& destination) {
  JsonObject object(out);
  if (!destination.login_account.empty()) {
    append_account(object.key("loginAccount"), destination.account_type, destination.login_account);
  }
  append_account(object.key("operatingAccount"), destination.account_type, destination.account);
  object.text("productDestinationId", destination.audience);
  object.close();
}

constexpr GoogleNames kNames = {.email = "emailAddress",
                                .phone = "phoneNumber",
                                .address = "address",
                                .first_name = "givenName",
                                .last_name = "familyName",
                                .country = "regionCode",
                                .zip = "postalCode",
                                .user_id = {},
                                .mobile_id = {}};  // have objects of their own

void append_user_data(std::string& out, const GoogleIdentifiers& identifiers) {
  JsonObject data(out);
  append_google_list(data.key("userIdentifiers"), identifiers, kNames);
  data.close();
}

bool is_sound(const GoogleDestination& destination) {
  return !destination.account_type.empty() && is_digits(destination.account) &&
         is_digits(destination.audience) &&
         (destination.login_account.empty() || is_digits(destination.login_account));
}

}  // namespace

Result<GoogleDataManagerFormat> GoogleDataManagerFormat::make(GoogleDataManagerOptions options) {
  if (options.destinations.empty() ||
      options.destinations.size() > limits::kHandoverDestinationsMax) {
    return Error{ErrorCode::kInvalidArgument, "name 1 to 10 Google destinations"};
  }
  for (const GoogleDestination& destination : options.destinations) {
    if (!is_sound(destination)) {
      return Error{ErrorCode::kInvalidArgument, "Google's accounts and audiences are digits only"};
    }
  }
  return GoogleDataManagerFormat(std::move(options));
}

HandoverCall GoogleDataManagerFormat::call(HandoverAction action) const {
  return {"POST", action == HandoverAction::kAdd ? "v1/audienceMembers:ingest"
                                                 : "v1/audienceMembers:remove"};
}

void GoogleDataManagerFormat::open_body(std::string& out, HandoverAction action) const {
  JsonObject body(out);  // closed by close_body
  body.key("destinations").push_back('[');
  JsonList list(out);
  for (const GoogleDestination& destination : x_options.destinations) {
    list.next();
    append_destination(out, destination);
  }
  out.push_back(']');
  if (action == HandoverAction::kAdd) {
    body.key("consent").append(
        R"({"adUserData":"CONSENT_GRANTED","adPersonalization":"CONSENT_GRANTED"})");
    if (x_options.terms_accepted) {
      body.key("termsOfService").append(R"({"customerMatchTermsOfServiceStatus":"ACCEPTED"})");
    }
  }
  if (x_options.kind == GoogleKind::kContact) body.text("encoding", "HEX");
  if (x_options.validate_only) body.boolean("validateOnly", true);
  body.key("audienceMembers").push_back('[');
}

void GoogleDataManagerFormat::close_body(std::string& out, HandoverAction, BodyPlace) const {
  out.append("]}");
}

size_t GoogleDataManagerFormat::append_row(std::string& out, const Person& person, HandoverAction,
                                           Refusals& refusals) const {
  const GoogleIdentifiers identifiers =
      google_identifiers(person, x_options.kind, x_options.gmail, refusals);
  if (identifiers.size() == 0) return 0;
  JsonObject member(out);
  switch (x_options.kind) {
    case GoogleKind::kContact: append_user_data(member.key("userData"), identifiers); break;
    case GoogleKind::kUserId: {
      JsonObject data(member.key("userIdData"));
      data.text("userId", identifiers.user_id);
      data.close();
      break;
    }
    case GoogleKind::kMobileId:
      append_json_string(member.key("mobileData").append(R"({"mobileIds":[)"),
                         identifiers.mobile_id);
      out.append("]}");
      break;
  }
  member.close();
  return 1;  // the limit is on members; one has at most three identifiers of the ten allowed
}

}  // namespace rekindle::io
