// An offer history as bytes: section 24 of a stored visitor (core/visitor_format.h). Times are
// zigzag milliseconds against the base unless said otherwise, hashes 8 bytes, products 6.
//
//   varint exposures, each: 8 decision · decided_at · zigzag reserved_until − decided_at
//     · zigzag keep_until − decided_at · offer · arm · group · channel · 1 stage
//     · 2 presence (bit 0 product, 1 shown_at, 2 clicked_at, 3 dismissed_at, 4 cost, 5 discount,
//       6 is_service, 7 has_budget, 8 holds_stock, 9 was_late, 10 is_closed, 11 has_converted,
//       12 nth)
//     · those present: product · times − decided_at · zigzag amounts · 1 nth
//     · varint windows: view, click
//   varint trials, each: offer · arm · group · policy · began · zigzag until − began · varint
//   orders × 2 + is_ghost + 2³³ if there is more · zigzag revenue · zigzag before
//     · if there is more: 1 bits (0 was_active, 1 took) · varints: lines, primary, attached
//   varint lines, each: at · zigzag settles_at − at · product · zigzag worth
#pragma once

#include "core/bytes.h"
#include "core/offer_history.h"

namespace rekindle {

void put_offers(const OfferHistory& history, EventTime base, ByteWriter& writer);
void get_offers(ByteReader& reader, EventTime base, OfferHistory& history);

}  // namespace rekindle
