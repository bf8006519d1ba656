#include "io/expression_problem.h"

#include <charconv>
#include <optional>
#include <vector>

#include "io/json_text.h"
#include "io/problem.h"

namespace rekindle::io {
namespace {

struct Place {
  std::string_view audience;
  uint64_t line = 0;
  uint64_t column = 0;
  std::string_view message;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Takes "12:" off the front.
std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ':') return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  return number;
}

// "name:line:column: error: message"
std::optional<Place> place_of(std::string_view line) {
  constexpr std::string_view kError = " error: ";
  Place place;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  place.audience = line.substr(0, colon);
  line.remove_prefix(colon + 1);
  const auto number = take_number(line);
  const auto column = number ? take_number(line) : std::nullopt;
  if (!column || !line.starts_with(kError)) return std::nullopt;
  place.line = *number;
  place.column = *column;
  place.message = line.substr(kError.size());
  return place;
}

}  // namespace

Response expression_problem(const Error& error) {
  Response response = problem(error);
  if (error.code != ErrorCode::kInvalidExpression) return response;
  const std::vector<std::string_view> lines = lines_of(error.detail);
  std::string faults;
  JsonList list(faults);
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto place = place_of(lines[i]);
    if (!place) continue;
    list.next();
    JsonObject fault(faults);
    fault.text("audience", place->audience);
    fault.number("line", place->line);
    fault.number("column", place->column);
    fault.text("message", place->message);
    if (i + 1 < lines.size())
      fault.text("source", lines[i + 1].substr(std::min<size_t>(2, lines[i + 1].size())));
    if (i + 2 < lines.size())
      fault.text("caret", lines[i + 2].substr(std::min<size_t>(2, lines[i + 2].size())));
    fault.close();
  }
  if (faults.empty()) return response;
  const size_t brace = response.body.rfind('}');
  response.body.insert(brace, ",\"faults\":[" + faults + "]");
  return response;
}

}  // namespace rekindle::io
