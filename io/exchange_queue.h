// Answers that leave in the order of their requests, whatever order they are ready in. One a
// connection; used on its io thread. Tickets count from 0.
//
// Owns: the answers' bytes. The slots form a ring that grows once, from 4 to the bound, so a
// keep-alive client without pipelining costs 4 slots and no allocation once warm.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/assert.h"
#include "core/limits.h"
#include "io/audit/audit_log.h"

namespace rekindle::io {

struct Exchange {
  bool done = false;
  bool keep_alive = true;
  bool head = false;
  bool with_cookie = false;           // pages of `origin` may send the visitor's cookie
  std::string origin;                 // for the answer's CORS headers; empty: none
  std::string cookie;                 // of the visitor, when the answer sets one
  std::string headers;                // a tracker's answer has these more, each "Name: value\r\n"
  std::string bytes;                  // the answer, once done
  std::unique_ptr<AuditEntry> audit;  // what the answer ends; null: nothing
};

class ExchangeQueue {
 public:
  static constexpr size_t kSlotsMax = limits::kPipelinedRequestsMax;

  [[nodiscard]] size_t size() const { return x_end - x_begin; }
  [[nodiscard]] bool empty() const { return x_end == x_begin; }
  [[nodiscard]] bool full() const { return size() >= kSlotsMax; }
  // Which ticket the next open() gives.
  [[nodiscard]] uint64_t next_ticket() const { return x_end; }

  // REQUIRES: !full().
  uint64_t open() {
    RK_ASSERT(!full());
    if (size() == x_slots.size()) grow();
    Exchange& slot = at(x_end);
    slot.done = false;
    slot.keep_alive = true;
    slot.head = false;
    slot.with_cookie = false;
    slot.origin.clear();
    slot.cookie.clear();
    slot.headers.clear();
    slot.bytes.clear();
    slot.audit.reset();
    return x_end++;
  }
  // REQUIRES: opened and not yet released.
  [[nodiscard]] Exchange& operator[](uint64_t ticket) {
    RK_ASSERT(ticket >= x_begin && ticket < x_end);
    return at(ticket);
  }
  // Calls fn(exchange) for each answer that may leave now; stops after fn returns false.
  template <typename Fn>
  void release(Fn&& fn) {
    while (!empty() && at(x_begin).done) {
      Exchange& slot = at(x_begin++);
      const bool go_on = fn(slot);
      if (slot.bytes.capacity() > kKeptBytes) std::string().swap(slot.bytes);
      if (!go_on) return;
    }
  }

 private:
  static constexpr size_t kKeptBytes = 4'096;

  [[nodiscard]] Exchange& at(uint64_t ticket) { return x_slots[ticket % x_slots.size()]; }
  void grow() {
    std::vector<Exchange> larger(x_slots.empty() ? 4 : kSlotsMax);
    for (uint64_t t = x_begin; t != x_end; ++t) larger[t % larger.size()] = std::move(at(t));
    x_slots = std::move(larger);
  }

  std::vector<Exchange> x_slots;
  uint64_t x_begin = 0;
  uint64_t x_end = 0;
};

static_assert(limits::kFramesInFlightMax <= ExchangeQueue::kSlotsMax);

}  // namespace rekindle::io
