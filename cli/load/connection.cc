#include "cli/load/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle::cli {
namespace {

constexpr size_t kReadBytes = 64 * 1'024;

Error failure(const std::string& what) {
  return {ErrorCode::kMalformedRequest, what + ": " + std::strerror(errno)};
}

// Eight bytes at a time: the generator must not cost more than what it measures.
void apply_mask(char* bytes, size_t size, uint32_t mask) {
  const uint64_t wide = (uint64_t{mask} << 32) | mask;
  size_t i = 0;
  for (; i + sizeof wide <= size; i += sizeof wide) {
    uint64_t word;
    std::memcpy(&word, bytes + i, sizeof word);
    word ^= wide;
    std::memcpy(bytes + i, &word, sizeof word);
  }
  char rest[4];
  std::memcpy(rest, &mask, sizeof rest);
  for (; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ rest[i & 3]);
}

// The number after a header name that begins a line, in any letter case; -1 without it.
int64_t content_length(std::string_view headers) {
  static constexpr std::string_view kName = "\r\ncontent-length:";
  const auto found = std::search(
      headers.begin(), headers.end(), kName.begin(), kName.end(),
      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
  if (found == headers.end()) return -1;
  const char* at = found + kName.size();
  while (at != headers.end() && *at == ' ') ++at;
  int64_t length = -1;
  std::from_chars(at, headers.end(), length);
  return length;
}

}  // namespace

Result<Target> Target::parse(std::string_view url) {
  const Error fault{ErrorCode::kInvalidArgument,
                    "'" + std::string(url) + "' is not http://HOST:PORT or ws://HOST:PORT"};
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return fault;
  if (url.substr(0, scheme) != "http" && url.substr(0, scheme) != "ws") return fault;
  url.remove_prefix(scheme + 3);
  Target target;
  target.host = url.substr(0, url.find('/'));
  const std::string name = target.host.substr(0, target.host.find(':'));
  if (const size_t colon = target.host.find(':'); colon != std::string::npos) {
    const char* end = target.host.data() + target.host.size();
    const auto [stop, error] = std::from_chars(target.host.data() + colon + 1, end, target.port);
    if (error != std::errc{} || stop != end) return fault;
  }
  in_addr address{};
  if (inet_pton(AF_INET, name == "localhost" ? "127.0.0.1" : name.c_str(), &address) != 1 ||
      (ntohl(address.s_addr) >> 24) != 127) {
    return Error{ErrorCode::kInvalidArgument,
                 "'" + name + "' is not a loopback address: load goes to this machine only"};
  }
  target.address = address.s_addr;
  return target;
}

Result<std::unique_ptr<Connection>> Connection::open(const Target& target,
                                                     std::string_view websocket_path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return failure("socket");
  std::unique_ptr<Connection> connection(new Connection(fd));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = target.address;
  address.sin_port = htons(target.port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failure("connect to " + target.host);
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!websocket_path.empty()) {
    if (auto done = connection->become_websocket(target, websocket_path); !done) {
      return done.error();
    }
  }
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) return failure("fcntl");
  connection->x_in.resize(kReadBytes);
  return connection;
}

Connection::~Connection() {
  close(x_fd);
}

Result<void> Connection::become_websocket(const Target& target, std::string_view path) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + target.host +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: cmVraW5kbGUgbG9hZC4uLg==\r\n\r\n";
  if (send(x_fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return failure("WebSocket handshake");
  }
  std::string answer;
  char byte = 0;
  while (!answer.ends_with("\r\n\r\n") && answer.size() < limits::kHeaderBytesMax) {
    if (recv(x_fd, &byte, 1, 0) != 1) return failure("WebSocket handshake");
    answer.push_back(byte);
  }
  if (!answer.starts_with("HTTP/1.1 101")) {
    return Error{ErrorCode::kMalformedRequest,
                 "WebSocket handshake: " + answer.substr(0, answer.find("\r\n"))};
  }
  x_is_websocket = true;
  return {};
}

