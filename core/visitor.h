// Everything Rekindle knows about one visitor. One writer: the shard that owns the partition; other
// code reaches a mutable Visitor only through Context (core/operator.h).
//
// Each part says which operator writes it. All of it is stored, in core/visitor_format.h's layout,
// except where a member says otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/compact_vector.h"
#include "core/ids.h"
#include "core/offer_history.h"
#include "core/profile.h"
#include "core/seen_ids.h"
#include "core/timeline.h"
#include "core/voice.h"

namespace rekindle {

// Totals since the first event. Written by operators/lifetime. Money in the site's currency.
struct Lifetime {
  int64_t events = 0;
  int64_t orders = 0;     // different order ids (a purchase without one is an order of its own)
  int64_t purchased = 0;  // minor units over purchases
  int64_t refunded = 0;   // minor units over refunds, as a positive amount
  int64_t coupon_orders = 0;
  EventTime first_order = EventTime::never();  // never(): none
  EventTime last_order = EventTime::before_all();
  [[nodiscard]] int64_t revenue() const { return saturating_add(purchased, -refunded); }
  friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

// The cart as events left it. Written by operators/cart.
struct CartLine {
  NameHash product = kNoName;
  NameHash category = kNoName;
  uint32_t quantity = 0;
  int64_t price = kNoMoney;  // last seen price of one piece
  EventTime changed_at;
};
struct Cart {
  CompactVector<CartLine> lines;
  EventTime changed_at = EventTime::before_all();  // before_all(): never touched
  [[nodiscard]] int64_t value() const;             // minor units; lines without a price count 0
  [[nodiscard]] int64_t pieces() const;
};

// The session that is open, if any. Written by operators/session.
struct Session {
  EventTime start;
  EventTime last;
  uint32_t events = 0;
  bool open = false;
};

// That the visitor is in an audience as one version of its definition has it. Only the version in
// force counts (core/rules.h): one that is being evaluated has memberships of its own, and those of
// a past one stay until definitions change again. Written by Context::set_member, dropped by
// core/partition.h.
struct Membership {
  AudienceId audience{};
  uint32_t definition_version = 0;
  EventTime since;
  [[nodiscard]] AudienceVersion of() const { return {audience, definition_version}; }
};

struct Visitor {
  VisitorKey key;    // not in the value: it is the row's key
  std::string name;  // as the sender writes it
  EventTime first_seen = EventTime::never();
  EventTime last_seen = EventTime::before_all();  // newest `at` of anything
  EventTime deadline = EventTime::never();  // earliest instant at which an operator wants to run

  // What follows such a member lies in its padding: millions of visitors are kept.
  [[no_unique_address]] SeenIds seen;
  VisitorNumber number = 0;
  [[no_unique_address]] Timeline timeline;
  SiteId site{};
  Lifetime lifetime;
  Cart cart;
  Session session;
  CompactVector<Membership> memberships;  // ascending by of()
  std::unique_ptr<Profile> profile;       // null: nothing told
  std::unique_ptr<OfferHistory> offers;   // null: nothing was decided; by operators/offers
  std::unique_ptr<Voice> voice;           // null: alone; by core/partition.h

  // Asks the processor for the arrays that an event or a checkpoint will read. REQUIRES, or it
  // waits for it: this object is in the processor's cache.
  void prefetch_arrays() const {
    seen.event_ids.prefetch();
    seen.marks.prefetch();
    timeline.prefetch_lists();
    memberships.prefetch();
    cart.lines.prefetch();
  }

  [[nodiscard]] const Membership* membership(AudienceVersion audience) const;  // null: not in it
  [[nodiscard]] size_t memory_bytes() const;  // this object and all it owns
  // Moves the lists that every visitor has to where the heap is dense; what few have stays.
  void repack();
};

}  // namespace rekindle
