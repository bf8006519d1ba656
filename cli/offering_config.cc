#include "cli/offering_config.h"

#include "cli/offer_values.h"

namespace rekindle::cli {
namespace {

// A policy's name, or a mapping of names to shares of visitors.
void read_policies(YamlSection& section, operators::OfferingConfig& offering) {
  const YAML::Node policy = section.take("policy");
  if (!policy.IsDefined()) return;
  offering.policies.clear();
  if (policy.IsScalar()) {
    offering.policies.push_back({policy.Scalar(), operators::kWholeShare});
    return;
  }
  if (!policy.IsMap()) {
    return section.fault(policy, "'policy' is a name, or a mapping of names to shares");
  }
  for (const auto& entry : policy) {
    const auto share = parse_share(entry.second.IsScalar() ? entry.second.Scalar() : "");
    if (!share) section.fault(entry.second, "must be a share like 50%");
    offering.policies.push_back({entry.first.Scalar(), share.value_or(0)});
  }
}

}  // namespace

void read_offering(YamlSection section, const CheckExpression& check, Config& config) {
  operators::OfferingConfig& offering = config.decide.offering;
  std::string share;
  section.read("holdout", share);
  if (!share.empty()) {
    const auto parsed = parse_share(share);
    if (parsed) {
      offering.holdout = *parsed;
    } else {
      section.fault(section.take("holdout"), "'holdout' must be a share like 5%");
    }
  }
  section.read("unprofitable", offering.unprofitable);
  if (!offering.unprofitable.empty()) {
    for (auto& fault : check(offering.unprofitable, config.audiences)) {
      section.fault_inside("unprofitable", fault.offset, std::move(fault.message));
    }
  }
  uint64_t prior = 50;
  section.read_number("prior", prior, 1, 1'000'000);
  offering.prior = static_cast<double>(prior);
  section.read_duration("half_life", offering.half_life, days(1), days(3'650));
  read_policies(section, offering);
  if (std::string fault = operators::fault_of(offering); !fault.empty()) {
    section.fault(section.node(), std::move(fault));
  }
  section.finish();
}

}  // namespace rekindle::cli
