#include "io/changes_cursor.h"

#include "core/bytes.h"

namespace rekindle::io {
namespace {

constexpr uint8_t kCursorVersion = 1;
constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Error bad_cursor() {
  return {ErrorCode::kInvalidArgument, "not a cursor of this server"};
}

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string out;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<uint8_t>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out.push_back(kAlphabet[(buffer >> bits) & 63]);
    }
  }
  if (bits > 0) out.push_back(kAlphabet[(buffer << (6 - bits)) & 63]);
  return out;
}

Result<std::string> from_base64url(std::string_view text) {
  const std::string_view alphabet(kAlphabet, 64);
  std::string out;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return bad_cursor();
    buffer = (buffer << 6) | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>(buffer >> bits));
    }
  }
  if (bits >= 6 || (buffer & ((1u << bits) - 1)) != 0) return bad_cursor();  // not canonical
  return out;
}

ChangesCursor ChangesCursor::now(const Engine& engine) {
  ChangesCursor cursor(engine.partitions());
  for (uint32_t p = 0; p < engine.partitions(); ++p) {
    cursor.x_seqs[p] = engine.last_change(PartitionId{static_cast<uint16_t>(p)});
  }
  return cursor;
}

Result<ChangesCursor> ChangesCursor::parse(std::string_view text, const Engine& engine) {
  if (text.empty() || text == "0") return ChangesCursor(engine.partitions());
  if (text == "now") return now(engine);
  const auto bytes = from_base64url(text);
  if (!bytes) return bytes.error();
  std::string_view rest = *bytes;
  auto cursor = decode(rest, engine.partitions());
  if (cursor && !rest.empty()) return bad_cursor();
  return cursor;
}

std::string ChangesCursor::text() const {
  std::string bytes;
  encode(bytes);
  return to_base64url(bytes);
}

void ChangesCursor::encode(std::string& out) const {
  ByteWriter writer(out);
  writer.fixed(kCursorVersion);
  writer.varint(x_seqs.size());
  for (const uint64_t seq : x_seqs) writer.varint(seq);
}

Result<ChangesCursor> ChangesCursor::decode(std::string_view& in, uint32_t partitions) {
  ByteReader reader(in);
  const auto version = reader.fixed<uint8_t>();
  const size_t count = reader.count(1);
  if (!reader.ok() || version != kCursorVersion || count != partitions) return bad_cursor();
  ChangesCursor cursor(partitions);
  for (uint64_t& seq : cursor.x_seqs) seq = reader.varint();
  if (!reader.ok()) return bad_cursor();
  in.remove_prefix(in.size() - reader.left());
  return cursor;
}

}  // namespace rekindle::io
