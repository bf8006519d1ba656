#include "operators/decide/catalog/catalog_csv.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

struct CsvCell {
  size_t begin = 0;  // in the row's text
  size_t size = 0;
  uint64_t line = 0;
  uint64_t column = 0;
};

// Splits text into rows of unquoted cells. One pass, whatever the input: a row that cannot be read
// is skipped to the end of the line on which that was noticed.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : x_rest(text) {
    if (x_rest.starts_with("\xef\xbb\xbf")) x_rest.remove_prefix(3);
    const std::string_view header = x_rest.substr(0, x_rest.find('\n'));
    const size_t separator = header.find_first_of(",;\t");
    if (separator != std::string_view::npos) x_separator = header[separator];
  }

  enum class Row : uint8_t { kCells, kFault, kEnd };
  // Empty lines are skipped.
  [[nodiscard]] Row next() {
    while (!x_rest.empty() && (x_rest.front() == '\n' || x_rest.starts_with("\r\n"))) {
      advance(x_rest.front() == '\n' ? 1 : 2);
    }
    if (x_rest.empty()) return Row::kEnd;
    x_text.clear();
    x_cells.clear();
    x_row_line = x_line;
    x_fault = {};
    while (read_cell()) {
    }
    if (x_fault.empty()) return Row::kCells;
    x_fault_column = x_column;
    x_fault_line = x_line;
    while (!x_rest.empty() && x_rest.front() != '\n') advance(1);
    return Row::kFault;
  }

  [[nodiscard]] uint64_t row_line() const { return x_row_line; }
  [[nodiscard]] size_t cells() const { return x_cells.size(); }
  // Trimmed. Valid until next().
  [[nodiscard]] CatalogCell cell(size_t index) const {
    const CsvCell& cell = x_cells[index];
    const auto text = std::string_view(x_text).substr(cell.begin, cell.size);
    return {trimmed(text), cell.line, cell.column};
  }
  [[nodiscard]] std::string_view fault() const { return x_fault; }
  [[nodiscard]] uint64_t fault_line() const { return x_fault_line; }
  [[nodiscard]] uint64_t fault_column() const { return x_fault_column; }

 private:
  void advance(size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) {
      x_column = x_rest[i] == '\n' ? 1 : x_column + 1;
      x_line += x_rest[i] == '\n' ? 1 : 0;
    }
    x_rest.remove_prefix(bytes);
  }
  void take() {
    x_text.push_back(x_rest.front());
    advance(1);
    if (x_text.size() > limits::kCatalogRowBytesMax) x_fault = "the row is too long";
  }

  // Reads up to and over the next separator or line end. False: the row is over.
  bool read_cell() {
    CsvCell cell{x_text.size(), 0, x_line, x_column};
    const bool quoted = x_rest.starts_with('"');
    if (quoted && !read_quoted()) return false;
    while (x_fault.empty() && !x_rest.empty() && x_rest.front() != x_separator &&
           x_rest.front() != '\n') {
      if (quoted && x_rest.front() != '\r') x_fault = "text after a closing quote";
      if (quoted)
        advance(1);
      else
        take();
    }
    if (!x_fault.empty()) return false;
    cell.size = x_text.size() - cell.begin;
    x_cells.push_back(cell);
    if (x_cells.size() > limits::kCatalogRowBytesMax) x_fault = "the row has too many cells";
    if (x_rest.empty()) return false;
    const bool more = x_rest.front() == x_separator;
    advance(1);
    return more && x_fault.empty();
  }

  bool read_quoted() {
    advance(1);
    while (x_fault.empty() && !x_rest.empty()) {
      if (x_rest.starts_with("\"\"")) {
        advance(1);
      } else if (x_rest.front() == '"') {
        advance(1);
        return true;
      }
      take();
    }
    if (x_fault.empty()) x_fault = "a quote is not closed";
    return false;
  }

  std::string_view x_rest;
  char x_separator = ',';
  uint64_t x_line = 1;
  uint64_t x_column = 1;
  std::string x_text;
  std::vector<CsvCell> x_cells;
  uint64_t x_row_line = 1;
  std::string_view x_fault;
  uint64_t x_fault_line = 1;
  uint64_t x_fault_column = 1;
};

using Columns = std::vector<std::optional<CatalogField>>;

Error header_error(const CatalogCell& cell, std::string_view what) {
  return {ErrorCode::kInvalidConfiguration,
          fmt::format("{}:{} the catalogue's first row {}", cell.line, cell.column, what)};
}

Result<Columns> read_header(CsvReader& reader) {
  const auto row = reader.next();
  if (row != CsvReader::Row::kCells) {
    const std::string_view why = row == CsvReader::Row::kEnd ? "is missing" : reader.fault();
    return header_error({{}, reader.fault_line(), reader.fault_column()}, why);
  }
  Columns columns;
  bool seen[kCatalogFields] = {};
  for (size_t i = 0; i < reader.cells(); ++i) {
    const CatalogCell cell = reader.cell(i);
    columns.push_back(parse_catalog_field(cell.text));
    if (!columns.back()) continue;
    bool& twice = seen[static_cast<size_t>(*columns.back())];
    if (twice) return header_error(cell, fmt::format("has the column '{}' twice", cell.text));
    twice = true;
  }
  if (!seen[static_cast<size_t>(CatalogField::kId)]) {
    return header_error({{}, reader.row_line(), 1}, "has no column 'product' or 'id'");
  }
  return columns;
}

}  // namespace

Result<void> read_catalog_csv(std::string_view text, CatalogBuilder& builder) {
  CsvReader reader(text);
  const Result<Columns> columns = read_header(reader);
  if (!columns) return columns.error();
  for (auto row = reader.next(); row != CsvReader::Row::kEnd; row = reader.next()) {
    if (row == CsvReader::Row::kFault) {
      builder.add_fault(reader.fault_line(), reader.fault_column(), reader.fault());
      continue;
    }
    if (builder.is_full()) {
      builder.add_fault(reader.row_line(), 1, "the catalogue is full; the rest is left out");
      break;
    }
    if (reader.cells() != columns->size()) {
      builder.add_fault(
          reader.row_line(), 1,
          fmt::format("the row has {} cells, the first row {}", reader.cells(), columns->size()));
      continue;
    }
    CatalogRow cells;
    for (size_t i = 0; i < columns->size(); ++i) {
      if (const auto field = (*columns)[i]) cells[*field] = reader.cell(i);
    }
    builder.add(reader.row_line(), cells);
  }
  return {};
}

Result<LoadedCatalog> load_catalog_csv(std::string_view text, const Site& site) {
  CatalogBuilder builder(site);
  if (const auto read = read_catalog_csv(text, builder); !read) return read.error();
  return builder.finish();
}

}  // namespace rekindle::operators
