// What browsers send to /g/collect: the query is shared by all events, each line of the body is
// one; an empty body means the query is the event. Used by ga4.cc. Thread: its owner's.
//
// Hits carry no id: those with a hit counter (_s) are told apart by all their bytes, so a repeated
// request counts once.
#pragma once

#include <string_view>

#include "io/decoders/event_draft.h"
#include "io/decoders/form_fields.h"
#include "io/decoders/tracker.h"

namespace rekindle::io {

class Ga4Hits {
 public:
  // Gives every hit to call.intake. `query`: the fields of call.query. REQUIRES: call.use_key().
  void read(TrackerCall& call, const FormFields& query);

 private:
  void keep_known_names(const FormFields& query);
  void read_hit(TrackerCall& call, std::string_view fields, std::string_view raw);
  void read_money_and_names();
  [[nodiscard]] std::string_view consent();
  [[nodiscard]] std::string_view user_properties();
  void read_products();
  void read_product(std::string_view text);
  std::string_view take_part(std::string_view& text);
  [[nodiscard]] std::string_view said(std::string_view parameter) const;

  FormFields x_shared;  // what lines may take from the query
  FormFields x_line;
  TextArena x_arena;
  EventDraft x_draft;
};

}  // namespace rekindle::io
