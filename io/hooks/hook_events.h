// Makes events of what others' webhooks tell, by the mapping of the configuration. Used by
// io/routes/hooks.cc and the quarantine's replay. Thread: its owner's. Owns: a parser.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "io/decoders/event_draft.h"
#include "io/decoders/json_tree.h"
#include "io/hooks/hook_config.h"
#include "io/intake.h"

namespace rekindle::io {

// What a mapping may fill.
[[nodiscard]] std::span<const std::string_view> hook_fields();

class HookEvents {
 public:
  // Gives every event of the body to `intake`. `message` makes ids for events without one: the same
  // message has the same. Errors: kMalformedJson, kInvalidUtf8, kBodyTooLarge; kWrongType when
  // there is no list where it should be.
  [[nodiscard]] Result<void> decode(const HookConfig& config, std::string_view body,
                                    std::string_view message, Intake& intake);
  // One event, as it was quarantined.
  [[nodiscard]] Result<void> decode_one(const HookConfig& config, std::string_view event,
                                        std::string_view message, Intake& intake);
  [[nodiscard]] uint32_t ignored() const { return x_ignored; }  // of other types

 private:
  void read_event(const HookConfig& config, JsonValue event, std::string_view message, size_t place,
                  Intake& intake);
  [[nodiscard]] std::string_view type_of(const HookConfig& config, JsonValue event) const;
  void set_field(std::string_view name, const HookValue& from, JsonValue event);

  JsonTree x_tree;
  EventDraft x_draft;
  uint32_t x_ignored = 0;
};

}  // namespace rekindle::io
