// A webhook that comes in: who signs it and how, and what its events mean. Filled by cli/, read by
// the route. Secrets are kept as bytes and never logged or shown.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace rekindle::io {

enum class HookSigning : uint8_t {
  kStandard,     // headers webhook-id, webhook-timestamp, webhook-signature (Standard Webhooks)
  kTimestamped,  // one header "t=SECONDS,v1=HEX": over "SECONDS.BODY"
  kBody,         // one header, hexadecimal or Base64, maybe after "sha256=": over the body
};

// Where a value is: the way to it in the event, or a constant.
struct HookValue {
  std::vector<std::string> path;  // members, and places in lists; empty: the constant
  std::string constant;
};

struct HookConfig {
  std::string name;  // [a-z0-9_]{1,64}; the last part of its path
  std::string site;
  HookSigning signing = HookSigning::kStandard;
  std::string header;                // of the latter two
  std::vector<std::string> secrets;  // keys; one that fits is enough
  Duration tolerance = minutes(5);   // of the time that is signed, either way
  std::vector<std::string> events;   // the way to the list of events; empty: the body itself
  HookValue type;
  // Names of theirs to types of ours; others are left out, and counted. "*" is any other name.
  std::vector<std::pair<std::string, std::string>> types;
  std::vector<std::pair<std::string, HookValue>> fields;  // by the names of hook_fields()
};

}  // namespace rekindle::io
