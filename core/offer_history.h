// What was offered to one visitor and what came of it, as long as a cap, a window or a cool-down
// still asks. Written by operators/offers; read by decide's guards. Stored as
// core/offer_history_format.h says.
//
// Thread: the visitor's shard. Bounds: limits::kExposuresMax, kTrialsMax, kSoldLinesMax.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

enum class OfferStage : uint8_t {
  kReserved = 0,  // decided, and may still be shown
  kShown = 1,
  kReturned = 2,  // not shown in time: what was reserved is free again
  kGhost = 3,     // would have been shown, but for an experiment
};

// One offer of one decision.
struct Exposure {
  uint64_t decision = 0;
  EventTime decided_at;
  EventTime reserved_until;  // has to be shown before
  EventTime keep_until;
  NameHash offer = kNoName;
  NameHash arm = kNoName;  // the offer at its discount
  NameHash group = kNoName;
  NameHash channel = kNoName;
  NameHash product = kNoName;  // item hash; kNoName: of no product
  OfferStage stage = OfferStage::kReserved;
  bool is_service = false;
  bool has_budget = false;
  bool holds_stock = false;
  bool was_late = false;   // shown after it was returned
  bool is_closed = false;  // nothing is held for it any more
  bool has_converted = false;
  uint8_t nth = 0;  // showing of its offer to this visitor, as far as is remembered; 0: not shown
  EventTime shown_at = EventTime::never();  // never(): not yet; the first of each kind
  EventTime clicked_at = EventTime::never();
  EventTime dismissed_at = EventTime::never();
  Duration view_window;
  Duration click_window;
  int64_t cost = 0;      // of the contact, minor units
  int64_t discount = 0;  // given if it converts

  // Counts for caps at `now`: it was shown, or still may be.
  [[nodiscard]] bool is_pending(EventTime now) const {
    return stage == OfferStage::kReserved && now < reserved_until;
  }
  [[nodiscard]] bool was_shown() const { return shown_at != EventTime::never(); }
  // When no event of the visitor's can be attributed to it any more; REQUIRES: was_shown().
  [[nodiscard]] EventTime window_end() const {
    const EventTime viewed = shown_at + view_window;
    if (clicked_at == EventTime::never()) return viewed;
    const EventTime clicked = clicked_at + click_window;
    return viewed < clicked ? clicked : viewed;
  }
  friend bool operator==(const Exposure&, const Exposure&) = default;
};

// What the visitor buys after an offer was first chosen for them, whatever else is shown meanwhile:
// one customer of an experiment. One at a time for each offer.
struct Trial {
  NameHash offer = kNoName;
  NameHash arm = kNoName;
  NameHash group = kNoName;
  NameHash policy = kNoName;  // that chose it
  bool is_ghost = false;
  EventTime began;
  EventTime until;
  uint32_t orders = 0;
  int64_t revenue = 0;      // purchases − refunds, minor units
  int64_t before = 0;       // lifetime revenue when it began
  bool was_active = false;  // ordered in as long a time before it began
  bool took = false;        // bought a product that was offered
  uint32_t lines = 0;       // order lines bought
  uint32_t primary = 0;     // orders with something that was not offered
  uint32_t attached = 0;    // … and something that was
  friend bool operator==(const Trial&, const Trial&) = default;
};

// An order line that waits for late touches before it is attributed, once.
struct SoldLine {
  EventTime at;
  EventTime settles_at;
  NameHash product = kNoName;
  int64_t worth = 0;
  friend bool operator==(const SoldLine&, const SoldLine&) = default;
};

struct OfferHistory {
  std::vector<Exposure> exposures;  // in order of decision
  std::vector<Trial> trials;        // open ones, in order of beginning
  std::vector<SoldLine> lines;      // in order of arrival

  [[nodiscard]] bool empty() const { return exposures.empty() && trials.empty() && lines.empty(); }
  [[nodiscard]] size_t memory_bytes() const {
    return sizeof(OfferHistory) + exposures.capacity() * sizeof(Exposure) +
           trials.capacity() * sizeof(Trial) + lines.capacity() * sizeof(SoldLine);
  }
  friend bool operator==(const OfferHistory&, const OfferHistory&) = default;
};

}  // namespace rekindle
