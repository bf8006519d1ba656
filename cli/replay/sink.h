// Where replayed events go: a server by WebSocket or HTTP, or a store in this process. A sink takes
// events one by one, sends them in frames, and adds up what came back. Thread: one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "cli/config.h"
#include "cli/histogram.h"
#include "cli/http_client.h"
#include "cli/presets/source_event.h"

namespace rekindle::cli {

struct ReplayTotals {
  uint64_t sent = 0;
  uint64_t accepted = 0;  // durable; duplicates not included
  uint64_t duplicates = 0;
  uint64_t rejected = 0;
  uint64_t pushed_back = 0;                 // times the server asked to wait
  std::map<std::string, uint64_t> reasons;  // of rejections, as far as the answers listed them
  Histogram latency;                        // of a frame: sent → acknowledged
};

class ReplaySink {
 public:
  virtual ~ReplaySink() = default;
  // Errors: the connection broke, the server refused a frame as a whole, or the store failed.
  [[nodiscard]] virtual Result<void> send(const SourceEvent& event) = 0;
  // Sends what waits, and waits until everything is acknowledged.
  [[nodiscard]] virtual Result<void> finish() = 0;
  [[nodiscard]] const ReplayTotals& totals() const { return x_totals; }

 protected:
  ReplayTotals x_totals;
};

// ws:// goes by WebSocket with several frames in flight, http:// by POST, one at a time.
[[nodiscard]] Result<std::unique_ptr<ReplaySink>> open_network_sink(const Url& url, uint32_t frame);
// Into the store that `config` names, opened by this process. finish() also stops the engine.
[[nodiscard]] Result<std::unique_ptr<ReplaySink>> open_direct_sink(const Config& config,
                                                                   uint32_t frame);

// Adds an answer's {accepted, duplicates, rejected} to the totals. Errors: kMalformedJson.
[[nodiscard]] Result<void> add_answer(std::string_view json, ReplayTotals& totals);

}  // namespace rekindle::cli
