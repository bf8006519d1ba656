#include "cli/yaml_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "operators/audience/fault.h"

namespace rekindle::cli {
namespace {

std::string variable_name(const std::string& path, const char* key) {
  std::string name = "REKINDLE_" + (path.empty() ? "" : path + "_") + key;
  for (char& c : name) {
    c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

template <size_t N>
std::optional<uint64_t> scaled(uint64_t number, std::string_view unit,
                               const std::array<std::pair<std::string_view, uint64_t>, N>& units) {
  for (const auto& [name, factor] : units) {
    if (name != unit) continue;
    uint64_t result = 0;
    if (__builtin_mul_overflow(number, factor, &result)) return std::nullopt;
    return result;
  }
  return std::nullopt;
}

// Splits a leading whole number and the letters after it off `text`.
std::optional<std::pair<uint64_t, std::string_view>> number_and_unit(std::string_view& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  size_t letters = 0;
  while (letters < text.size() && std::isalpha(static_cast<unsigned char>(text[letters]))) {
    ++letters;
  }
  const std::string_view unit = text.substr(0, letters);
  text.remove_prefix(letters);
  return std::pair{number, unit};
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

// Where the first `wanted` characters of a scalar's value end in the file's text, given where the
// scalar begins there. Value and text are the same but for white space (folding, indentation),
// quotes and escapes.
size_t offset_in_text(const std::string& text, size_t begin, const std::string& value,
                      size_t wanted) {
  size_t at = begin;
  const char style = at < text.size() ? text[at] : ' ';
  if (style == '|' || style == '>') {
    while (at < text.size() && text[at] != '\n') ++at;
  } else if (style == '"' || style == '\'') {
    ++at;
  }
  const auto skip_space = [&] {
    while (at < text.size() && is_space(text[at])) ++at;
  };
  for (size_t i = 0; i < wanted && i < value.size(); ++i) {
    if (is_space(value[i])) continue;
    skip_space();
    if (style == '"' && at < text.size() && text[at] == '\\') ++at;
    if (style == '\'' && at < text.size() && text[at] == '\'') ++at;
    if (at < text.size()) ++at;
  }
  skip_space();
  return std::min(at, text.size());
}

}  // namespace

std::string to_string(const Fault& fault) {
  if (fault.line == 0) return fault.file + ": " + fault.message;
  return fault.file + ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": " +
         fault.message;
}

std::shared_ptr<const YamlFile> load_yaml(const std::string& path, Faults& faults) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    faults.push_back({path, 0, 0, "cannot be read (or is empty)"});
    return nullptr;
  }
  auto file = std::make_shared<YamlFile>();
  file->name = path;
  file->text = text.str();
  try {
    file->root = YAML::Load(file->text);
  } catch (const YAML::Exception& error) {
    const bool placed = !error.mark.is_null();
    faults.push_back({path, placed ? static_cast<size_t>(error.mark.line) + 1 : 0,
                      placed ? static_cast<size_t>(error.mark.column) + 1 : 0,
                      "not valid YAML: " + error.msg});
    return nullptr;
  }
  return file;
}

std::optional<uint64_t> parse_size(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, uint64_t>, 8> kUnits = {{
      {"", 1},
      {"B", 1},
      {"KiB", 1ULL << 10},
      {"MiB", 1ULL << 20},
      {"GiB", 1ULL << 30},
      {"KB", 1'000},
      {"MB", 1'000'000},
      {"GB", 1'000'000'000},
  }};
  const auto part = number_and_unit(text);
  if (!part || !text.empty()) return std::nullopt;
  return scaled(part->first, part->second, kUnits);
}

std::optional<Duration> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, uint64_t>, 6> kUnits = {{
      {"ms", 1},
      {"s", 1'000},
      {"m", 60'000},
      {"h", 3'600'000},
      {"d", 86'400'000},
      {"w", 604'800'000},
  }};
  if (text.empty()) return std::nullopt;
  Duration total;
  while (!text.empty()) {
    const auto part = number_and_unit(text);
    if (!part) return std::nullopt;
    const auto ms = scaled(part->first, part->second, kUnits);
    if (!ms || *ms > static_cast<uint64_t>(INT64_MAX) / 4) return std::nullopt;
    if (__builtin_add_overflow(total.ms, static_cast<int64_t>(*ms), &total.ms)) return std::nullopt;
  }
  return total;
}

YamlSection::YamlSection(std::shared_ptr<const YamlFile> file, const YAML::Node& node,
                         std::string path, Faults& faults)
    : x_file(std::move(file)),
      x_node(node.IsDefined() && node.IsMap() ? node : YAML::Node(YAML::NodeType::Map)),
      x_path(std::move(path)),
      x_faults(faults) {
  if (node.IsDefined() && !node.IsNull() && !node.IsMap()) {
    fault(node, (x_path.empty() ? "the file" : "'" + x_path + "'") + " must be a mapping");
  }
}

std::optional<YamlSection::Scalar> YamlSection::scalar(const char* key) {
  x_known.emplace_back(key);
  const std::string variable = variable_name(x_path, key);
  const bool overridable = x_path.find('[') == std::string::npos;
  if (const char* value = overridable ? std::getenv(variable.c_str()) : nullptr) {
    return Scalar{value, variable};
  }
  const YAML::Node node = child(key);
  if (!node) return std::nullopt;
  if (!node.IsScalar()) {
    fault(node, std::string("'") + key + "' must be a single value");
    return std::nullopt;
  }
  return Scalar{node.Scalar(), {}};
}

void YamlSection::refuse(const char* key, const Scalar& scalar, const std::string& wanted) {
  const std::string message =
      std::string("'") + key + "' is '" + scalar.text + "' but must be " + wanted;
  if (scalar.variable.empty()) {
    fault(child(key), message);
  } else {
    x_faults.push_back({"environment variable " + scalar.variable, 0, 0, message});
  }
}

void YamlSection::read(const char* key, std::string& out) {
  if (auto value = scalar(key)) out = std::move(value->text);
}

void YamlSection::read(const char* key, bool& out) {
  if (const auto index = read_word(key, {"false", "true"})) out = *index == 1;
}

std::optional<size_t> YamlSection::read_word(const char* key,
                                             const std::vector<std::string>& names) {
  const auto value = scalar(key);
  if (!value) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), value->text);
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  std::string wanted;
  for (const auto& name : names) wanted += (wanted.empty() ? "" : " or ") + name;
  refuse(key, *value, wanted);
  return std::nullopt;
}

void YamlSection::read_number(const char* key, uint64_t& out, uint64_t least, uint64_t most) {
  const auto value = scalar(key);
  if (!value) return;
  uint64_t number = 0;
  const char* end = value->text.data() + value->text.size();
  const auto [stop, error] = std::from_chars(value->text.data(), end, number);
  if (error != std::errc{} || stop != end || number < least || number > most) {
    refuse(key, *value,
           "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return;
  }
  out = number;
}

void YamlSection::read_size(const char* key, uint64_t& out, uint64_t least, uint64_t most) {
  const auto value = scalar(key);
  if (!value) return;
  const auto size = parse_size(value->text);
  if (!size || *size < least || *size > most) {
    refuse(key, *value,
           "a size like 512MiB, from " + std::to_string(least) + " to " + std::to_string(most) +
               " bytes");
    return;
  }
  out = *size;
}

void YamlSection::read_duration(const char* key, Duration& out, Duration least, Duration most) {
  const auto value = scalar(key);
  if (!value) return;
  const auto duration = parse_duration(value->text);
  if (!duration || *duration < least || *duration > most) {
    refuse(key, *value,
           "a time like 30m, from " + std::to_string(least.ms) + "ms to " +
               std::to_string(most.ms) + "ms");
    return;
  }
  out = *duration;
}

YamlSection YamlSection::section(const char* key) {
  x_known.emplace_back(key);
  return {x_file, child(key), x_path.empty() ? key : x_path + "." + key, x_faults};
}

YAML::Node YamlSection::take(const char* key) {
  x_known.emplace_back(key);
  return child(key);
}

void YamlSection::finish() {
  std::vector<std::string> seen;
  for (const auto& entry : x_node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      fault(entry.first, "'" + key + "' stands here twice");
      continue;
    }
    seen.push_back(key);
    if (std::find(x_known.begin(), x_known.end(), key) != x_known.end()) continue;
    std::string message = "unknown key '" + key + "'";
    if (!x_path.empty()) message += " in '" + x_path + "'";
    message += operators::audience::did_you_mean(key, {x_known.begin(), x_known.end()});
    fault(entry.first, message);
  }
}

void YamlSection::fault(const YAML::Node& node, std::string message) {
  const YAML::Mark mark = node.IsDefined() ? node.Mark() : YAML::Mark::null_mark();
  if (mark.is_null()) {
    x_faults.push_back({x_file->name, 0, 0, std::move(message)});
  } else {
    x_faults.push_back({x_file->name, static_cast<size_t>(mark.line) + 1,
                        static_cast<size_t>(mark.column) + 1, std::move(message)});
  }
}

void YamlSection::fault_secret(const YAML::Node& node, std::string message) {
  fault(node, std::move(message));
  x_faults.back().is_secret = true;
}

void YamlSection::fault_inside(const char* key, size_t index, std::string message) {
  const YAML::Node node = child(key);
  const std::string& value = node.Scalar();
  const std::string& text = x_file->text;
  const size_t offset = offset_in_text(text, static_cast<size_t>(node.Mark().pos), value, index);
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(offset);
  const auto lines = static_cast<size_t>(std::count(text.begin(), end, '\n'));
  const size_t line_start = lines == 0 ? 0 : text.rfind('\n', offset == 0 ? 0 : offset - 1) + 1;
  x_faults.push_back({x_file->name, lines + 1, offset - line_start + 1, std::move(message)});
}

}  // namespace rekindle::cli
