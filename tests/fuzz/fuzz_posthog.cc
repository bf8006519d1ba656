// PostHog.
#include "tests/fuzz/tracker_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view kPaths[] = {"/batch", "/e", "/flags", ""};
  return rekindle::io::fuzz_tracker("posthog", kPaths, data, size);
}
