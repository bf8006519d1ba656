// What lifetime value is computed from: four numbers a customer.
//
// Called by ClvHistogram and ClvModel, filled in by whoever keeps a visitor's totals.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace rekindle::operators {

// The caller decides what one order is. The models were made for orders on different days: shops
// where a visit often ends in several orders should count the orders of one UTC day as one, here
// and in both uses alike; otherwise a customer's second order within minutes reads as great haste.
struct PurchaseHistory {
  int64_t orders = 0;                       // 0: not a customer
  EventTime first_at = EventTime::never();  // of the first and the last order
  EventTime last_at = EventTime::before_all();
  int64_t revenue = 0;  // minor units over all orders, less refunds; may be negative
  friend bool operator==(const PurchaseHistory&, const PurchaseHistory&) = default;
};

}  // namespace rekindle::operators
