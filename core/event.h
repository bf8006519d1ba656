// The canonical event: what every decoder produces and every operator reads.
//
// An Event is a view: its strings point into the record it was read from (core/event_format.h) or
// into the decoder's buffers. It owns nothing but the item array, which is reused from event to
// event, so reading one allocates nothing. Valid until the next event is read into it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/event_type.h"
#include "core/ids.h"
#include "core/money.h"
#include "core/time.h"

namespace rekindle {

inline constexpr int64_t kNoMoney = INT64_MIN;  // a price or value that was not given

struct Item {
  std::string_view product;
  std::string_view category;
  std::string_view brand;
  int64_t price = kNoMoney;  // minor units of the event's currency, for one piece
  uint32_t quantity = 1;
  NameHash product_hash = kNoName;   // filled by read_event
  NameHash category_hash = kNoName;  // filled by read_event
  NameHash brand_hash = kNoName;     // filled by read_event
};

struct Event {
  SiteId site{};
  VisitorKey visitor;             // of (site, visitor_name)
  std::string_view visitor_name;  // as the sender wrote it, 1 … 128 bytes
  NameHash event_id = kNoName;    // kNoName: the sender gave none, so it is not deduplicated
  EventType type = EventType::kNone;
  std::string_view custom_type;  // NAME of custom:NAME
  EventTime at;                  // corrected and clamped
  WallTime received_at;
  int64_t value = kNoMoney;       // minor units of the site's currency
  NameHash order_hash = kNoName;  // filled by read_event
  std::string_view order;
  std::string_view coupon;
  std::string_view user;
  std::string_view url;
  std::string_view referrer;
  std::string_view campaign_source;
  std::string_view campaign_medium;
  std::string_view campaign_name;
  std::string_view query;
  std::string_view channel;
  std::string_view consent;   // raw JSON, as sent
  std::string_view props;     // raw JSON, as sent; of kOfferDecided: core/decision.h
  std::string_view decision;  // of offer_* events: the decision's id, 16 hexadecimal digits
  std::string_view offer;     // of offer_* events: which of its offers; empty: all of them
  std::vector<Item> items;
  bool is_bot = false;  // the sender is a known crawler

  // Set by operators, not stored.
  bool is_duplicate = false;
  bool is_consumed = false;    // no later operator is to see it
  bool is_remembered = false;  // its ids are in Visitor::seen now
  bool is_kept = false;        // it is in Visitor::timeline now

  // Empties every field and keeps the item array's memory.
  void clear() {
    auto kept = std::move(items);
    kept.clear();
    *this = Event{};
    items = std::move(kept);
  }
};

// What the event is worth: its value, else the sum of price × quantity of its items, else kNoMoney.
[[nodiscard]] int64_t worth_of(const Event& event);
// Pieces over all items; 0 without items.
[[nodiscard]] uint32_t pieces_of(const Event& event);

}  // namespace rekindle
