// Any bytes as a logged decision: refused, or read back equal once written again; and the operator
// that reads it leaves a visitor whose bytes read back equal.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/decision.h"
#include "operators/offers.h"
#include "tests/operators/one_visitor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rekindle;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto record = read_decision_record(bytes);
  if (!record) return 0;
  std::string written;
  append_decision_record(*record, written);
  const auto again = read_decision_record(written);
  RK_ASSERT(again.has_value() && again->offers.size() == record->offers.size());

  testing_samples::OneVisitor world(operators::make_offers());
  Event event = testing_samples::event_of(EventType::kOfferDecided, testing_samples::kNoon);
  const std::string id = decision_text(7);
  event.props = written;
  event.decision = id;
  world.send(event);
  event = testing_samples::event_of(EventType::kOfferClicked, testing_samples::kNoon + hours(1));
  event.decision = id;
  world.pass(event.at);
  world.send(event);
  Visitor read;
  RK_ASSERT(decode_visitor(world.bytes(), read).has_value());
  RK_ASSERT((world.visitor.offers == nullptr) == (read.offers == nullptr));
  RK_ASSERT(read.offers == nullptr || *read.offers == *world.visitor.offers);
  world.pass(testing_samples::kNoon + days(900));
  RK_ASSERT(world.visitor.offers == nullptr);
  return 0;
}
