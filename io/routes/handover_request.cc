#include "io/routes/handover_request.h"

#include <utility>

#include "io/request.h"
#include "io/routes/number.h"

namespace rekindle::io {
namespace {

// Reads parameters until one is wrong; then the first fault stays.
class Parameters {
 public:
  explicit Parameters(std::string_view query) : x_query(query) {}

  [[nodiscard]] std::string text(std::string_view name) const {
    return query_parameter(x_query, name);
  }
  bool flag(std::string_view name) {
    return choice(name, {{"true", true}, {"1", true}, {"false", false}, {"0", false}}, false);
  }
  uint64_t number(std::string_view name, uint64_t absent) {
    const auto read = number_parameter(x_query, name, absent, 1, INT64_MAX);
    if (!read) fail(read.error().detail);
    return read ? *read : absent;
  }
  template <typename T>
  T choice(std::string_view name, std::initializer_list<std::pair<std::string_view, T>> choices,
           T absent) {
    const std::string given = text(name);
    if (given.empty()) return absent;
    std::string list;
    for (const auto& [word, value] : choices) {
      if (given == word) return value;
      list.append(list.empty() ? "" : ", ").append(word);
    }
    fail(std::string(name) + " must be one of " + list);
    return absent;
  }
  GoogleKind kind() {
    return choice("kind",
                  {{"contact", GoogleKind::kContact},
                   {"user_id", GoogleKind::kUserId},
                   {"mobile_id", GoogleKind::kMobileId}},
                  GoogleKind::kContact);
  }
  GmailRule gmail() {
    return choice("gmail",
                  {{"keep", GmailRule::kKeep},
                   {"drop_dots", GmailRule::kDropDots},
                   {"drop_dots_and_suffix", GmailRule::kDropDotsAndSuffix}},
                  GmailRule::kDropDotsAndSuffix);
  }
  [[nodiscard]] const std::string& fault() const { return x_fault; }

 private:
  void fail(std::string_view fault) {
    if (x_fault.empty()) x_fault = fault;
  }

  std::string_view x_query;
  std::string x_fault;
};

MetaOptions meta_options(Parameters& parameters) {
  MetaOptions options;
  options.audience = parameters.text("list");
  options.values = parameters.flag("values");
  options.knows_external_ids = parameters.flag("external_ids");
  const uint64_t session = parameters.number("session_id", 0);
  const uint64_t batch = parameters.number("batch_seq", 1);
  if (session != 0) options.add_session = MetaSession{session, batch, false, 0};
  return options;
}

GoogleOptions google_options(Parameters& parameters) {
  return {parameters.text("customer"), parameters.text("list"), parameters.kind(),
          parameters.gmail()};
}

GoogleDataManagerOptions data_manager_options(Parameters& parameters) {
  GoogleDestination destination;
  destination.account = parameters.text("account");
  destination.audience = parameters.text("list");
  destination.login_account = parameters.text("login_account");
  if (auto type = parameters.text("account_type"); !type.empty()) {
    destination.account_type = std::move(type);
  }
  GoogleDataManagerOptions options;
  options.destinations.push_back(std::move(destination));
  options.kind = parameters.kind();
  options.gmail = parameters.gmail();
  options.terms_accepted = parameters.flag("terms_accepted");
  options.validate_only = parameters.flag("validate_only");
  return options;
}

template <typename Format>
Result<std::unique_ptr<const HandoverFormat>> owned(Result<Format> made) {
  if (!made) return made.error();
  return std::unique_ptr<const HandoverFormat>(std::make_unique<Format>(*std::move(made)));
}

Result<std::unique_ptr<const HandoverFormat>> make(const MetaOptions& options) {
  return owned(MetaFormat::make(options));
}
Result<std::unique_ptr<const HandoverFormat>> make(const GoogleOptions& options) {
  return owned(GoogleFormat::make(options));
}
Result<std::unique_ptr<const HandoverFormat>> make(const GoogleDataManagerOptions& options) {
  return owned(GoogleDataManagerFormat::make(options));
}

}  // namespace

bool HandoverRequest::knows(std::string_view format) {
  return format == "meta" || format == "google" || format == "google_data_manager";
}

Result<HandoverRequest> HandoverRequest::parse(std::string_view format, std::string_view query) {
  Parameters parameters(query);
  Options options;
  if (format == "meta") {
    options = meta_options(parameters);
  } else if (format == "google") {
    options = google_options(parameters);
  } else {
    options = data_manager_options(parameters);
  }
  if (!parameters.fault().empty()) return Error{ErrorCode::kInvalidArgument, parameters.fault()};
  const auto made = std::visit([](const auto& of) { return make(of); }, options);
  if (!made) return made.error();
  return HandoverRequest(std::move(options));
}

std::unique_ptr<const HandoverFormat> HandoverRequest::format_for(uint64_t size,
                                                                  bool last_page) const {
  Options options = x_options;
  if (auto* meta = std::get_if<MetaOptions>(&options); meta != nullptr && meta->add_session) {
    meta->add_session->last_page = last_page;
    meta->add_session->estimated_total = size;
  }
  return std::visit([](const auto& of) { return make(of); }, options).value();  // parse() checked
}

}  // namespace rekindle::io
