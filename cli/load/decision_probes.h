// The events that measure event → decision: few visitors, each with a decision that a WebSocket
// follows at a placement that offers what was looked at last. Each event is a look at another
// product, so the decision that shows it is known by that product.
//
// Thread: the load run's.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "cli/histogram.h"
#include "cli/load/connection.h"

namespace rekindle::cli {

class DecisionProbes {
 public:
  // `products`: of the catalogue, named p0, p1, …
  DecisionProbes(std::string site, const std::string& run, std::string placement,
                 uint32_t products);

  // The message that subscribes to the visitors' decisions.
  [[nodiscard]] std::string greeting() const;
  // Appends the next look's frame; it was due at `due_ns` (monotonic).
  void send(Connection& connection, int64_t due_ns);
  // Looks in a message of the subscription for what was looked at.
  void received(std::string_view message, int64_t now_ns);

  Histogram latency;  // from due to received

 private:
  static constexpr size_t kVisitors = 16;  // as many as a WebSocket may follow
  struct Look {
    uint32_t product;
    int64_t due_ns;
  };

  std::string x_site;
  std::string x_prefix;
  std::string x_placement;
  uint32_t x_products;
  std::string x_message;
  uint64_t x_sent = 0;
  std::array<std::deque<Look>, kVisitors> x_waiting;  // oldest first
};

}  // namespace rekindle::cli
