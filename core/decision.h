// A decision as it is logged: the payload (Event::props) of a kOfferDecided event. It says all that
// the visitor's state needs, so a replay asks no configuration.
//
//   1 version (2) · 1 flags (bit 0: universal holdout) · placement, policy (varint length each)
//   · 4 probability of offering nothing, in millionths · 4 probability of showing exactly what it
//     shows, in millionths · 1 offers asked for · varint offers, each:
//     offer, group, channel, product (varint length each) · varint rung
//     · 1 flags (bit 0 ghost, 1 service, 2 has budget, 3 holds stock)
//     · 4 probability, in millionths · zigzag expected gain · varints: reserved for, kept for,
//     view window, click window (ms) · zigzag cost · zigzag discount
//   · varint offers that a cap stopped, each: 8 hash
//
// Version 1, which stays readable, has neither the second probability, nor how many were asked for,
// nor what caps stopped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/ids.h"
#include "core/time.h"

namespace rekindle {

struct DecidedOffer {
  std::string_view offer;
  std::string_view group;
  std::string_view channel;
  std::string_view product;  // empty: of no product
  uint32_t rung = 0;         // which discount of its ladder
  bool is_ghost = false;     // would have been shown, but for an experiment
  bool is_service = false;
  bool has_budget = false;
  bool holds_stock = false;
  uint32_t probability_ppm = 0;  // that this decision offers it, in millionths
  int64_t gain = 0;              // expected of showing it, minor units
  Duration reserved_for;         // has to be shown within
  Duration kept_for;
  Duration view_window;
  Duration click_window;
  int64_t cost = 0;      // minor units
  int64_t discount = 0;  // minor units, given if it converts
};

struct DecisionRecord {
  std::string_view placement;
  std::string_view policy;
  bool is_held_out = false;  // the visitor is in the universal holdout
  uint32_t nothing_ppm = 0;
  // That exactly these are shown, the draw of ghosts included; 0: not known (version 1).
  uint32_t slate_ppm = 0;
  uint8_t offers_max = 0;  // as asked; 0: not known (version 1)
  std::vector<DecidedOffer> offers;
  std::vector<NameHash> capped;  // offers that a cap stopped
};

void append_decision_record(const DecisionRecord& record, std::string& out);
// Views into `bytes`. Errors: kCorruptRecord, kNewerVersion.
[[nodiscard]] Result<DecisionRecord> read_decision_record(std::string_view bytes);

// What statistics are kept of: an offer at one discount.
[[nodiscard]] NameHash arm_hash(std::string_view offer, uint32_t rung);

// A decision's id: never 0. "00f3…": 16 hexadecimal digits, and back; nothing when it is none.
[[nodiscard]] uint64_t decision_id(PartitionId partition, uint64_t position, size_t nth);
[[nodiscard]] std::string decision_text(uint64_t id);
[[nodiscard]] uint64_t parse_decision(std::string_view text);  // 0: it is none

}  // namespace rekindle
