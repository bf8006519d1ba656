// Reads canonical JSON events (docs/events.md) from a request body or a WebSocket frame: one
// object, an array of objects, or NDJSON. Which one is seen from the bytes, never from a header:
//
//   first byte '['                       an array
//   first line is a balanced object and
//   another line follows                 NDJSON
//   otherwise                            one object; if that is not JSON and the second line
//                                        begins with '{', NDJSON with a bad first line
//
// An array or object is checked as a whole before anything is taken from it. NDJSON is taken line
// by line: a bad line is rejected (and so quarantined), the rest is unharmed, empty lines are
// skipped.
//
// Called by the front doors and `rekindle replay`. Thread: one io thread. Owns: the parser and its
// buffers, reused from call to call.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "io/intake.h"

namespace rekindle::io {

// The parser reads whole vectors: up to this many bytes behind the text.
inline constexpr size_t kJsonPaddingBytes = 64;

class JsonEvents {
 public:
  JsonEvents();
  ~JsonEvents();

  // Gives every event of `body` to `intake` (between whose start() and its answer this runs).
  // `readable_bytes` says how many bytes from body.data() on may be read, whatever they hold; with
  // at least body.size() + kJsonPaddingBytes nothing is copied, with less the body is copied once.
  // Errors, with nothing taken: kMalformedJson, kInvalidUtf8 (the whole array or object),
  // kBodyTooLarge (more than limits::kEventsPerBodyMax events).
  [[nodiscard]] Result<void> decode(std::string_view body, size_t readable_bytes, Intake& intake);
  // The same, giving the string the room it needs: a reused string is not copied.
  [[nodiscard]] Result<void> decode(std::string& body, Intake& intake);

  // Reads one object into `event`, whose views stay valid until the next call and as long as
  // `line`. Errors: kMalformedJson, kInvalidUtf8, or the event's own fault (kWrongType, …).
  [[nodiscard]] Result<void> read_object(std::string_view line, size_t readable_bytes,
                                         RawEvent& event);

 private:
  struct Parser;
  Result<void> decode_array(std::string_view body, Intake& intake);
  Result<void> decode_object(std::string_view body, Intake& intake);
  Result<void> decode_lines(std::string_view body, Intake& intake);
  std::string_view padded(std::string_view text, size_t readable_bytes);

  std::unique_ptr<Parser> x_parser;
  RawEvent x_event;
  std::string x_copy;
};

}  // namespace rekindle::io
