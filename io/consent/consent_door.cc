#include "io/consent/consent_door.h"

#include <simdjson.h>

#include <algorithm>
#include <map>

#include "core/limits.h"
#include "io/consent/tcf_string.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

using Purposes = std::map<std::string, bool, std::less<>>;

// A refusal is never overruled.
void say(Purposes& purposes, std::string_view purpose, bool granted) {
  if (purpose.empty() || purpose.size() > limits::kPurposeBytesMax) return;
  const auto [place, is_new] = purposes.emplace(purpose, granted);
  if (!is_new) place->second = place->second && granted;
}

void hear_tcf(const CollectConfig& config, std::string_view tc_string, Purposes& purposes) {
  const auto consents = tcf_consents(tc_string);
  if (!consents) return;  // it says neither yes nor no
  for (size_t i = 0; i < kTcfPurposes; ++i) say(purposes, config.tcf[i], (*consents)[i]);
}

// Members that are true, false, "granted" or "denied", those of inner objects too, as
// operators/profile reads them; "tcf" is a TC string.
void hear_object(const CollectConfig& config, simdjson::dom::object object, Purposes& purposes) {
  for (const auto& [name, value] : object) {
    if (purposes.size() >= limits::kConsentsMax * 2) return;
    simdjson::dom::object inner;
    std::string_view text;
    bool granted = false;
    if (value.get(inner) == simdjson::SUCCESS) {
      hear_object(config, inner, purposes);
    } else if (value.get(granted) == simdjson::SUCCESS) {
      say(purposes, name, granted);
    } else if (value.get(text) != simdjson::SUCCESS) {
      continue;
    } else if (name == "tcf") {
      hear_tcf(config, text, purposes);
    } else if (text == "granted" || text == "denied") {
      say(purposes, name, text == "granted");
    }
  }
}

bool withdraws(EventType type) {
  return type == EventType::kConsent || type == EventType::kUnsubscribe;
}

}  // namespace

struct ConsentDoor::SitePolicy {
  SiteId id{};
  CollectConfig config;
  mutable std::atomic<uint64_t> left_out{0};
  // By the code of a built-in type; all custom ones at 0.
  mutable std::array<std::atomic<uint64_t>, kBuiltInTypes> counted{};
};

ConsentDoor::ConsentDoor(const std::vector<CollectConfig>& configs, const Sites& sites) {
  for (const Site& site : sites.all()) {
    auto policy = std::make_unique<SitePolicy>();
    policy->id = site.id;
    const auto said =
        std::find_if(configs.begin(), configs.end(),
                     [&](const CollectConfig& config) { return config.site == site.name; });
    policy->config = said == configs.end() ? default_collect(site.name) : *said;
    x_keeps_all = x_keeps_all && policy->config.collect == Collect::kAlways;
    x_policies.push_back(std::move(policy));
  }
}
ConsentDoor::~ConsentDoor() = default;

const ConsentDoor::SitePolicy& ConsentDoor::policy_of(const Site& site) const {
  return **std::find_if(x_policies.begin(), x_policies.end(),
                        [&site](const auto& policy) { return policy->id == site.id; });
}

bool ConsentDoor::keeps_raw(const Site* site) const {
  if (x_keeps_all) return true;
  return site != nullptr && policy_of(*site).config.collect == Collect::kAlways;
}

ConsentDoor::Verdict ConsentDoor::judge(const Site& site, const Event& event,
                                        const ConsentSignals& signals, std::string_view& consent,
                                        std::string& scratch) const {
  const bool names_tcf = event.consent.find("\"tcf\"") != std::string_view::npos;
  if (x_keeps_all && !names_tcf && !signals.any()) return Verdict::kTake;  // nearly all
  const SitePolicy& policy = policy_of(site);
  const CollectConfig& config = policy.config;
  if (config.collect == Collect::kAlways && !names_tcf && !signals.any()) return Verdict::kTake;

  const bool by_props = event.type == EventType::kConsent && event.consent.empty();
  const std::string_view said = by_props ? event.props : event.consent;
  Purposes purposes;
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (!said.empty() && parser.parse(said.data(), said.size()).get(object) == simdjson::SUCCESS) {
    hear_object(config, object, purposes);
  }
  if (!signals.tcf.empty()) hear_tcf(config, signals.tcf, purposes);
  if (signals.gpc) {
    for (const std::string& purpose : config.gpc_refuses) purposes[purpose] = false;
  }
  if (signals.dnt) {
    for (const std::string& purpose : config.dnt_refuses) purposes[purpose] = false;
  }
  scratch.clear();
  JsonObject written(scratch);
  for (const auto& [purpose, granted] : purposes) written.boolean(purpose, granted);
  written.close();
  if (!purposes.empty() && scratch.size() <= limits::kPropsBytesMax) consent = scratch;

  if (config.collect == Collect::kAlways || withdraws(event.type)) return Verdict::kTake;
  const auto answer = purposes.find(config.purpose);
  if (answer != purposes.end() && answer->second) return Verdict::kTake;
  if (config.collect == Collect::kCookieless) {
    const auto code = is_custom(event.type) ? 0 : static_cast<size_t>(event.type);
    policy.counted[code].fetch_add(1, std::memory_order_relaxed);
    return Verdict::kCount;
  }
  policy.left_out.fetch_add(1, std::memory_order_relaxed);
  return Verdict::kLeave;
}

std::vector<ConsentDoor::Counts> ConsentDoor::counts() const {
  std::vector<Counts> all;
  for (const auto& policy : x_policies) {
    if (policy->config.collect == Collect::kAlways) continue;
    Counts& counts = all.emplace_back();
    counts.site = policy->config.site;
    counts.left_out = policy->left_out.load(std::memory_order_relaxed);
    for (size_t code = 0; code < policy->counted.size(); ++code) {
      const uint64_t n = policy->counted[code].load(std::memory_order_relaxed);
      if (n == 0) continue;
      counts.counted.emplace_back(code == 0 ? EventType{kCustomTypeBit} : EventType{code}, n);
    }
  }
  return all;
}

}  // namespace rekindle::io
