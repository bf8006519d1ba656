// Meta's Custom Audiences: POST (add) and DELETE (remove) of {audience}/users. Hashed fields are
// the SHA-256 of the normal form in lower-case hex; what is not known is "". A row is one array in
// the order of `schema`:
//
//   {"payload":{"schema":["EXTERN_ID","EMAIL","PHONE","DOBY","DOBM","DOBD","LN","FN","FI","GEN",
//     "CT","ST","ZIP","COUNTRY","MADID"],"data":[["v1","62a1…","e323…",…],…]},
//    "session":{"session_id":1,"batch_seq":1,"last_batch_flag":true,"estimated_num_total":2}}
//
// Made by the routes, used by handover_page. Immutable.
#pragma once

#include <optional>
#include <string>

#include "core/error.h"
#include "io/handover/handover_format.h"

namespace rekindle::io {

// Ties the bodies of one upload together for Meta's own bookkeeping.
struct MetaSession {
  uint64_t id = 0;           // any number above 0, the same in all pages of an upload
  uint64_t first_batch = 1;  // of this page; counts up with each body
  bool last_page = false;
  uint64_t estimated_total = 0;
};

struct MetaOptions {
  std::string audience;                    // Meta's number of the list; empty: a placeholder
  std::optional<MetaSession> add_session;  // left out of the bodies without one
  std::optional<MetaSession> remove_session;
  bool values = false;            // LOOKALIKE_VALUE, for value-based lookalike audiences
  bool limited_data_use = false;  // DATA_PROCESSING_OPTIONS, ["LDU"] for persons marked so
  // The shop's Meta pixel sends our visitor names as external_id, so that an EXTERN_ID alone is
  // enough to find a person. It always is for taking one off the list.
  bool knows_external_ids = false;
};

class MetaFormat final : public HandoverFormat {
 public:
  // Errors: kInvalidArgument.
  [[nodiscard]] static Result<MetaFormat> make(MetaOptions options);

  [[nodiscard]] std::string_view name() const override { return "meta"; }
  [[nodiscard]] HandoverCall call(HandoverAction action) const override;
  void open_body(std::string& out, HandoverAction action) const override;
  void close_body(std::string& out, HandoverAction action, BodyPlace place) const override;
  [[nodiscard]] size_t append_row(std::string& out, const Person& person, HandoverAction action,
                                  Refusals& refusals) const override;

 private:
  explicit MetaFormat(MetaOptions options) : x_options(std::move(options)) {}

  MetaOptions x_options;
};

}  // namespace rekindle::io
