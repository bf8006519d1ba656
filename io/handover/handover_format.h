// How one ad platform wants an audience: which request, which body, which row a person becomes.
// Implemented by meta_format, google_format and google_data_manager_format; driven by
// handover_page. Immutable once made, so any number of threads may use one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/handover/person.h"
#include "io/handover/refusal.h"
#include "io/json_text.h"

namespace rekindle::io {

enum class HandoverAction : uint8_t { kAdd, kRemove };

// Where a body goes, below the platform's own address.
struct HandoverCall {
  std::string_view method;
  std::string path;
};

// Which of a page's bodies with one action this is.
struct BodyPlace {
  uint64_t index = 0;  // from 0
  bool last = false;
};

class HandoverFormat {
 public:
  virtual ~HandoverFormat() = default;

  // What stands in `format=`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual HandoverCall call(HandoverAction action) const = 0;

  // Appends what stands before, between ("," is the caller's) and after the rows of a body.
  virtual void open_body(std::string& out, HandoverAction action) const = 0;
  virtual void close_body(std::string& out, HandoverAction action, BodyPlace place) const = 0;

  // Appends the person's row and returns how much of a body's limit it takes; nothing and 0 when
  // the platform could not find the person. `refusals` says which values were left out and why.
  [[nodiscard]] virtual size_t append_row(std::string& out, const Person& person,
                                          HandoverAction action, Refusals& refusals) const = 0;

  // Adds to the envelope what the requests need around them.
  virtual void append_setup(JsonObject& envelope) const { static_cast<void>(envelope); }
};

}  // namespace rekindle::io
