// Reads secrets from where they are kept: a file or an environment variable, one a line or word.
// Their text is never shown. Used by the configuration's parts, on the main thread.
#pragma once

#include <string>
#include <vector>

#include "cli/yaml_reader.h"

namespace rekindle::cli {

struct SecretWords {
  std::string key;    // "secret_file" or "secret_env"; for messages
  std::string fault;  // what is wrong; empty: nothing
  std::vector<std::string> words;
};
// `secret_file` (beside the configuration) or `secret_env` of the section: exactly one must be
// there.
[[nodiscard]] SecretWords read_secret_words(YamlSection& section);

}  // namespace rekindle::cli
