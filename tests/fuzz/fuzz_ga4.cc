// Google Analytics 4.
#include "tests/fuzz/tracker_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view kPaths[] = {"/mp/collect", "/debug/mp/collect", "/g/collect",
                                                ""};
  return rekindle::io::fuzz_tracker("ga4", kPaths, data, size);
}
