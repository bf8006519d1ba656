// Any bytes as what an event tells and allows: the profile stays within its bounds, and its bytes
// read back equal.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/profile.h"
#include "tests/operators/one_visitor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rekindle;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view half = text.substr(0, size / 2);
  testing_samples::OneVisitor world(operators::make_profile());
  const EventTime noon = testing_samples::kNoon;
  Event event = testing_samples::event_of(EventType::kIdentify, noon);
  event.props = text;
  event.consent = text;
  event.user = half.substr(0, limits::kTextBytesMax);
  world.send(event);
  event.props = half;
  event.at = noon - seconds(1);
  event.campaign_name = event.user;
  world.send(event);
  event.type = EventType::kSubscribe;
  event.channel = event.user;
  world.send(event);

  Visitor again;
  RK_ASSERT(decode_visitor(world.bytes(), again).has_value());
  const Profile* const profile = world.visitor.profile.get();
  RK_ASSERT((profile == nullptr) == (again.profile == nullptr));
  RK_ASSERT(profile == nullptr || *profile == *again.profile);
  return 0;
}
