#include "core/offer_history_format.h"

#include "core/item_name_format.h"
#include "core/limits.h"
#include "core/visitor_sections.h"

namespace rekindle {
namespace {

enum Presence : uint16_t {
  kProduct = 1u << 0,
  kShownAt = 1u << 1,
  kClickedAt = 1u << 2,
  kDismissedAt = 1u << 3,
  kCost = 1u << 4,
  kDiscount = 1u << 5,
  kService = 1u << 6,
  kBudget = 1u << 7,
  kStock = 1u << 8,
  kLate = 1u << 9,
  kClosed = 1u << 10,
  kConverted = 1u << 11,
  kNth = 1u << 12,
  kAllBits = (1u << 13) - 1,
};

constexpr uint64_t kHasMore = uint64_t{1} << 33;  // in a trial's head
enum TrialBit : uint8_t { kWasActive = 1, kTook = 2, kAllTrialBits = 3 };

uint16_t presence_of(const Exposure& exposure) {
  const auto bit = [](bool is_there, Presence presence) {
    return is_there ? static_cast<uint32_t>(presence) : 0u;
  };
  return static_cast<uint16_t>(
      bit(exposure.product != kNoName, kProduct) | bit(exposure.was_shown(), kShownAt) |
      bit(exposure.clicked_at != EventTime::never(), kClickedAt) |
      bit(exposure.dismissed_at != EventTime::never(), kDismissedAt) |
      bit(exposure.cost != 0, kCost) | bit(exposure.discount != 0, kDiscount) |
      bit(exposure.is_service, kService) | bit(exposure.has_budget, kBudget) |
      bit(exposure.holds_stock, kStock) | bit(exposure.was_late, kLate) |
      bit(exposure.is_closed, kClosed) | bit(exposure.has_converted, kConverted) |
      bit(exposure.nth != 0, kNth));
}

void put_exposure(const Exposure& exposure, EventTime base, ByteWriter& writer) {
  const uint16_t presence = presence_of(exposure);
  const EventTime decided = exposure.decided_at;
  writer.fixed(exposure.decision);
  put_time(decided, base, writer);
  put_time(exposure.reserved_until, decided, writer);
  put_time(exposure.keep_until, decided, writer);
  for (const NameHash hash : {exposure.offer, exposure.arm, exposure.group, exposure.channel}) {
    writer.fixed(hash);
  }
  writer.fixed(exposure.stage);
  writer.fixed(presence);
  if ((presence & kProduct) != 0) put_item_name(exposure.product, writer);
  if ((presence & kShownAt) != 0) put_time(exposure.shown_at, decided, writer);
  if ((presence & kClickedAt) != 0) put_time(exposure.clicked_at, decided, writer);
  if ((presence & kDismissedAt) != 0) put_time(exposure.dismissed_at, decided, writer);
  if ((presence & kCost) != 0) writer.signed_varint(exposure.cost);
  if ((presence & kDiscount) != 0) writer.signed_varint(exposure.discount);
  if ((presence & kNth) != 0) writer.fixed(exposure.nth);
  writer.varint(static_cast<uint64_t>(exposure.view_window.ms));
  writer.varint(static_cast<uint64_t>(exposure.click_window.ms));
}

Duration get_window(ByteReader& reader) {
  constexpr int64_t kWindowMsMax = days(400).ms;
  const uint64_t ms = reader.varint();
  if (ms > static_cast<uint64_t>(kWindowMsMax)) reader.fail();
  return reader.ok() ? milliseconds(static_cast<int64_t>(ms)) : Duration{};
}

void get_exposure(ByteReader& reader, EventTime base, Exposure& exposure) {
  exposure.decision = reader.fixed<uint64_t>();
  const EventTime decided = exposure.decided_at = get_time(base, reader);
  exposure.reserved_until = get_time(decided, reader);
  exposure.keep_until = get_time(decided, reader);
  for (NameHash* hash : {&exposure.offer, &exposure.arm, &exposure.group, &exposure.channel}) {
    *hash = reader.fixed<NameHash>();
  }
  exposure.stage = reader.fixed<OfferStage>();
  const auto presence = reader.fixed<uint16_t>();
  if (exposure.stage > OfferStage::kGhost || presence > kAllBits) return reader.fail();
  if ((presence & kProduct) != 0) exposure.product = get_item_name(reader);
  if ((presence & kShownAt) != 0) exposure.shown_at = get_time(decided, reader);
  if ((presence & kClickedAt) != 0) exposure.clicked_at = get_time(decided, reader);
  if ((presence & kDismissedAt) != 0) exposure.dismissed_at = get_time(decided, reader);
  if ((presence & kCost) != 0) exposure.cost = reader.signed_varint();
  if ((presence & kDiscount) != 0) exposure.discount = reader.signed_varint();
  if ((presence & kNth) != 0) exposure.nth = reader.fixed<uint8_t>();
  exposure.view_window = get_window(reader);
  exposure.click_window = get_window(reader);
  exposure.is_service = (presence & kService) != 0;
  exposure.has_budget = (presence & kBudget) != 0;
  exposure.holds_stock = (presence & kStock) != 0;
  exposure.was_late = (presence & kLate) != 0;
  exposure.is_closed = (presence & kClosed) != 0;
  exposure.has_converted = (presence & kConverted) != 0;
}

void put_trial(const Trial& trial, EventTime base, ByteWriter& writer) {
  for (const NameHash hash : {trial.offer, trial.arm, trial.group, trial.policy}) {
    writer.fixed(hash);
  }
  put_time(trial.began, base, writer);
  put_time(trial.until, trial.began, writer);
  const bool has_more =
      trial.was_active || trial.took || (trial.lines | trial.primary | trial.attached) != 0;
  writer.varint(uint64_t{trial.orders} * 2 + (trial.is_ghost ? 1u : 0u) +
                (has_more ? kHasMore : 0));
  writer.signed_varint(trial.revenue);
  writer.signed_varint(trial.before);
  if (!has_more) return;
  writer.fixed(
      static_cast<uint8_t>((trial.was_active ? kWasActive : 0) | (trial.took ? kTook : 0)));
  for (const uint32_t number : {trial.lines, trial.primary, trial.attached}) writer.varint(number);
}

void get_more(ByteReader& reader, Trial& trial) {
  const auto bits = reader.fixed<uint8_t>();
  if (bits > kAllTrialBits) return reader.fail();
  trial.was_active = (bits & kWasActive) != 0;
  trial.took = (bits & kTook) != 0;
  for (uint32_t* number : {&trial.lines, &trial.primary, &trial.attached}) {
    const uint64_t value = reader.varint();
    if (value > UINT32_MAX) return reader.fail();
    *number = static_cast<uint32_t>(value);
  }
}

void get_trial(ByteReader& reader, EventTime base, Trial& trial) {
  trial.offer = reader.fixed<NameHash>();
  trial.arm = reader.fixed<NameHash>();
  trial.group = reader.fixed<NameHash>();
  trial.policy = reader.fixed<NameHash>();
  trial.began = get_time(base, reader);
  trial.until = get_time(trial.began, reader);
  uint64_t head = reader.varint();
  const bool has_more = (head & kHasMore) != 0;
  head &= ~kHasMore;
  if (head / 2 > UINT32_MAX) return reader.fail();
  trial.orders = static_cast<uint32_t>(head / 2);
  trial.is_ghost = (head & 1) != 0;
  trial.revenue = reader.signed_varint();
  trial.before = reader.signed_varint();
  if (has_more) get_more(reader, trial);
}

template <typename T, typename Get>
void get_list(ByteReader& reader, size_t least_bytes, size_t most, std::vector<T>& list, Get get) {
  const size_t count = reader.count(least_bytes);
  if (count > most) return reader.fail();
  list.resize(count);
  for (T& entry : list) get(entry);
}

}  // namespace

void put_offers(const OfferHistory& history, EventTime base, ByteWriter& writer) {
  writer.varint(history.exposures.size());
  for (const Exposure& exposure : history.exposures) put_exposure(exposure, base, writer);
  writer.varint(history.trials.size());
  for (const Trial& trial : history.trials) put_trial(trial, base, writer);
  writer.varint(history.lines.size());
  for (const SoldLine& line : history.lines) {
    put_time(line.at, base, writer);
    put_time(line.settles_at, line.at, writer);
    put_item_name(line.product, writer);
    writer.signed_varint(line.worth);
  }
}

void get_offers(ByteReader& reader, EventTime base, OfferHistory& history) {
  constexpr size_t kLeastExposureBytes = 48;
  constexpr size_t kLeastTrialBytes = 37;
  constexpr size_t kLeastLineBytes = 3 + kItemNameBytes;
  get_list(reader, kLeastExposureBytes, limits::kExposuresMax, history.exposures,
           [&](Exposure& exposure) { get_exposure(reader, base, exposure); });
  get_list(reader, kLeastTrialBytes, limits::kTrialsMax, history.trials,
           [&](Trial& trial) { get_trial(reader, base, trial); });
  get_list(reader, kLeastLineBytes, limits::kSoldLinesMax, history.lines, [&](SoldLine& line) {
    line.at = get_time(base, reader);
    line.settles_at = get_time(line.at, reader);
    line.product = get_item_name(reader);
    line.worth = reader.signed_varint();
  });
}

}  // namespace rekindle
