#include "io/handover/google_format.h"

#include "io/handover/letters.h"

namespace rekindle::io {
namespace {

constexpr GoogleNames kNames = {.email = "hashedEmail",
                                .phone = "hashedPhoneNumber",
                                .address = "addressInfo",
                                .first_name = "hashedFirstName",
                                .last_name = "hashedLastName",
                                .country = "countryCode",
                                .zip = "postalCode",
                                .user_id = "thirdPartyUserId",
                                .mobile_id = "mobileId"};

bool is_digits_or_empty(const std::string& text) {
  return text.empty() || is_digits(text);
}

}  // namespace

Result<GoogleFormat> GoogleFormat::make(GoogleOptions options) {
  if (!is_digits_or_empty(options.customer) || !is_digits_or_empty(options.user_list)) {
    return Error{ErrorCode::kInvalidArgument, "Google's customer and list are digits only"};
  }
  if (options.customer.empty() != options.user_list.empty()) {
    return Error{ErrorCode::kInvalidArgument, "Google's customer and list go together"};
  }
  return GoogleFormat(std::move(options));
}

HandoverCall GoogleFormat::call(HandoverAction) const {
  const std::string customer = x_options.customer.empty() ? "{CUSTOMER_ID}" : x_options.customer;
  return {"POST", "customers/" + customer + "/offlineUserDataJobs/{JOB_ID}:addOperations"};
}

void GoogleFormat::open_body(std::string& out, HandoverAction) const {
  // Otherwise one operation Google finds fault with sinks all others.
  out.append(R"({"enablePartialFailure":true,"operations":[)");
}

void GoogleFormat::close_body(std::string& out, HandoverAction, BodyPlace) const {
  out.append("]}");
}

size_t GoogleFormat::append_row(std::string& out, const Person& person, HandoverAction action,
                                Refusals& refusals) const {
  const GoogleIdentifiers identifiers =
      google_identifiers(person, x_options.kind, x_options.gmail, refusals);
  if (identifiers.size() == 0) return 0;
  out.append(action == HandoverAction::kAdd ? R"({"create":)" : R"({"remove":)");
  out.append(R"({"userIdentifiers":)");
  append_google_list(out, identifiers, kNames);
  out.append("}}");
  return identifiers.size();
}

// Consent belongs to the job. handover_page lets nobody in without it, and removals need none.
void GoogleFormat::append_setup(JsonObject& envelope) const {
  if (x_options.customer.empty()) return;
  const std::string customer = "customers/" + x_options.customer;
  std::string& out = envelope.key("jobs");
  JsonObject jobs(out);
  jobs.text("path", customer + "/offlineUserDataJobs:create");
  for (const std::string_view action : {"add", "remove"}) {
    JsonObject body(jobs.key(action));
    JsonObject job(body.key("job"));
    job.text("type", "CUSTOMER_MATCH_USER_LIST");
    JsonObject list(job.key("customerMatchUserListMetadata"));
    list.text("userList", customer + "/userLists/" + x_options.user_list);
    if (action == "add") {
      list.key("consent").append(R"({"adUserData":"GRANTED","adPersonalization":"GRANTED"})");
    }
    list.close();
    job.close();
    body.close();
  }
  jobs.close();
}

}  // namespace rekindle::io
