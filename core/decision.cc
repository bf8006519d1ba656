#include "core/decision.h"

#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle {
namespace {

constexpr uint8_t kVersion = 2;
constexpr uint8_t kHeldOut = 1;
enum OfferFlag : uint8_t { kGhost = 1, kService = 2, kBudget = 4, kStock = 8 };

void put_offer(const DecidedOffer& offer, ByteWriter& writer) {
  for (const std::string_view text : {offer.offer, offer.group, offer.channel, offer.product}) {
    writer.bytes(text);
  }
  writer.varint(offer.rung);
  writer.fixed(
      static_cast<uint8_t>((offer.is_ghost ? kGhost : 0) | (offer.is_service ? kService : 0) |
                           (offer.has_budget ? kBudget : 0) | (offer.holds_stock ? kStock : 0)));
  writer.fixed(offer.probability_ppm);
  writer.signed_varint(offer.gain);
  for (const Duration duration :
       {offer.reserved_for, offer.kept_for, offer.view_window, offer.click_window}) {
    writer.varint(static_cast<uint64_t>(duration.ms));
  }
  writer.signed_varint(offer.cost);
  writer.signed_varint(offer.discount);
}

DecidedOffer get_offer(ByteReader& reader) {
  DecidedOffer offer;
  for (std::string_view* text : {&offer.offer, &offer.group, &offer.channel, &offer.product}) {
    *text = reader.bytes();
  }
  offer.rung = static_cast<uint32_t>(reader.varint());
  const auto flags = reader.fixed<uint8_t>();
  offer.is_ghost = (flags & kGhost) != 0;
  offer.is_service = (flags & kService) != 0;
  offer.has_budget = (flags & kBudget) != 0;
  offer.holds_stock = (flags & kStock) != 0;
  offer.probability_ppm = reader.fixed<uint32_t>();
  offer.gain = reader.signed_varint();
  constexpr uint64_t kLongestMs = static_cast<uint64_t>(days(400).ms);
  for (Duration* duration :
       {&offer.reserved_for, &offer.kept_for, &offer.view_window, &offer.click_window}) {
    const uint64_t ms = reader.varint();
    if (ms > kLongestMs) reader.fail();
    *duration = reader.ok() ? milliseconds(static_cast<int64_t>(ms)) : Duration{};
  }
  offer.cost = reader.signed_varint();
  offer.discount = reader.signed_varint();
  return offer;
}

}  // namespace

void append_decision_record(const DecisionRecord& record, std::string& out) {
  ByteWriter writer(out);
  writer.fixed(kVersion);
  writer.fixed(static_cast<uint8_t>(record.is_held_out ? kHeldOut : 0));
  writer.bytes(record.placement);
  writer.bytes(record.policy);
  writer.fixed(record.nothing_ppm);
  writer.fixed(record.slate_ppm);
  writer.fixed(record.offers_max);
  writer.varint(record.offers.size());
  for (const DecidedOffer& offer : record.offers) put_offer(offer, writer);
  writer.varint(record.capped.size());
  for (const NameHash offer : record.capped) writer.fixed(offer);
}

Result<DecisionRecord> read_decision_record(std::string_view bytes) {
  constexpr size_t kLeastOfferBytes = 17;
  ByteReader reader(bytes);
  const auto version = reader.fixed<uint8_t>();
  if (version > kVersion) return Error{ErrorCode::kNewerVersion, "a decision"};
  DecisionRecord record;
  record.is_held_out = (reader.fixed<uint8_t>() & kHeldOut) != 0;
  record.placement = reader.bytes();
  record.policy = reader.bytes();
  record.nothing_ppm = reader.fixed<uint32_t>();
  if (version > 1) {
    record.slate_ppm = reader.fixed<uint32_t>();
    record.offers_max = reader.fixed<uint8_t>();
  }
  const size_t count = reader.count(kLeastOfferBytes);
  if (version == 0 || count > limits::kOffersMax) reader.fail();
  for (size_t i = 0; i < count && reader.ok(); ++i) record.offers.push_back(get_offer(reader));
  const size_t capped = version > 1 ? reader.count(sizeof(NameHash)) : 0;
  if (capped > limits::kOffersMax) reader.fail();
  for (size_t i = 0; i < capped && reader.ok(); ++i) {
    record.capped.push_back(reader.fixed<NameHash>());
  }
  if (!reader.ok() || !reader.at_end()) return Error{ErrorCode::kCorruptRecord, "a decision"};
  return record;
}

NameHash arm_hash(std::string_view offer, uint32_t rung) {
  if (rung == 0) return name_hash(offer);
  return name_hash(std::string(offer) + '#' + std::to_string(rung));
}

uint64_t decision_id(PartitionId partition, uint64_t position, size_t nth) {
  std::string text;
  ByteWriter writer(text);
  writer.fixed(partition);
  writer.fixed(position);
  writer.varint(nth);
  const uint64_t id = name_hash(text);
  return id == 0 ? 1 : id;
}

std::string decision_text(uint64_t id) {
  std::string text(16, '0');
  for (size_t i = 16; i-- > 0; id >>= 4) text[i] = "0123456789abcdef"[id & 15];
  return text;
}

uint64_t parse_decision(std::string_view text) {
  if (text.size() != 16) return 0;
  uint64_t id = 0;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && !(c >= 'a' && c <= 'f')) return 0;
    id = id << 4 | static_cast<uint64_t>(is_digit ? c - '0' : c - 'a' + 10);
  }
  return id;
}

}  // namespace rekindle
