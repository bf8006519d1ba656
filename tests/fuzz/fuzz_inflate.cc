// Any bytes as a compressed body: never more than the bound comes out, a failure leaves nothing,
// and a stream that failed before decompresses the next body all the same.
#include <cstdlib>
#include <string>

#include "io/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rekindle;
  constexpr size_t kBytesMax = 100'000;
  static io::Inflater reused;
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  std::string out;
  const Result<void> result = reused.inflate(in, out, kBytesMax);
  if (out.size() > kBytesMax) std::abort();
  if (!result && !out.empty()) std::abort();

  io::Inflater fresh;
  std::string again;
  const Result<void> second = fresh.inflate(in, again, kBytesMax);
  if (second.has_value() != result.has_value() || again != out) std::abort();
  return 0;
}
