// Which offers a decision would take, draw for draw, and how likely each is to be taken: what is
// logged with a choice, and asked for when another policy is weighed against a log.
#pragma once

#include <span>
#include <vector>

#include "operators/decide/value/arm.h"

namespace rekindle::operators {

// What there is to give away.
struct Room {
  size_t slots = 0;     // offers
  size_t products = 0;  // of the placement's sources; a recommendation takes all that fit
};

// Of arms ranked best first, those that fit, in their order.
[[nodiscard]] std::vector<size_t> fitting(const std::vector<Arm>& arms,
                                          const std::vector<size_t>& order, Room room);

// Sets of arms, each with how often it was drawn.
class Slates {
 public:
  struct Slate {
    std::vector<size_t> arms;  // ascending
    uint32_t draws = 0;
  };

  void add(std::vector<size_t> taken, uint32_t draws = 1);
  // 64 draws from the arms' beliefs.
  void draw(const std::vector<Arm>& arms, Room room, uint64_t seed);

  // The share of draws with each arm, in millionths, never 0; the last one is that there is none.
  [[nodiscard]] std::vector<uint32_t> chances(size_t arms) const;

  // The chance that exactly `shown` (ascending) are shown, and that each arm is: every drawn slate,
  // and for each which of its marketing is held out, of which the shares are universal and per
  // offer (hundredths of a percent). Who is held out is drawn once a visitor, so this is over
  // visitors.
  [[nodiscard]] double chance_of(std::span<const size_t> shown, const std::vector<Arm>& arms,
                                 uint32_t universal) const;
  [[nodiscard]] double chance_of(size_t arm, const std::vector<Arm>& arms,
                                 uint32_t universal) const;

 private:
  std::vector<Slate> x_slates;
  uint32_t x_draws = 0;
};

}  // namespace rekindle::operators
