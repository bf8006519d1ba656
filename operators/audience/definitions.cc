#include "operators/audience/definitions.h"

#include <set>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "operators/audience/program.h"
#include "operators/audience/references.h"

namespace rekindle::operators::audience {
std::vector<Error> check_definitions(const std::vector<AudienceDefinition>& definitions) {
  std::vector<Error> errors;
  std::set<std::string_view> names;
  if (definitions.size() > limits::kAudiencesMax) {
    errors.push_back(
        {ErrorCode::kInvalidConfiguration,
         "there are more than " + std::to_string(limits::kAudiencesMax) + " audiences"});
    return errors;
  }
  std::vector<KnownAudience> known;
  for (const AudienceDefinition& definition : definitions) {
    known.push_back({definition.name, AudienceId{static_cast<uint16_t>(known.size())}});
  }
  std::vector<Program> programs(definitions.size());
  std::vector<Referrer> referrers;
  for (size_t i = 0; i < definitions.size(); ++i) {
    const AudienceDefinition& definition = definitions[i];
    const std::string label = "audience '" + definition.name + "'";
    if (!is_audience_name(definition.name)) {
      errors.push_back(
          {ErrorCode::kInvalidConfiguration, label + ": a name has 1 to 64 of a-z, 0-9 and _"});
    }
    if (!names.insert(definition.name).second) {
      errors.push_back({ErrorCode::kInvalidConfiguration, label + " is defined twice"});
    }
    Result<Program> program = compile(definition.when, {.file = definition.name}, known);
    if (program) {
      programs[i] = std::move(*program);
    } else {
      errors.push_back(
          {ErrorCode::kInvalidExpression, label + " does not compile\n" + program.error().detail});
    }
    referrers.push_back({definition.name, known[i].key(), &programs[i].references()});
  }
  const auto order = evaluation_order(referrers);
  if (!order) errors.push_back(order.error());
  return errors;
}

}  // namespace rekindle::operators::audience
