#include "cli/simulate/weighed_rows.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "cli/catalogs.h"

namespace rekindle::cli {
namespace {

class RowReader {
 public:
  explicit RowReader(const std::string& path) : x_path(path) {}

  Result<WeighedDecision> read(std::string_view line, size_t number) {
    simdjson::dom::object object;
    if (x_parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS) {
      return Error{ErrorCode::kMalformedJson, at(number)};
    }
    WeighedDecision row;
    simdjson::dom::element visitor;
    if (object["visitor"].get(visitor) != simdjson::SUCCESS) return missing("visitor", number);
    const auto next = static_cast<uint32_t>(x_visitors.size());
    row.visitor = x_visitors.try_emplace(simdjson::minify(visitor), next).first->second;
    for (const auto& [name, value] :
         {std::pair{"logged", &row.logged}, {"target", &row.target}, {"reward", &row.reward}}) {
      if (object[name].get(*value) != simdjson::SUCCESS) return missing(name, number);
    }
    row.expected = or_zero(object, "expected");
    row.expected_target = or_zero(object, "expected_target");
    const bool is_sane = row.logged > 0 && row.logged <= 1 && row.target >= 0 && row.target <= 1;
    if (!is_sane) {
      return Error{ErrorCode::kInvalidArgument,
                   at(number) + ": 'logged' lies within 0 and 1, above 0; 'target' within 0 and 1"};
    }
    return row;
  }

 private:
  static double or_zero(const simdjson::dom::object& object, const char* name) {
    double value = 0;
    return object[name].get(value) == simdjson::SUCCESS ? value : 0;
  }
  [[nodiscard]] std::string at(size_t line) const { return fmt::format("{}:{}", x_path, line); }
  [[nodiscard]] Error missing(const char* name, size_t line) const {
    return {ErrorCode::kInvalidArgument, fmt::format("{}: no usable '{}'", at(line), name)};
  }

  const std::string& x_path;
  simdjson::dom::parser x_parser;
  absl::flat_hash_map<std::string, uint32_t> x_visitors;
};

}  // namespace

Result<std::vector<WeighedDecision>> read_weighed_rows(const std::string& path) {
  const auto text = read_whole_file(path);
  if (!text) return text.error();
  RowReader reader(path);
  std::vector<WeighedDecision> rows;
  size_t number = 0;
  for (size_t begin = 0; begin < text->size();) {
    const size_t end = std::min(text->find('\n', begin), text->size());
    const std::string_view line = std::string_view(*text).substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto row = reader.read(line, number);
    if (!row) return row.error();
    rows.push_back(*row);
  }
  return rows;
}

}  // namespace rekindle::cli
