#include "cli/presets/csv.h"

#include <algorithm>

#include "core/assert.h"
#include "core/limits.h"

namespace rekindle::cli {
namespace {

constexpr size_t kChunkBytes = 64 * 1'024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

CsvReader::CsvReader(ByteSource& source) : x_source(source), x_chunk(kChunkBytes) {}

Result<void> CsvReader::read_header() {
  Row row;
  do {
    row = read_row();
  } while (row == Row::kEmpty);
  if (x_error) return *x_error;
  if (row != Row::kGood) return Error{ErrorCode::kMalformedRequest, "there is no header row"};
  for (size_t i = 0; i < fields(); ++i) x_header.emplace_back(field(i));
  if (x_header[0].starts_with(kByteOrderMark)) x_header[0].erase(0, kByteOrderMark.size());
  // With a mark before it, a quote is no longer the field's first byte.
  std::string& first = x_header[0];
  if (first.size() >= 2 && first.front() == '"' && first.back() == '"') {
    first = first.substr(1, first.size() - 2);
  }
  return {};
}

Result<std::vector<size_t>> CsvReader::columns(const std::vector<std::string_view>& names) const {
  std::vector<size_t> places;
  for (const std::string_view name : names) {
    const auto found = std::find(x_header.begin(), x_header.end(), name);
    if (found == x_header.end()) {
      return Error{ErrorCode::kMalformedRequest, "column '" + std::string(name) + "' is missing"};
    }
    places.push_back(static_cast<size_t>(found - x_header.begin()));
  }
  return places;
}

bool CsvReader::next() {
  for (;;) {
    const Row row = read_row();
    if (row == Row::kNone) return false;
    if (row == Row::kEmpty) continue;
    ++x_rows;
    if (row == Row::kGood && fields() == x_header.size()) return true;
    ++x_bad_rows;
  }
}

std::string_view CsvReader::field(size_t index) const {
  RK_ASSERT(index < x_ends.size());
  const size_t begin = index == 0 ? 0 : x_ends[index - 1];
  return std::string_view(x_text).substr(begin, x_ends[index] - begin);
}

bool CsvReader::fill() {
  if (!x_in.empty()) return true;
  const Result<size_t> got = x_source.read(x_chunk.data(), x_chunk.size());
  if (!got) {
    x_error = got.error();
    return false;
  }
  x_in = {x_chunk.data(), *got};
  return *got > 0;
}

CsvReader::Row CsvReader::read_row() {
  x_text.clear();
  x_ends.clear();
  x_state = State::kFieldStart;
  x_bad = false;
  bool any = false;
  while (fill()) {
    any = true;
    const char c = x_in.front();
    x_in.remove_prefix(1);
    if (c == '\n' && x_state != State::kQuoted) {
      end_row();
      if (x_bad) return Row::kBad;
      return fields() == 1 && field(0).empty() ? Row::kEmpty : Row::kGood;
    }
    step(c);
  }
  if (x_error || !any) return Row::kNone;
  if (x_state == State::kQuoted) return Row::kBad;  // the file ends inside a quote
  end_row();
  if (x_bad) return Row::kBad;
  return fields() == 1 && field(0).empty() ? Row::kEmpty : Row::kGood;
}

void CsvReader::step(char c) {
  switch (x_state) {
    case State::kFieldStart:
      if (c == '"') {
        x_state = State::kQuoted;
        return;
      }
      x_state = State::kPlain;
      [[fallthrough]];
    case State::kPlain:
      if (c == ',') return end_field();
      x_text.push_back(c);
      break;
    case State::kQuoted:
      if (c == '"') {
        x_state = State::kQuoteSeen;
        return;
      }
      x_text.push_back(c);
      break;
    case State::kQuoteSeen:
      if (c == ',') return end_field();
      if (c == '\r') return;  // of CRLF
      x_state = c == '"' ? State::kQuoted : State::kSkipRow;
      if (c == '"') x_text.push_back('"');
      break;
    case State::kSkipRow: break;
  }
  // An unclosed quote must not swallow the file: from here on the row ends with its line.
  if (x_text.size() > limits::kCsvRowBytesMax) x_state = State::kSkipRow;
  if (x_state == State::kSkipRow) {
    x_bad = true;
    x_text.clear();
    x_ends.clear();
  }
}

void CsvReader::end_field() {
  x_ends.push_back(x_text.size());
  x_state = State::kFieldStart;
  if (x_ends.size() < limits::kCsvColumnsMax) return;
  x_bad = true;
  x_state = State::kSkipRow;
  x_text.clear();
  x_ends.clear();
}

void CsvReader::end_row() {
  if (x_state == State::kSkipRow) return;
  if (x_state == State::kPlain && x_text.ends_with('\r')) x_text.pop_back();
  x_ends.push_back(x_text.size());
}

}  // namespace rekindle::cli
