#include "cli/presets/preset.h"

#include <algorithm>
#include <filesystem>

#include "cli/presets/completejourney.h"
#include "cli/presets/ndjson.h"
#include "cli/presets/rees46.h"
#include "cli/presets/uci.h"

namespace rekindle::cli {
namespace {

using OpenedSource = Result<std::unique_ptr<EventSource>>;

template <typename Source>
OpenedSource open_one_file(const std::string& path) {
  auto bytes = open_input_file(path);
  if (!bytes) return bytes.error();
  return Source::make(std::move(*bytes));
}

OpenedSource open_complete_journey(const std::string& path) {
  auto bytes = open_input_file(path);
  if (!bytes) return bytes.error();
  const auto beside = std::filesystem::path(path).parent_path() / "products.csv";
  std::unique_ptr<ByteSource> products;
  std::error_code failure;
  if (std::filesystem::exists(beside, failure)) {
    auto opened = open_input_file(beside.string());
    if (!opened) return opened.error();
    products = std::move(*opened);
  }
  return CompleteJourneySource::make(std::move(*bytes), std::move(products));
}

OpenedSource open_ndjson(const std::string& path) {
  auto bytes = open_input_file(path);
  if (!bytes) return bytes.error();
  return std::make_unique<NdjsonSource>(std::move(*bytes));
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> list = {
      {"uci", "UCI Online Retail: a gift shop's invoice lines (CSV)", "GBP", "InvoiceNo,",
       open_one_file<UciSource>},
      {"rees46", "REES46 multi-category store: views, carts, purchases (CSV)", "USD",
       "event_time,event_type,", open_one_file<Rees46Source>},
      {"completejourney", "The Complete Journey: a grocer's baskets (CSV)", "USD", "household_id,",
       open_complete_journey},
      {"ndjson", "canonical JSON events, one a line", "", "{", open_ndjson},
  };
  return list;
}

const Preset* find_preset(std::string_view name) {
  for (const Preset& preset : presets()) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

Result<const Preset*> find_preset_of(const std::string& path) {
  auto bytes = open_input_file(path);
  if (!bytes) return bytes.error();
  std::string first(256, '\0');
  size_t used = 0;
  while (used < first.size()) {
    const Result<size_t> got = (*bytes)->read(first.data() + used, first.size() - used);
    if (!got) return got.error();
    if (*got == 0) break;
    used += *got;
  }
  std::string_view line(first.data(), used);
  line = line.substr(0, line.find('\n'));
  for (const Preset& preset : presets()) {
    if (line.find(preset.telltale) != std::string_view::npos) return &preset;
  }
  return Error{ErrorCode::kMalformedRequest, path + ": no preset reads such a file"};
}

Result<TimeSpan> time_span_of(const Preset& preset, const std::string& path) {
  auto source = preset.open(path);
  if (!source) return source.error();
  TimeSpan span;
  SourceEvent event;
  while ((*source)->next(event)) {
    span.first_ms = span.events == 0 ? event.at_ms : std::min(span.first_ms, event.at_ms);
    span.last_ms = span.events == 0 ? event.at_ms : std::max(span.last_ms, event.at_ms);
    ++span.events;
  }
  if ((*source)->error()) return *(*source)->error();
  if (span.events == 0) return Error{ErrorCode::kMalformedRequest, path + ": holds no event"};
  return span;
}

}  // namespace rekindle::cli
