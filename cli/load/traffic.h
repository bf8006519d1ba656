// Makes up a shop's traffic: visitors drawn by Zipf's law come in sessions of geometric length,
// look at products (Zipf again), fill a cart and sometimes buy. Written straight into the request's
// bytes, so that the load generator itself costs little. Thread: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/load/dice.h"

namespace rekindle::cli {

struct TrafficConfig {
  std::string site = "shop";
  uint32_t visitors = 1'000'000;
  double zipf = 1.0;           // of the visitors
  uint32_t products = 20'000;  // drawn with exponent 1
  uint32_t categories = 200;
  uint32_t brands = 500;
  uint32_t open_sessions = 2'000;  // that take turns
  // Events. The default is what people do in a real shop: REES46's published sample has 17,435
  // events in 5,067 sessions.
  double session_mean = 3.4;
  bool every_visitor_once = false;  // sessions go through all visitors in order, then it ends
  uint64_t seed = 1;
  std::string run = "r";  // makes event ids and orders unique among runs
};

class Traffic {
 public:
  explicit Traffic(TrafficConfig config);

  // Appends one event as a JSON object (docs/events.md). False: every visitor had their turn.
  bool append_json(std::string& out);
  // Appends one event as a pixel's path and query. False as above.
  bool append_pixel(std::string& out);
  // The name of a visitor drawn like those of the events.
  void append_visitor(std::string& out);

 private:
  struct Session {
    uint32_t visitor = 0;
    uint32_t left = 0;      // events to come
    uint32_t cart[3] = {};  // products
    uint32_t cart_size = 0;
  };
  struct Step {
    std::string_view type;
    uint32_t visitor = 0;
    uint32_t products[3] = {};
    uint32_t product_count = 0;
    bool is_purchase = false;
    uint64_t number = 0;  // of the event, unique in the run
  };
  bool next(Step& step);
  void begin(Session& session);
  void append_price(std::string& out, uint32_t product) const;

  TrafficConfig x_config;
  Dice x_dice;
  Zipf x_visitors;
  Zipf x_products;
  std::vector<Session> x_sessions;
  uint32_t x_next_visitor = 0;
  uint64_t x_events = 0;
};

}  // namespace rekindle::cli
