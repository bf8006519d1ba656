// Preset `ndjson`: canonical JSON events (docs/events.md), one a line, as the server takes them.
// Their times stand as given; sent_at is ignored. Lines without a time, that are not JSON, or
// longer than limits::kEventRecordBytesMax are counted (bad_rows) and skipped.
#pragma once

#include <memory>
#include <string>

#include "cli/presets/input_file.h"
#include "cli/presets/source_event.h"
#include "io/decoders/json_events.h"

namespace rekindle::cli {

class NdjsonSource final : public EventSource {
 public:
  explicit NdjsonSource(std::unique_ptr<ByteSource> bytes);

  [[nodiscard]] bool next(SourceEvent& event) override;
  [[nodiscard]] const SourceCounts& counts() const override { return x_counts; }
  [[nodiscard]] const std::optional<Error>& error() const override { return x_error; }
  [[nodiscard]] double progress() const override { return x_bytes->progress(); }

 private:
  enum class Line : uint8_t { kEnd, kWhole, kTooLong };
  Line read_line(std::string_view& line);

  std::unique_ptr<ByteSource> x_bytes;
  io::JsonEvents x_json;
  io::RawEvent x_raw;
  std::string x_buffer;
  size_t x_at = 0;      // where the next line begins in x_buffer
  size_t x_filled = 0;  // how much of x_buffer was read
  bool x_at_end = false;
  SourceCounts x_counts;
  std::optional<Error> x_error;
};

}  // namespace rekindle::cli
