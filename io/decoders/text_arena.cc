#include "io/decoders/text_arena.h"

#include <algorithm>
#include <cstring>

namespace rekindle::io {

char* TextArena::room(size_t bytes) {
  if (x_size - x_used < bytes) {
    x_size = std::max(bytes, kBlockBytes);
    x_blocks.push_back(std::make_unique<char[]>(x_size));
    x_used = 0;
  }
  char* const place = x_blocks.empty() ? nullptr : x_blocks.back().get() + x_used;
  x_used += bytes;
  return place;
}

std::string_view TextArena::join(std::initializer_list<std::string_view> parts) {
  size_t bytes = 0;
  for (const std::string_view part : parts) bytes += part.size();
  if (bytes == 0) return {};
  char* const text = room(bytes);
  char* at = text;
  for (const std::string_view part : parts) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return {text, bytes};
}

void TextArena::clear() {
  x_used = 0;
  if (x_blocks.size() == 1 && x_size == kBlockBytes) return;
  x_blocks.clear();
  x_size = 0;
}

}  // namespace rekindle::io
