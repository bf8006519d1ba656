#include "cli/identity_config.h"

#include "core/limits.h"

namespace rekindle::cli {
namespace {

void read_blocked(YamlSection& section, IdentityConfig& config) {
  const YAML::Node list = section.take("blocked");
  if (!list.IsDefined()) return;
  if (!list.IsSequence() || list.size() > limits::kBlockedValuesMax) {
    return section.fault(list, "'blocked' must be a list of at most " +
                                   std::to_string(limits::kBlockedValuesMax) + " values");
  }
  for (const auto& node : list) {
    const bool fits = node.IsScalar() && !node.Scalar().empty() &&
                      node.Scalar().size() <= limits::kClaimedValueBytesMax;
    if (fits) {
      config.blocked.push_back(folded(node.Scalar()));
    } else {
      section.fault(node,
                    "a text of 1 to " + std::to_string(limits::kClaimedValueBytesMax) + " bytes");
    }
  }
}

}  // namespace

void read_identity(YamlSection section, IdentityConfig& config) {
  constexpr std::pair<const char*, IdType> kLimits[] = {
      {"visitors", IdType::kVisitor}, {"users", IdType::kUser},
      {"emails", IdType::kEmail},     {"phones", IdType::kPhone},
      {"devices", IdType::kDevice},   {"platforms", IdType::kPlatform}};
  for (const auto& [key, type] : kLimits) {
    uint32_t& most = config.limits.most[static_cast<size_t>(type)];
    section.read_number_as(key, most, 1, limits::kPersonIdsMax);
  }
  section.read_number_as("shared_after", config.shared_after, 1, limits::kSharedAfterMax);
  read_blocked(section, config);
  section.finish();
}

}  // namespace rekindle::cli
