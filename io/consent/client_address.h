// Clients' addresses in what is kept: some trackers put them into an event's properties. They are
// cut to their network before anything is stored: the last byte of an IPv4 address and the last ten
// of an IPv6 one become 0. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace rekindle::io {

// "203.0.113.9" → "203.0.113.0", "2001:db8:1:2::3" → "2001:db8:1::"; empty when it is no address.
[[nodiscard]] std::string cut_address(std::string_view address);

// A JSON object in which the members ip, $ip, ip_address, client_ip, client_ip_address, remote_addr
// and $remote_addr, at any depth, hold no whole address: `json` itself, or a view into `scratch`.
// What is under these names and no address is emptied.
[[nodiscard]] std::string_view without_addresses(std::string_view json, std::string& scratch);

}  // namespace rekindle::io
