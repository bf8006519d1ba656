// Any bytes as an event's consent, its properties and a TC string, under every policy: what is kept
// is JSON again, a refusing header is never overruled, and no whole address stays.
#include <simdjson.h>

#include <cstdlib>
#include <string>

#include "io/consent/client_address.h"
#include "io/consent/consent_door.h"

namespace {

using namespace rekindle;
using namespace rekindle::io;

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Sites sites =
      Sites::make({Site{.name = "shop", .currency = Currency::parse("EUR").value()}}).value();
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  CollectConfig config = default_collect("shop");
  config.collect = Collect{static_cast<uint8_t>(data[0] % 3)};
  const ConsentDoor door({config}, sites);
  Event event;
  event.type = (data[0] & 8) != 0 ? EventType::kConsent : EventType::kPageView;
  event.consent = text;
  ConsentSignals signals;
  signals.gpc = true;
  if ((data[0] & 4) != 0) signals.tcf = text;
  std::string_view kept = event.consent;
  std::string scratch;
  const auto verdict = door.judge(sites.all()[0], event, signals, kept, scratch);
  if (kept.find("\"ads\":false") == std::string_view::npos) std::abort();
  if (!is_json(std::string(kept))) std::abort();
  const bool takes = verdict == ConsentDoor::Verdict::kTake;
  if (config.collect == Collect::kAlways && !takes) std::abort();

  std::string cut;
  const std::string rest(without_addresses(text, cut));
  // Not the other way round: what is no JSON may become it when the fault was in an address.
  if (is_json(text) && !is_json(rest)) std::abort();
  std::string again;
  if (without_addresses(rest, again) != rest) std::abort();
  return 0;
}
