// A place in the change feed: for every partition, the seq of the last change seen. As text it is
// base64url of: 1 version · varint partitions · a varint seq for each. Opaque to clients.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine.h"
#include "core/error.h"

namespace rekindle::io {

class ChangesCursor {
 public:
  // At the beginning of all partitions.
  explicit ChangesCursor(uint32_t partitions) : x_seqs(partitions, 0) {}
  // At the end as it is now.
  [[nodiscard]] static ChangesCursor now(const Engine& engine);
  // "" and "0" are the beginning, "now" the end. Errors: kInvalidArgument (not a cursor of this
  // store).
  [[nodiscard]] static Result<ChangesCursor> parse(std::string_view text, const Engine& engine);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] uint64_t operator[](size_t partition) const { return x_seqs[partition]; }
  void set(size_t partition, uint64_t seq) { x_seqs[partition] = seq; }
  [[nodiscard]] uint32_t partitions() const { return static_cast<uint32_t>(x_seqs.size()); }
  friend bool operator==(const ChangesCursor&, const ChangesCursor&) = default;

  // The bytes behind the text, for cursors that contain one.
  void encode(std::string& out) const;
  // Errors: kInvalidArgument. Takes what encode() wrote off the front of `in`.
  [[nodiscard]] static Result<ChangesCursor> decode(std::string_view& in, uint32_t partitions);

 private:
  std::vector<uint64_t> x_seqs;
};

// base64url without padding (RFC 4648, section 5).
[[nodiscard]] std::string to_base64url(std::string_view bytes);
// Errors: kInvalidArgument.
[[nodiscard]] Result<std::string> from_base64url(std::string_view text);

}  // namespace rekindle::io
