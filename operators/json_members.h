// The members of a JSON object that an event carried: their names and plain values. Used by
// operators/profile. Wraps simdjson.
//
// Intake has checked such text, so that it is JSON throughout. Whatever else it is, reading ends at
// the first fault; what was visited before it counts. A string with an escape that names no
// character is left out alone.
//
// Thread: its owner's; the views are valid during the call. Reuses its memory from call to call.
#pragma once

#include <absl/functional/function_ref.h>

#include <memory>
#include <string_view>

namespace rekindle::operators {

struct JsonMember {
  enum class Kind : uint8_t { kString, kNumber, kTrue, kFalse, kNull };
  std::string_view name;
  Kind kind = Kind::kNull;
  std::string_view text;  // a string without its escapes, a number's or boolean's JSON text
};

class JsonMembers {
 public:
  enum class Depth : uint8_t {
    kFlat,    // inner objects and arrays are left out
    kNested,  // members of inner objects are visited too, by their own names; arrays are left out
  };

  JsonMembers();
  ~JsonMembers();

  // Visits the members of the object `json` in their order.
  void visit(std::string_view json, Depth depth,
             absl::FunctionRef<void(const JsonMember&)> visitor);

 private:
  class Reader;
  std::unique_ptr<Reader> x_reader;
};

}  // namespace rekindle::operators
