// Any bytes: reading refuses them or gives an event that is written back to an equal one.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/event_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rekindle;
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  static_cast<void>(event_record_size(record));
  Event event;
  if (!read_event(record, event)) return 0;
  std::string bytes;
  if (!append_event(event, bytes)) return 0;  // longer than a record may be
  Event again;
  RK_ASSERT(read_event(bytes, again).has_value());
  std::string bytes_again;
  RK_ASSERT(append_event(again, bytes_again).has_value());
  RK_ASSERT(bytes == bytes_again);
  return 0;
}
