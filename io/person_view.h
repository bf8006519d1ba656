// A person as one answer: the visitor who was asked for, the others they are linked with, and all
// of them together. Asks the shards of each; used by the visitors' routes, on their io thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/person.h"
#include "io/responses.h"

namespace rekindle::io {

class IoThread;

struct PersonRequest {
  SiteId site{};
  std::string name;  // any id; a visitor's own name comes first
  bool with_history = false;
  std::optional<Person> person;  // whose id it is; nothing: a visitor alone, or nobody
};

// Calls `done` once, on this io thread, with the answer: 200, 404 when nobody is there, or 503.
void view_person(IoThread& thread, PersonRequest request,
                 std::function<void(const Response&)> done);

}  // namespace rekindle::io
