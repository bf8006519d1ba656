// The file formats `rekindle replay` reads. Adding one: a source in this folder and a line in the
// list of preset.cc.
//
// Thread: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/presets/source_event.h"

namespace rekindle::cli {

struct Preset {
  std::string_view name;      // as --preset takes it
  std::string_view summary;   // one line for --help
  std::string_view currency;  // of its amounts; empty: each event says
  std::string_view telltale;  // what a file's first line holds; how find_preset_of knows it
  Result<std::unique_ptr<EventSource>> (*open)(const std::string& path);
};

[[nodiscard]] const std::vector<Preset>& presets();
// Null when there is none of that name.
[[nodiscard]] const Preset* find_preset(std::string_view name);
// By the file's first line. Errors: kNotFound (no such file), kMalformedRequest (no preset knows
// it), or the file's.
[[nodiscard]] Result<const Preset*> find_preset_of(const std::string& path);

// The times of a file's first and last events, by reading all of it: what `--shift-to` needs.
struct TimeSpan {
  int64_t first_ms = 0;
  int64_t last_ms = 0;
  uint64_t events = 0;
};
// Errors: kMalformedRequest when there is no event, or the file's.
[[nodiscard]] Result<TimeSpan> time_span_of(const Preset& preset, const std::string& path);

}  // namespace rekindle::cli
