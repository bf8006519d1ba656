#include "io/consent/client_address.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

namespace rekindle::io {
namespace {

namespace ip = boost::asio::ip;

constexpr std::array<std::string_view, 7> kNames = {
    "ip", "$ip", "ip_address", "client_ip", "client_ip_address", "remote_addr", "$remote_addr"};

constexpr size_t kNetworkBytesV6 = 6;

// Where the string that begins at `quote` ends; npos: nowhere.
size_t end_of_string(std::string_view json, size_t quote) {
  for (size_t at = quote + 1; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at;
    }
  }
  return std::string_view::npos;
}

size_t skip_space(std::string_view json, size_t at) {
  while (at < json.size() &&
         (json[at] == ' ' || json[at] == '\t' || json[at] == '\n' || json[at] == '\r')) {
    ++at;
  }
  return at;
}

}  // namespace

std::string cut_address(std::string_view address) {
  boost::system::error_code error;
  const auto parsed = ip::make_address(std::string(address), error);
  if (error) return {};
  if (parsed.is_v4()) {
    auto bytes = parsed.to_v4().to_bytes();
    bytes[3] = 0;
    return ip::address_v4(bytes).to_string();
  }
  const ip::address_v6 whole = parsed.to_v6();
  if (whole.is_v4_mapped()) {
    return cut_address(ip::make_address_v4(ip::v4_mapped, whole).to_string());
  }
  auto bytes = whole.to_bytes();
  std::fill(bytes.begin() + kNetworkBytesV6, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes).to_string();
}

std::string_view without_addresses(std::string_view json, std::string& scratch) {
  // Every name ends with one of these, so nearly all objects are done here.
  if (json.find("ip\"") == std::string_view::npos && json.find("addr") == std::string_view::npos) {
    return json;
  }
  scratch.clear();
  size_t copied = 0;
  for (size_t at = 0; (at = json.find('"', at)) != std::string_view::npos;) {
    const size_t end = end_of_string(json, at);
    if (end == std::string_view::npos) break;
    const std::string_view name = json.substr(at + 1, end - at - 1);
    at = end + 1;
    const size_t colon = skip_space(json, at);
    if (colon >= json.size() || json[colon] != ':') continue;  // a value, not a name
    const size_t value = skip_space(json, colon + 1);
    if (value >= json.size() || json[value] != '"') continue;
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) continue;
    const size_t value_end = end_of_string(json, value);
    if (value_end == std::string_view::npos) break;
    scratch.append(json, copied, value + 1 - copied);
    scratch.append(cut_address(json.substr(value + 1, value_end - value - 1)));
    copied = value_end;
    at = value_end + 1;
  }
  if (copied == 0) return json;
  scratch.append(json, copied);
  return scratch;
}

}  // namespace rekindle::io
