// Segment, RudderStack and Jitsu.
#include "tests/fuzz/tracker_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view kPaths[] = {"/v1/batch", "/v1/t", "/v1/pixel/track", ""};
  return rekindle::io::fuzz_tracker("segment", kPaths, data, size);
}
