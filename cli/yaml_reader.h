// Reads a YAML mapping into plain structs: typed, with defaults left in place, and with every fault
// collected instead of stopping at the first. Called by cli/config at start, on the main thread.
//
// A scalar is overridden by the environment variable REKINDLE_<SECTION>_<KEY> when that is set.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"

namespace rekindle::cli {

// One thing that is wrong with a configuration, where it stands. Lines and columns count from 1;
// line 0: the whole file.
struct Fault {
  std::string file;
  size_t line = 0;
  size_t column = 0;
  std::string message;
  bool is_secret = false;  // what stands there is not to be shown
};
using Faults = std::vector<Fault>;
[[nodiscard]] std::string to_string(const Fault& fault);  // "file:line:column: message"

// A file as it was read, kept so that places inside multi-line strings can be found again.
struct YamlFile {
  std::string name;
  std::string text;
  YAML::Node root;
};
// Null (and a fault) when it cannot be read or is no YAML.
[[nodiscard]] std::shared_ptr<const YamlFile> load_yaml(const std::string& path, Faults& faults);

// 512MiB, 20GB, 4096 → bytes; 30s, 1h30m, 7d, 250ms → time. Nothing when it is neither.
[[nodiscard]] std::optional<uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// One mapping of a file. Each read() leaves its default when the key is absent.
// finish() must be called once all keys were asked for: it reports the keys nobody asked for.
class YamlSection {
 public:
  // `path` names the section in messages and environment variables; "" at the top.
  YamlSection(std::shared_ptr<const YamlFile> file, const YAML::Node& node, std::string path,
              Faults& faults);

  void read(const char* key, std::string& out);
  void read(const char* key, bool& out);
  void read_number(const char* key, uint64_t& out, uint64_t least, uint64_t most);
  void read_size(const char* key, uint64_t& out, uint64_t least, uint64_t most);
  void read_duration(const char* key, Duration& out, Duration least, Duration most);
  template <typename T>
  void read_number_as(const char* key, T& out, uint64_t least, uint64_t most) {
    auto value = static_cast<uint64_t>(out);
    read_number(key, value, least, most);
    out = static_cast<T>(value);
  }
  template <typename E>
  void read_choice(const char* key, E& out,
                   std::initializer_list<std::pair<const char*, E>> choices) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.emplace_back(choice.first);
    const auto index = read_word(key, names);
    if (index) out = (choices.begin() + *index)->second;
  }

  [[nodiscard]] YamlSection section(const char* key);  // an empty one when absent
  // The raw node, for what is no scalar and no fixed mapping. Marks the key as known.
  [[nodiscard]] YAML::Node take(const char* key);
  void finish();

  void fault(const YAML::Node& node, std::string message);
  // A fault at a place whose text nobody may see in a log.
  void fault_secret(const YAML::Node& node, std::string message);
  // A fault inside the text of the scalar under `key`, at the byte `index` of that text.
  void fault_inside(const char* key, size_t index, std::string message);
  [[nodiscard]] const std::shared_ptr<const YamlFile>& file() const { return x_file; }
  [[nodiscard]] const std::string& path() const { return x_path; }
  [[nodiscard]] const YAML::Node& node() const { return x_node; }

 private:
  struct Scalar {
    std::string text;
    std::string variable;  // the environment variable it came from; empty: the file
  };
  // The value under a key; undefined when absent. Never adds the key, as a plain [] would.
  [[nodiscard]] YAML::Node child(const char* key) const { return x_node[key]; }
  [[nodiscard]] std::optional<Scalar> scalar(const char* key);
  [[nodiscard]] std::optional<size_t> read_word(const char* key,
                                                const std::vector<std::string>& names);
  void refuse(const char* key, const Scalar& scalar, const std::string& wanted);

  std::shared_ptr<const YamlFile> x_file;
  YAML::Node x_node;
  std::string x_path;
  Faults& x_faults;
  std::vector<std::string> x_known;
};

}  // namespace rekindle::cli
