#include "cli/secret_words.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/limits.h"

namespace rekindle::cli {
namespace {

constexpr size_t kSecretFileBytesMax = 4'096;

}  // namespace

SecretWords read_secret_words(YamlSection& section) {
  std::string file;
  std::string variable;
  section.read("secret_file", file);
  section.read("secret_env", variable);
  SecretWords secret{file.empty() ? "secret_env" : "secret_file", {}, {}};
  if (file.empty() == variable.empty()) {
    secret.key = "secret_file";
    secret.fault = "needs either a 'secret_file' or a 'secret_env'";
    return secret;
  }
  std::string text;
  if (!file.empty()) {
    const auto path = std::filesystem::path(section.file()->name).parent_path() / file;
    std::ifstream in(path, std::ios::binary);
    if (!in) {
      secret.fault = "cannot read its 'secret_file'";
      return secret;
    }
    text.resize(kSecretFileBytesMax);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(in.gcount()));
  } else if (const char* const value = std::getenv(variable.c_str())) {
    text = value;
  }
  std::istringstream words(text);
  for (std::string word; words >> word;) secret.words.push_back(word);
  if (secret.words.empty()) {
    secret.fault = "has no secret there";
  } else if (secret.words.size() > limits::kWebhookSecretsMax) {
    secret.fault = "has more than " + std::to_string(limits::kWebhookSecretsMax) + " secrets";
  }
  return secret;
}

}  // namespace rekindle::cli
