// Matomo.
#include "tests/fuzz/tracker_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view kPaths[] = {"/matomo.php", ""};
  return rekindle::io::fuzz_tracker("matomo", kPaths, data, size);
}
