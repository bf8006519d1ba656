// Questions about the order of events in a timeline: whether some steps followed each other, and
// whether something did not follow. Pure functions; like core/window.h's, every answer says until
// when it holds if no further event arrives. Thread: the visitor's shard.
#pragma once

#include <span>

#include "core/window.h"

namespace rekindle {

// The entries a step of a sequence means. An empty filter passes everything.
struct Step {
  TypeSelector types;
  Filter filter;
};

// Some entry of each step, each strictly later than the one of the step before and at most `within`
// after it, all with now − window < at ≤ now. REQUIRES: 2 … limits::kSequenceStepsMax steps.
struct SequenceQuery {
  std::span<const Step> steps;
  Duration within;
  Duration window;
  int64_t money_scale = 100;
};
// Of all chains, the one whose first entry is newest decides: `until` is when that leaves the
// window.
[[nodiscard]] Holds sequence(const Timeline&, const SequenceQuery&, EventTime now);

// The newest entry of `first` at or before `now` is at least `within` old, and no entry of `then`
// has first.at < at ≤ first.at + within. With a window, only an entry of `first` inside
// (now − window, now] counts. False when there is no such entry.
struct AbsenceQuery {
  const Step& first;
  const Step& then;
  Duration within;
  Duration window;  // zero: the whole timeline
  int64_t money_scale = 100;
};
// `until` is the instant at which the waiting ends, or the entry of `first` leaves the window.
[[nodiscard]] Holds absence(const Timeline&, const AbsenceQuery&, EventTime now);

}  // namespace rekindle
