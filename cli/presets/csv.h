// Reads CSV row by row: quotes with "" inside, line breaks in quotes, CRLF or LF, a UTF-8 byte
// order mark. A row that cannot be read (another number of columns than the header, a broken
// quote, longer than limits::kCsvRowBytesMax) is counted and skipped; the rest is unharmed.
//
// Used by the presets and the catalogue's loader. Thread: one. Owns: one row and one chunk.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/presets/input_file.h"
#include "core/error.h"

namespace rekindle::cli {

class CsvReader {
 public:
  explicit CsvReader(ByteSource& source);

  // Reads the header row. Errors: kMalformedRequest (there is none), or the source's.
  [[nodiscard]] Result<void> read_header();
  [[nodiscard]] const std::vector<std::string>& header() const { return x_header; }
  // The columns' places in a row. Errors: kMalformedRequest, naming what is missing.
  [[nodiscard]] Result<std::vector<size_t>> columns(
      const std::vector<std::string_view>& names) const;

  // Moves to the next good row; false at the end or after a failure of the source.
  [[nodiscard]] bool next();
  // A field of the row. Valid until the next row. REQUIRES: index < header().size().
  [[nodiscard]] std::string_view field(size_t index) const;
  [[nodiscard]] size_t fields() const { return x_ends.size(); }

  [[nodiscard]] uint64_t rows() const { return x_rows; }  // bad ones included
  [[nodiscard]] uint64_t bad_rows() const { return x_bad_rows; }
  [[nodiscard]] const std::optional<Error>& error() const { return x_error; }

 private:
  enum class State : uint8_t { kFieldStart, kPlain, kQuoted, kQuoteSeen, kSkipRow };
  enum class Row : uint8_t { kNone, kGood, kBad, kEmpty };

  Row read_row();
  bool fill();
  void step(char c);
  void end_field();
  void end_row();

  ByteSource& x_source;
  std::vector<char> x_chunk;
  std::string_view x_in;  // what is left of the chunk
  std::string x_text;     // the row's fields, back to back
  std::vector<size_t> x_ends;
  std::vector<std::string> x_header;
  State x_state = State::kFieldStart;
  bool x_bad = false;
  uint64_t x_rows = 0;
  uint64_t x_bad_rows = 0;
  std::optional<Error> x_error;
};

}  // namespace rekindle::cli
