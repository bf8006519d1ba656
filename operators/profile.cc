// Keeps what a visitor told and allowed: traits, consent, and which campaigns brought them.
//
// In:    user, campaign and is_bot of any event; props of `identify`; consent of any event (of
// `consent`
//        events without it, props); `subscribe` and `unsubscribe` with their channel
// State: Visitor::profile, made when there is the first thing to keep. Newer events win, by `at`,
//        then by arrival; so the order in which events of different `at` arrive does not matter.
// Effects: a consent change of every audience the visitor is in, when its answer about advertising
//        became another one.
#include "operators/profile.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/ad_consent.h"
#include "core/limits.h"
#include "operators/json_members.h"

namespace rekindle::operators {
namespace {

constexpr std::string_view kUserTrait = "user_id";
constexpr std::string_view kDefaultChannel = "email";

Profile& profile_of(Visitor& visitor) {
  if (visitor.profile == nullptr) visitor.profile = std::make_unique<Profile>();
  return *visitor.profile;
}

// Keeps a list that ascends by name within its bound: the entry that changed longest ago leaves,
// of several the first by name; never one that `stays`.
template <typename T, typename Stays>
void bound(std::vector<T>& list, size_t most, const Stays& stays) {
  if (list.size() <= most) return;
  list.erase(std::min_element(list.begin(), list.end(), [&](const T& a, const T& b) {
    return stays(a) != stays(b) ? stays(b) : a.at < b.at;
  }));
}

// An empty value takes the trait back.
void set_trait(Profile& profile, std::string_view name, std::string_view value, EventTime at) {
  auto& traits = profile.traits;
  auto place =
      std::lower_bound(traits.begin(), traits.end(), name,
                       [](const Trait& trait, std::string_view key) { return trait.name < key; });
  if (place != traits.end() && place->name == name) {
    if (at < place->at) return;
    place->at = at;
    if (place->value != value) place->value = value;
    return;
  }
  traits.insert(place, Trait{std::string(name), std::string(value), at});
  bound(traits, limits::kTraitsMax, [](const Trait&) { return false; });
}

void set_consent(Profile& profile, std::string_view purpose, bool granted, EventTime at) {
  auto& consents = profile.consents;
  auto place = std::lower_bound(
      consents.begin(), consents.end(), purpose,
      [](const Consent& consent, std::string_view key) { return consent.purpose < key; });
  if (place != consents.end() && place->purpose == purpose) {
    const bool ever = place->granted || place->was_granted || granted;
    if (at >= place->at) {
      place->at = at;
      place->granted = granted;
    }
    place->was_granted = ever && !place->granted && is_ad_purpose(purpose);
    return;
  }
  consents.insert(place, Consent{std::string(purpose), granted, at});
  bound(consents, limits::kConsentsMax,
        [](const Consent& consent) { return is_ad_purpose(consent.purpose); });
}

std::optional<bool> granted_by(const JsonMember& member) {
  using Kind = JsonMember::Kind;
  if (member.kind == Kind::kTrue) return true;
  if (member.kind == Kind::kFalse) return false;
  if (member.kind == Kind::kString && member.text == "granted") return true;
  if (member.kind == Kind::kString && member.text == "denied") return false;
  return std::nullopt;
}

bool has_campaign(const Event& event) {
  return !event.campaign_source.empty() || !event.campaign_medium.empty() ||
         !event.campaign_name.empty();
}

void set_campaigns(Profile& profile, const Event& event) {
  const auto assign = [&event](std::optional<Campaign>& campaign) {
    if (!campaign) campaign.emplace();
    campaign->source = event.campaign_source;
    campaign->medium = event.campaign_medium;
    campaign->name = event.campaign_name;
    campaign->at = event.at;
  };
  if (!profile.first_campaign || event.at < profile.first_campaign->at) {
    assign(profile.first_campaign);
  }
  if (!profile.last_campaign || event.at >= profile.last_campaign->at) {
    assign(profile.last_campaign);
  }
}

bool has_answers(const Event& event) {
  return !event.consent.empty() || event.type == EventType::kConsent ||
         event.type == EventType::kSubscribe || event.type == EventType::kUnsubscribe;
}

class ProfileKeeper final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "profile"; }

  void on_event(Event& event, Context& context) override {
    Visitor& visitor = context.visitor();
    if (event.type == EventType::kIdentify && !event.props.empty()) take_traits(event, visitor);
    if (!event.user.empty()) take_user(event, visitor);
    if (event.is_bot) set_trait(profile_of(visitor), kBotTrait, kIsBot, event.at);
    if (has_answers(event)) {
      const Answer before = ad_consent(visitor.profile.get()).answer();
      take_answers(event, visitor);
      const Answer after = ad_consent(visitor.profile.get()).answer();
      // Of several visitors it is for all of them to say; see core/voice.h.
      if (before != after && visitor.voice == nullptr) {
        context.consent_changed(after == Answer::kGranted);
      }
    }
    if (has_campaign(event)) set_campaigns(profile_of(visitor), event);
  }
  void on_deadline(Context&) override {}

 private:
  void take_answers(const Event& event, Visitor& visitor) {
    if (!event.consent.empty()) {
      take_consent(event.consent, event.at, visitor);
    } else if (event.type == EventType::kConsent && !event.props.empty()) {
      take_consent(event.props, event.at, visitor);
    }
    if (event.type == EventType::kSubscribe || event.type == EventType::kUnsubscribe) {
      take_subscription(event, visitor);
    }
  }
  void take_traits(const Event& event, Visitor& visitor) {
    x_json.visit(event.props, JsonMembers::Depth::kFlat, [&](const JsonMember& member) {
      const bool fits = !member.name.empty() && member.name.size() <= limits::kTraitNameBytesMax &&
                        member.text.size() <= limits::kTraitValueBytesMax;
      if (!fits) return;
      const bool taken_back = member.kind == JsonMember::Kind::kNull;
      set_trait(profile_of(visitor), member.name, taken_back ? std::string_view() : member.text,
                event.at);
    });
  }
  // After the traits: of two customer numbers in one event, the event's own counts.
  static void take_user(const Event& event, Visitor& visitor) {
    if (event.user.size() > limits::kTraitValueBytesMax) return;
    set_trait(profile_of(visitor), kUserTrait, event.user, event.at);
  }
  void take_consent(std::string_view json, EventTime at, Visitor& visitor) {
    x_json.visit(json, JsonMembers::Depth::kNested, [&](const JsonMember& member) {
      const auto granted = granted_by(member);
      const bool fits = !member.name.empty() && member.name.size() <= limits::kPurposeBytesMax;
      if (granted && fits) set_consent(profile_of(visitor), member.name, *granted, at);
    });
  }
  static void take_subscription(const Event& event, Visitor& visitor) {
    const std::string_view channel = event.channel.empty() ? kDefaultChannel : event.channel;
    if (channel.size() > limits::kPurposeBytesMax) return;
    set_consent(profile_of(visitor), channel, event.type == EventType::kSubscribe, event.at);
  }

  JsonMembers x_json;
};

}  // namespace

std::unique_ptr<Operator> make_profile() {
  return std::make_unique<ProfileKeeper>();
}

}  // namespace rekindle::operators
