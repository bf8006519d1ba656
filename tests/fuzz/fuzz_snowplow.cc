// Snowplow.
#include "tests/fuzz/tracker_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view kPaths[] = {"/i", "/com.snowplowanalytics.snowplow/tp2",
                                                "/r/tp2", ""};
  return rekindle::io::fuzz_tracker("snowplow", kPaths, data, size);
}
