// What a site collects of whom: plain values from the configuration.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace rekindle::io {

enum class Collect : uint8_t {
  kAlways,       // everything that comes
  kWithConsent,  // only events that carry consent; what withdraws it always
  kCookieless,  // events without consent are counted by site and type; nothing else of them is kept
};

struct CollectConfig {
  static constexpr size_t kTcfPurposes = 24;

  std::string site;
  Collect collect = Collect::kAlways;
  std::string purpose = "analytics";  // that must be granted for the latter two
  // Our purposes, by the number of a purpose of the TCF less one; empty: it means none of ours.
  std::array<std::string, kTcfPurposes> tcf;
  std::vector<std::string> gpc_refuses;  // purposes that Sec-GPC: 1 refuses
  std::vector<std::string> dnt_refuses;  // … and DNT: 1
};

// As the TCF's purposes are commonly read; used for sites that say nothing else.
[[nodiscard]] CollectConfig default_collect(const std::string& site);

}  // namespace rekindle::io
