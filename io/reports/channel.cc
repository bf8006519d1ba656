#include "io/reports/channel.h"

#include <absl/strings/ascii.h>

#include <algorithm>

#include "io/decoders/json_tree.h"

namespace rekindle::io {
namespace {

constexpr std::array<std::string_view, kMediaKinds> kKindNames = {"owned", "paid", "earned",
                                                                  "shared", "other"};

struct KnownMedium {
  std::string_view medium;
  MediaKind kind;
};
constexpr KnownMedium kMedia[] = {{"(none)", MediaKind::kOwned},
                                  {"app", MediaKind::kOwned},
                                  {"email", MediaKind::kOwned},
                                  {"e-mail", MediaKind::kOwned},
                                  {"mail", MediaKind::kOwned},
                                  {"newsletter", MediaKind::kOwned},
                                  {"onsite", MediaKind::kOwned},
                                  {"push", MediaKind::kOwned},
                                  {"qr", MediaKind::kOwned},
                                  {"sms", MediaKind::kOwned},
                                  {"support", MediaKind::kOwned},
                                  {"ads", MediaKind::kPaid},
                                  {"affiliate", MediaKind::kPaid},
                                  {"banner", MediaKind::kPaid},
                                  {"cpa", MediaKind::kPaid},
                                  {"cpc", MediaKind::kPaid},
                                  {"cpl", MediaKind::kPaid},
                                  {"cpm", MediaKind::kPaid},
                                  {"cpv", MediaKind::kPaid},
                                  {"display", MediaKind::kPaid},
                                  {"paid", MediaKind::kPaid},
                                  {"paid-social", MediaKind::kPaid},
                                  {"paid_search", MediaKind::kPaid},
                                  {"paid_social", MediaKind::kPaid},
                                  {"paidsearch", MediaKind::kPaid},
                                  {"paidsocial", MediaKind::kPaid},
                                  {"ppc", MediaKind::kPaid},
                                  {"retargeting", MediaKind::kPaid},
                                  {"sponsored", MediaKind::kPaid},
                                  {"influencer", MediaKind::kEarned},
                                  {"organic", MediaKind::kEarned},
                                  {"pr", MediaKind::kEarned},
                                  {"press", MediaKind::kEarned},
                                  {"referral", MediaKind::kEarned},
                                  {"review", MediaKind::kEarned},
                                  {"wom", MediaKind::kEarned},
                                  {"community", MediaKind::kShared},
                                  {"forum", MediaKind::kShared},
                                  {"messenger", MediaKind::kShared},
                                  {"organic_social", MediaKind::kShared},
                                  {"organic-social", MediaKind::kShared},
                                  {"share", MediaKind::kShared},
                                  {"social", MediaKind::kShared},
                                  {"social-media", MediaKind::kShared},
                                  {"social_media", MediaKind::kShared}};

// By the label before the public suffix: google.com, google.co.uk.
constexpr std::string_view kSearchEngines[] = {"google", "bing",   "duckduckgo", "yahoo", "ecosia",
                                               "qwant",  "yandex", "startpage",  "baidu"};
constexpr std::string_view kNetworks[] = {"facebook", "instagram", "linkedin", "pinterest",
                                          "reddit",   "threads",   "tiktok",   "twitter",
                                          "youtube",  "whatsapp"};
constexpr std::string_view kNetworkHosts[] = {"t.co", "x.com", "lnkd.in", "youtu.be"};

// The host of an address, in small letters, without "www." and the port.
std::string host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const size_t at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  url = url.substr(0, url.find(':'));
  std::string host = small_letters(url);
  if (host.starts_with("www.")) host.erase(0, 4);
  return host;
}

bool is_within(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

template <size_t n>
bool has_label(std::string_view host, const std::string_view (&names)[n]) {
  while (!host.empty()) {
    const size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (dot == std::string_view::npos) return false;  // the last label is a public suffix
    if (std::find(std::begin(names), std::end(names), label) != std::end(names)) return true;
    host.remove_prefix(dot + 1);
  }
  return false;
}

std::string_view medium_of_referrer(std::string_view host) {
  const bool is_network = std::find(std::begin(kNetworkHosts), std::end(kNetworkHosts), host) !=
                              std::end(kNetworkHosts) ||
                          has_label(host, kNetworks);
  if (is_network) return "social";
  return has_label(host, kSearchEngines) ? "organic" : "referral";
}

// The text of a member of the event's props; looked for only when it can be there.
std::string prop(const Event& event, std::string_view name) {
  if (event.props.find(name) == std::string_view::npos) return {};
  JsonTree tree;
  const auto root = tree.read(event.props);
  return root ? std::string((*root)[name].text()) : std::string();
}

// What types say of themselves, without a campaign.
struct KnownType {
  EventType type;
  std::string_view custom;
  Touch touch;
  std::string_view medium;
};
constexpr KnownType kTypes[] = {{EventType::kEmailOpen, "", Touch::kEngaged, "email"},
                                {EventType::kEmailClick, "", Touch::kClicked, "email"},
                                {EventType::kSupportContact, "", Touch::kEngaged, "support"},
                                {EventType::kSocialLike, "", Touch::kEngaged, "social"},
                                {EventType::kSocialShare, "", Touch::kEngaged, "social"},
                                {EventType::kSocialComment, "", Touch::kEngaged, "social"},
                                {EventType::kSocialFollow, "", Touch::kEngaged, "social"},
                                {EventType::kNone, "email_delivered", Touch::kReached, "email"},
                                {EventType::kNone, "sms_delivered", Touch::kReached, "sms"},
                                {EventType::kNone, "sms_click", Touch::kClicked, "sms"},
                                {EventType::kNone, "sms_reply", Touch::kEngaged, "sms"},
                                {EventType::kNone, "push_delivered", Touch::kReached, "push"},
                                {EventType::kNone, "push_open", Touch::kEngaged, "push"},
                                {EventType::kNone, "push_click", Touch::kClicked, "push"},
                                {EventType::kNone, "ad_impression", Touch::kReached, "display"},
                                {EventType::kNone, "ad_click", Touch::kClicked, "display"},
                                {EventType::kNone, "social_impression", Touch::kReached, "social"},
                                {EventType::kNone, "social_click", Touch::kClicked, "social"}};

const KnownType* known_type(const Event& event) {
  const auto* const found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const KnownType& known) {
        return known.custom.empty() ? event.type == known.type
                                    : is_custom(event.type) && event.custom_type == known.custom;
      });
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace

std::string small_letters(std::string_view text) {
  std::string small(text);
  absl::AsciiStrToLower(&small);
  return small;
}

std::string_view name_of(MediaKind kind) {
  return kKindNames[static_cast<size_t>(kind)];
}

std::optional<MediaKind> parse_media_kind(std::string_view name) {
  const auto* const found = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<MediaKind>(found - kKindNames.begin());
}

Channel direct_channel() {
  return {"(direct)", "(none)", {}, {}};
}

MediaKind kind_of(const Channel& channel, const ChannelConfig& config) {
  if (const auto said = config.media.find(channel.medium); said != config.media.end()) {
    return said->second;
  }
  const auto* const known =
      std::find_if(std::begin(kMedia), std::end(kMedia),
                   [&](const KnownMedium& medium) { return medium.medium == channel.medium; });
  return known == std::end(kMedia) ? MediaKind::kOther : known->kind;
}

TouchOf touch_of(const Event& event) {
  const KnownType* const known = known_type(event);
  const bool by_visitor = done_by_visitor(event.type) && event.type != EventType::kRefund;
  if (known == nullptr && !by_visitor) return {};
  TouchOf found;
  found.touch = known != nullptr ? known->touch : Touch::kVisited;
  Channel& channel = found.channel;
  channel.source = small_letters(event.campaign_source);
  channel.medium = small_letters(event.campaign_medium);
  channel.campaign = event.campaign_name;
  channel.influencer = prop(event, "influencer");
  const bool is_said = channel != Channel{};
  if (channel.medium.empty() && !channel.influencer.empty()) channel.medium = "influencer";
  if (known != nullptr) {
    if (channel.medium.empty()) channel.medium = known->medium;
    if (channel.source.empty()) channel.source = small_letters(event.channel);
    if (channel.source.empty()) channel.source = known->medium;
    return found;
  }
  if (is_said) return found;
  const std::string from = event.type == EventType::kPageView ? host_of(event.referrer) : "";
  const std::string here = host_of(event.url);
  if (from.empty() || here.empty() || is_within(from, here) || is_within(here, from)) return {};
  channel.medium = medium_of_referrer(from);
  channel.source = from;
  return found;
}

bool collects_email(const Event& event) {
  switch (event.type) {
    case EventType::kSignUp: return true;
    case EventType::kSubscribe: return event.channel.empty() || event.channel == "email";
    case EventType::kIdentify: return !prop(event, "email").empty();
    default: return false;
  }
}

}  // namespace rekindle::io
