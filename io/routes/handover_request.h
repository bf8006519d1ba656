// What a pull of members or changes in an ad platform's format asks for, read from its query
// string. Used by the members and changes routes, on the io thread.
//
//   meta                 list, session_id, batch_seq, values, external_ids
//   google               customer, list, kind, gmail
//   google_data_manager  account, list, account_type, login_account, kind, gmail, terms_accepted,
//                        validate_only
#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "io/handover/google_data_manager_format.h"
#include "io/handover/google_format.h"
#include "io/handover/meta_format.h"

namespace rekindle::io {

class HandoverRequest {
 public:
  // "meta", "google" or "google_data_manager".
  [[nodiscard]] static bool knows(std::string_view format);
  // Errors: kInvalidArgument. REQUIRES: knows(format).
  [[nodiscard]] static Result<HandoverRequest> parse(std::string_view format,
                                                     std::string_view query);

  // The format for a page of an audience of `size` members.
  [[nodiscard]] std::unique_ptr<const HandoverFormat> format_for(uint64_t size,
                                                                 bool last_page) const;

 private:
  using Options = std::variant<MetaOptions, GoogleOptions, GoogleDataManagerOptions>;
  explicit HandoverRequest(Options options) : x_options(std::move(options)) {}

  Options x_options;
};

}  // namespace rekindle::io
