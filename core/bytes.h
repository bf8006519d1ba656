// Appending to and reading from byte strings: fixed little-endian numbers, varints, short strings.
// The reader never reads past its end: after the first fault `ok()` is false and values are zero.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace rekindle {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : x_out(out) {}

  template <typename T>
  void fixed(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    x_out.append(raw, sizeof(T));
  }
  void varint(uint64_t value) {
    if (value < 0x80) return x_out.push_back(static_cast<char>(value));
    char raw[10];
    size_t n = 0;
    while (value >= 0x80) {
      raw[n++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    raw[n++] = static_cast<char>(value);
    x_out.append(raw, n);
  }
  void signed_varint(int64_t value) {  // zigzag
    varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void bytes(std::string_view value) {  // varint length, then the bytes
    varint(value.size());
    x_out.append(value);
  }
  void raw(std::string_view value) { x_out.append(value); }
  [[nodiscard]] std::string& out() { return x_out; }

 private:
  std::string& x_out;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : x_at(in.data()), x_end(in.data() + in.size()) {}

  template <typename T>
  [[nodiscard]] T fixed() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (left() < sizeof(T)) return fail(), value;
    std::memcpy(&value, x_at, sizeof(T));
    x_at += sizeof(T);
    return value;
  }
  [[nodiscard]] uint64_t varint() {
    if (x_at != x_end && static_cast<uint8_t>(*x_at) < 0x80) return static_cast<uint8_t>(*x_at++);
    return long_varint();
  }
  [[nodiscard]] int64_t signed_varint() {
    const uint64_t value = varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  [[nodiscard]] std::string_view bytes() { return raw(varint()); }
  [[nodiscard]] std::string_view raw(uint64_t size) {
    if (left() < size) return fail(), std::string_view{};
    const std::string_view value(x_at, size);
    x_at += size;
    return value;
  }
  // A count of things that take at least `least` bytes each: refuses a count the input cannot hold.
  [[nodiscard]] size_t count(size_t least) {
    const uint64_t n = varint();
    if (n > left() / least) return fail(), size_t{0};
    return static_cast<size_t>(n);
  }
  [[nodiscard]] size_t left() const { return static_cast<size_t>(x_end - x_at); }
  [[nodiscard]] bool at_end() const { return x_at == x_end; }
  [[nodiscard]] bool ok() const { return x_ok; }
  void fail() {
    x_ok = false;
    x_at = x_end;
  }

 private:
  [[nodiscard]] uint64_t long_varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (x_at == x_end) break;
      const auto byte = static_cast<uint8_t>(*x_at++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  const char* x_at;
  const char* x_end;
  bool x_ok = true;
};

// Big-endian, so that byte order is number order: for store keys.
template <typename T>
void append_big_endian(std::string& out, T value) {
  static_assert(std::is_unsigned_v<T>);
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}
template <typename T>
[[nodiscard]] T read_big_endian(const char* in) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((value << 8) | static_cast<uint8_t>(in[i]));
  }
  return value;
}

}  // namespace rekindle
