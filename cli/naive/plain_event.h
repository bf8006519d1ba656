// Events as the naive evaluator takes them, read from the log's records, and which of them count.
// Thread: any.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cli/naive/tree.h"
#include "core/event.h"

namespace rekindle::naive {

// What an event says, with what it tells about the visitor, as docs/events.md describes it.
[[nodiscard]] PlainEvent plain_event(const Event& event);

// The events of one visitor that count: repeated ones are left out, as docs/events.md says.
class History {
 public:
  // False when it was sent before.
  bool add(const Event& event, EventTime known_at);
  // Holds the events; the rest is for whoever asks about them to fill in.
  [[nodiscard]] World& world() { return x_world; }
  // When each of them was applied; ascending.
  [[nodiscard]] const std::vector<EventTime>& known_at() const { return x_known_at; }

 private:
  World x_world;
  std::vector<EventTime> x_known_at;
  std::deque<NameHash> x_ids;  // of the newest events that had one
  std::deque<std::string> x_orders;
};

}  // namespace rekindle::naive
