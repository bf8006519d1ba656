// One page of an audience, or of its changes, in an ad platform's upload format. Called by the
// members and changes routes: add() each person, then finish() into their envelope.
//
//   "format":"meta",
//   "requests":[{"action":"remove","method":"DELETE","path":"…","entries":1,"body":{…}},
//               {"action":"add","method":"POST","path":"…","entries":2,"body":{…}}],
//   "matched":3,
//   "unmatched":[{"member":"v7","action":"add","reasons":["no_identifier","email_malformed"]}],
//   "refused_fields":{"phone_without_country_code":1}
//
// Each body is exactly what the platform takes. Removals come first, so that who left and came
// back under the same e-mail address stays in. Who cannot be expressed is in `unmatched`, and the
// others go on. `refused_fields` counts values left out of rows that are in a body.
//
// Thread: one. Owns: the bodies so far, at most kHandoverEntriesMax rows of about 2 KB.
#pragma once

#include <array>
#include <string>

#include "io/handover/handover_format.h"

namespace rekindle::io {

class HandoverPage {
 public:
  // `format` outlives the page.
  explicit HandoverPage(const HandoverFormat& format) : x_format(format) {}

  // REQUIRES: fewer than kHandoverEntriesMax calls before; at most one call a member, with the
  // action of its newest change.
  void add(const Person& person, HandoverAction action);
  // Ends the page; call once.
  void finish(JsonObject& envelope);

 private:
  // The bodies of one action.
  struct Track {
    std::string requests;  // finished ones, with a comma behind each
    std::string body;      // the open one
    size_t entries = 0;    // in it
    size_t filled = 0;     // of its limit
    uint64_t bodies = 0;   // finished
  };
  void close_body(HandoverAction action, bool last);
  void list_unmatched(const Person& person, HandoverAction action, const Refusals& refusals);
  Track& track(HandoverAction action) { return x_tracks[static_cast<size_t>(action)]; }

  const HandoverFormat& x_format;
  std::array<Track, 2> x_tracks;
  std::string x_row;
  std::string x_unmatched;
  std::array<uint64_t, kRefusals> x_refused{};
  size_t x_entries = 0;
  uint64_t x_matched = 0;
};

}  // namespace rekindle::io
