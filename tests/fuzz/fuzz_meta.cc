// Meta's pixel and Conversions API.
#include "tests/fuzz/tracker_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view kPaths[] = {"/tr", "/v24.0/1/events", ""};
  return rekindle::io::fuzz_tracker("meta", kPaths, data, size);
}
