// Text that a decoder makes while it reads one request: decoded, joined or rewritten. What it gives
// stays valid until clear(), and one block of memory is kept from request to request.
//
// Thread: its owner's.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

namespace rekindle::io {

class TextArena {
 public:
  // Room for `bytes` characters that the caller writes; give back what was too much by shrink().
  [[nodiscard]] char* room(size_t bytes);
  // REQUIRES: the newest room() was for `asked` bytes, of which `used` are needed.
  void shrink(size_t asked, size_t used) { x_used -= asked - used; }
  [[nodiscard]] std::string_view join(std::initializer_list<std::string_view> parts);
  [[nodiscard]] std::string_view keep(std::string_view text) { return join({text}); }
  void clear();

 private:
  static constexpr size_t kBlockBytes = 16 * 1'024;
  std::vector<std::unique_ptr<char[]>> x_blocks;  // the last one is being filled
  size_t x_size = 0;                              // of the last block
  size_t x_used = 0;
};

}  // namespace rekindle::io
