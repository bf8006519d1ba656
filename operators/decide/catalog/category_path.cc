#include "operators/decide/catalog/category_path.h"

#include "operators/decide/catalog/catalog_field.h"

namespace rekindle::operators {

std::string category_path(std::string_view text) {
  if (text.find('>') == std::string_view::npos) return std::string(trimmed(text));
  std::string path;
  while (!text.empty()) {
    const size_t end = text.find('>');
    const std::string_view level = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (level.empty()) continue;
    if (!path.empty()) path.append(kCategorySeparator);
    path.append(level);
  }
  return path;
}

std::string_view parent_category(std::string_view path) {
  const size_t cut = path.rfind(kCategorySeparator);
  return cut == std::string_view::npos ? std::string_view{} : path.substr(0, cut);
}

std::string_view leaf_category(std::string_view path) {
  const size_t cut = path.rfind(kCategorySeparator);
  return cut == std::string_view::npos ? path : path.substr(cut + kCategorySeparator.size());
}

size_t category_levels(std::string_view path) {
  size_t levels = path.empty() ? 0 : 1;
  while (!(path = parent_category(path)).empty()) ++levels;
  return levels;
}

}  // namespace rekindle::operators