void Connection::append_message(std::string_view payload) {
  x_out.push_back(static_cast<char>(0x81));  // final, text
  if (payload.size() < 126) {
    x_out.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() < 65'536) {
    x_out.push_back(static_cast<char>(0x80 | 126));
    append_big_endian(x_out, static_cast<uint16_t>(payload.size()));
  } else {
    x_out.push_back(static_cast<char>(0x80 | 127));
    append_big_endian(x_out, static_cast<uint64_t>(payload.size()));
  }
  x_mask = x_mask * 1'664'525 + 1'013'904'223;
  char mask[4];
  std::memcpy(mask, &x_mask, sizeof mask);
  x_out.append(mask, sizeof mask);
  const size_t begin = x_out.size();
  x_out.append(payload);
  apply_mask(x_out.data() + begin, payload.size(), x_mask);
}

bool Connection::flush() {
  while (x_sent < x_out.size()) {
    const ssize_t n = send(x_fd, x_out.data() + x_sent, x_out.size() - x_sent, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    x_sent += static_cast<size_t>(n);
  }
  x_out.clear();
  x_sent = 0;
  return true;
}

bool Connection::receive(Take take) {
  if (x_read == x_in.size()) x_in.resize(x_in.size() * 2);
  const ssize_t n = recv(x_fd, x_in.data() + x_read, x_in.size() - x_read, 0);
  if (n == 0) return false;
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  x_read += static_cast<size_t>(n);
  std::string_view left(x_in.data(), x_read);
  while (!left.empty()) {
    const int64_t used = x_is_websocket ? take_frame(left, take) : take_http(left, take);
    if (used < 0) return false;
    if (used == 0) break;
    left.remove_prefix(static_cast<size_t>(used));
  }
  std::memmove(x_in.data(), left.data(), left.size());
  x_read = left.size();
  return true;
}

int64_t Connection::take_http(std::string_view in, Take take) {
  static constexpr std::string_view kVersion = "HTTP/1.1 200";
  const size_t end = in.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  Answer answer;
  if (end < kVersion.size()) return -1;
  std::from_chars(in.data() + 9, in.data() + 12, answer.status);
  const std::string_view headers = in.substr(0, end + 2);
  const int64_t length = content_length(headers);
  if (length < 0 && answer.status != 204) return -1;
  const size_t size = end + 4 + static_cast<size_t>(std::max<int64_t>(length, 0));
  if (in.size() < size) return 0;
  answer.body = in.substr(end + 4, size - end - 4);
  take(answer);
  return static_cast<int64_t>(size);
}

int64_t Connection::take_frame(std::string_view in, Take take) {
  if (in.size() < 2) return 0;
  const auto first = static_cast<uint8_t>(in[0]);
  const auto second = static_cast<uint8_t>(in[1]);
  uint64_t length = second & 0x7f;
  size_t header = 2;
  if (length == 126) {
    if (in.size() < 4) return 0;
    length = read_big_endian<uint16_t>(in.data() + 2);
    header = 4;
  } else if (length == 127) {
    if (in.size() < 10) return 0;
    length = read_big_endian<uint64_t>(in.data() + 2);
    header = 10;
  }
  if ((second & 0x80) != 0 || length > limits::kBodyBytesMax) return -1;
  if (in.size() < header + length) return 0;
  switch (first & 0x0f) {
    case 0x1: take({200, in.substr(header, length)}); break;
    case 0x8: return -1;  // close
    case 0x9:             // ping: a pong with its payload, masked with zeros
      x_out.push_back(static_cast<char>(0x8a));
      x_out.push_back(static_cast<char>(0x80 | std::min<uint64_t>(length, 125)));
      x_out.append(4, '\0').append(in.substr(header, std::min<uint64_t>(length, 125)));
      if (!flush()) return -1;
      break;
    default: break;
  }
  return static_cast<int64_t>(header + length);
}

}  // namespace rekindle::cli
