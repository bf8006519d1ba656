// trait("name"), consent(purpose), campaign.source|medium|name and campaign.first_… — what the
// visitor told, allowed and came by. A trait or campaign field that is absent or empty is unknown;
// consent that was never given is refused.
#include "core/profile.h"

#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kTraitArguments[] = {ArgumentKind::kString};
constexpr ArgumentKind kConsentArguments[] = {ArgumentKind::kPurpose};

std::optional<std::string_view> known(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string_view> trait(const Arguments& arguments, const Scope& scope) {
  if (!scope.visitor.profile) return std::nullopt;
  const Trait* const found = scope.visitor.profile->trait(arguments.text);
  return found == nullptr ? std::nullopt : known(found->value);
}

Holds consent(const Arguments& arguments, const Scope& scope) {
  Holds answer;
  if (!scope.visitor.profile) return answer;
  const Consent* const found = scope.visitor.profile->consent(arguments.text);
  answer.value = found != nullptr && found->granted;
  return answer;
}

template <std::optional<Campaign> Profile::*kTouch, std::string Campaign::*kField>
std::optional<std::string_view> campaign(const Arguments&, const Scope& scope) {
  if (!scope.visitor.profile) return std::nullopt;
  const std::optional<Campaign>& touch = (*scope.visitor.profile).*kTouch;
  return touch ? known((*touch).*kField) : std::nullopt;
}

constexpr TermKind text_term(std::string_view name, std::string_view usage,
                             std::span<const ArgumentKind> arguments,
                             void (*add_triggers)(const Arguments&, std::vector<Trigger>&),
                             std::optional<std::string_view> (*text)(const Arguments&,
                                                                     const Scope&)) {
  return {
      .name = name,
      .usage = usage,
      .arguments = arguments,
      .type_of = always<Type::kText>,
      .is_linear = false,
      .cost = 4,
      .may_be_unknown = true,
      .add_triggers = add_triggers,
      .measure = nullptr,
      .holds = nullptr,
      .at_least = nullptr,
      .text = text,
  };
}

template <std::optional<Campaign> Profile::*kTouch, std::string Campaign::*kField>
constexpr TermKind campaign_term(std::string_view name) {
  return text_term(name, name, {}, trigger_on_facet<ProfileFacet::kCampaign>,
                   campaign<kTouch, kField>);
}

}  // namespace

constexpr TermKind kTrait = text_term("trait", "trait(\"name\")", kTraitArguments,
                                      trigger_on_facet<ProfileFacet::kTraits>, trait);
constexpr TermKind kConsent{
    .name = "consent",
    .usage = "consent(purpose)",
    .arguments = kConsentArguments,
    .type_of = always<Type::kBool>,
    .is_linear = false,
    .cost = 3,
    .add_triggers = trigger_on_facet<ProfileFacet::kConsent>,
    .measure = nullptr,
    .holds = consent,
    .at_least = nullptr,
};
constexpr TermKind kCampaignSource =
    campaign_term<&Profile::last_campaign, &Campaign::source>("campaign.source");
constexpr TermKind kCampaignMedium =
    campaign_term<&Profile::last_campaign, &Campaign::medium>("campaign.medium");
constexpr TermKind kCampaignName =
    campaign_term<&Profile::last_campaign, &Campaign::name>("campaign.name");
constexpr TermKind kCampaignFirstSource =
    campaign_term<&Profile::first_campaign, &Campaign::source>("campaign.first_source");
constexpr TermKind kCampaignFirstMedium =
    campaign_term<&Profile::first_campaign, &Campaign::medium>("campaign.first_medium");
constexpr TermKind kCampaignFirstName =
    campaign_term<&Profile::first_campaign, &Campaign::name>("campaign.first_name");

}  // namespace rekindle::operators::audience
