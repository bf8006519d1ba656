// Any bytes as a CSV file: the rows are the same however the bytes arrive, and each has the
// header's columns.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "cli/presets/csv.h"

namespace {

using namespace rekindle;
using namespace rekindle::cli;

class Pieces final : public ByteSource {
 public:
  Pieces(std::string_view text, size_t step) : x_text(text), x_step(step) {}
  Result<size_t> read(char* out, size_t size) override {
    const size_t taken = x_text.copy(out, std::min(size, x_step));
    x_text.remove_prefix(taken);
    return taken;
  }
  double progress() const override { return 0; }

 private:
  std::string_view x_text;
  size_t x_step;
};

std::string rows_of(std::string_view text, size_t step) {
  Pieces bytes(text, step);
  CsvReader csv(bytes);
  if (!csv.read_header()) return "no header";
  std::string rows;
  uint64_t good = 0;
  while (csv.next()) {
    ++good;
    if (csv.fields() != csv.header().size()) std::abort();
    for (size_t i = 0; i < csv.fields(); ++i) rows.append(csv.field(i)).push_back('\x1f');
    rows.push_back('\x1e');
  }
  if (csv.error() || csv.rows() != good + csv.bad_rows()) std::abort();
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (rows_of(text, 1) != rows_of(text, 1'000)) std::abort();
  return 0;
}
