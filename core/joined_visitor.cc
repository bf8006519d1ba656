#include "core/joined_visitor.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <map>

#include "core/ad_consent.h"
#include "core/assert.h"
#include "core/joined_cart.h"
#include "core/limits.h"
#include "core/repeated_events.h"

namespace rekindle {
namespace {

using Parts = std::span<const Visitor* const>;

Lifetime join_totals(const std::vector<Lifetime>& all) {
  Lifetime sum;
  for (const Lifetime& totals : all) {
    sum.events += totals.events;
    sum.orders += totals.orders;
    sum.purchased = saturating_add(sum.purchased, totals.purchased);
    sum.refunded = saturating_add(sum.refunded, totals.refunded);
    sum.coupon_orders += totals.coupon_orders;
    sum.first_order = std::min(sum.first_order, totals.first_order);
    sum.last_order = std::max(sum.last_order, totals.last_order);
  }
  return sum;
}

// Those that are open, as one: no longer than one time of idleness lies between them.
Session join_sessions(Parts parts) {
  Session whole;
  for (const Visitor* const part : parts) {
    const Session& session = part->session;
    if (!session.open) continue;
    if (!whole.open) {
      whole = session;
      continue;
    }
    whole.start = std::min(whole.start, session.start);
    whole.last = std::max(whole.last, session.last);
    whole.events += session.events;
  }
  return whole;
}

void join_memberships(Parts parts, Visitor& whole) {
  std::map<AudienceVersion, EventTime> since;
  for (const Visitor* const part : parts) {
    for (const Membership& membership : part->memberships) {
      const auto [known, is_new] = since.emplace(membership.of(), membership.since);
      if (!is_new) known->second = std::min(known->second, membership.since);
    }
  }
  for (const auto& [of, at] : since) whole.memberships.push_back({of.id, of.version, at});
}

// --- what they told and allowed

void take_trait(const Trait& trait, std::map<std::string, Trait>& traits) {
  const auto [known, is_new] = traits.emplace(trait.name, trait);
  if (!is_new && trait.at >= known->second.at) known->second = trait;
}

void take_consent(const Consent& consent, std::map<std::string, Consent>& consents) {
  const auto [known, is_new] = consents.emplace(consent.purpose, consent);
  if (is_new) return;
  Consent& whole = known->second;
  const bool ever = whole.granted || whole.was_granted || consent.granted || consent.was_granted;
  if (whole.granted == consent.granted) {
    whole.at = std::max(whole.at, consent.at);
  } else if (!consent.granted) {
    whole = consent;
  }
  whole.was_granted = ever && !whole.granted && is_ad_purpose(whole.purpose);
}

void take_campaigns(const Profile& profile, Profile& whole) {
  const auto& first = profile.first_campaign;
  const auto& last = profile.last_campaign;
  if (first && (!whole.first_campaign || first->at < whole.first_campaign->at)) {
    whole.first_campaign = first;
  }
  if (last && (!whole.last_campaign || last->at >= whole.last_campaign->at)) {
    whole.last_campaign = last;
  }
}

// Over the bound those that changed longest ago leave, as of one visitor; never one that `stays`.
template <typename T, typename Stays>
void keep(std::map<std::string, T> all, size_t most, const Stays& stays, std::vector<T>& kept) {
  for (auto& [name, entry] : all) kept.push_back(std::move(entry));
  while (kept.size() > most) {
    kept.erase(std::min_element(kept.begin(), kept.end(), [&](const T& a, const T& b) {
      return stays(a) != stays(b) ? stays(b) : a.at < b.at;
    }));
  }
}

std::unique_ptr<Profile> join_profiles(Parts parts) {
  std::unique_ptr<Profile> whole;
  std::map<std::string, Trait> traits;
  std::map<std::string, Consent> consents;
  for (const Visitor* const part : parts) {
    if (part->profile == nullptr) continue;
    if (whole == nullptr) whole = std::make_unique<Profile>();
    for (const Trait& trait : part->profile->traits) take_trait(trait, traits);
    for (const Consent& consent : part->profile->consents) take_consent(consent, consents);
    take_campaigns(*part->profile, *whole);
  }
  if (whole == nullptr) return whole;
  keep(
      std::move(traits), limits::kTraitsMax, [](const Trait&) { return false; }, whole->traits);
  keep(
      std::move(consents), limits::kConsentsMax,
      [](const Consent& consent) { return is_ad_purpose(consent.purpose); }, whole->consents);
  return whole;
}

// --- what was offered to them

// Of two trials of one offer the earlier is theirs, as it would be of one visitor.
void take_trials(const OfferHistory& offers, OfferHistory& whole) {
  for (const Trial& trial : offers.trials) {
    const auto known =
        std::find_if(whole.trials.begin(), whole.trials.end(),
                     [&trial](const Trial& other) { return other.offer == trial.offer; });
    if (known == whole.trials.end()) {
      whole.trials.push_back(trial);
    } else if (trial.began < known->began) {
      *known = trial;
    }
  }
}

template <typename T, typename At>
void order_and_bound(std::vector<T>& list, size_t most, const At& at) {
  std::stable_sort(list.begin(), list.end(),
                   [&at](const T& a, const T& b) { return at(a) < at(b); });
  if (list.size() > most) {
    list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(most));
  }
}

std::unique_ptr<OfferHistory> join_offers(Parts parts) {
  std::unique_ptr<OfferHistory> whole;
  for (const Visitor* const part : parts) {
    if (part->offers == nullptr) continue;
    if (whole == nullptr) whole = std::make_unique<OfferHistory>();
    const OfferHistory& offers = *part->offers;
    whole->exposures.insert(whole->exposures.end(), offers.exposures.begin(),
                            offers.exposures.end());
    whole->lines.insert(whole->lines.end(), offers.lines.begin(), offers.lines.end());
    take_trials(offers, *whole);
  }
  if (whole == nullptr) return whole;
  order_and_bound(whole->exposures, limits::kExposuresMax,
                  [](const Exposure& exposure) { return exposure.decided_at; });
  order_and_bound(whole->trials, limits::kTrialsMax,
                  [](const Trial& trial) { return trial.began; });
  order_and_bound(whole->lines, limits::kSoldLinesMax,
                  [](const SoldLine& line) { return line.at; });
  return whole;
}

void join_orders(Parts parts, CompactVector<NameHash>& orders) {
  absl::flat_hash_set<NameHash> known;
  for (const Visitor* const part : parts) {
    for (const NameHash order : part->seen.orders) {
      if (known.insert(order).second) orders.push_back(order);
    }
  }
}

// What is left out may have been the first or the last that was seen.
void date(Visitor& whole) {
  EventTime first = EventTime::never();
  EventTime last = EventTime::before_all();
  bool goes_back = false;
  for (const Timeline::List& list : whole.timeline.lists()) {
    first = std::min(first, list.entries().front().at);
    last = std::max(last, list.entries().back().at);
    goes_back = goes_back || list.tiles() != nullptr;
  }
  if (!goes_back) whole.first_seen = first;
  whole.last_seen = last;
}

}  // namespace

JoinedVisitor join_visitors(Parts parts) {
  RK_ASSERT(!parts.empty());
  const RepeatedEvents repeated = repeated_events(parts);
  JoinedCart cart = join_carts(parts, repeated);
  JoinedVisitor joined;
  joined.exact = repeated.exact && cart.exact;
  Visitor& whole = joined.visitor;
  whole.key = parts.front()->key;
  whole.site = parts.front()->site;
  whole.number = parts.front()->number;
  whole.name = parts.front()->name;
  std::vector<const Timeline*> timelines;
  for (const Visitor* const part : parts) {
    whole.first_seen = std::min(whole.first_seen, part->first_seen);
    whole.last_seen = std::max(whole.last_seen, part->last_seen);
    timelines.push_back(&part->timeline);
  }
  whole.timeline = Timeline::joined(timelines, [&repeated](size_t part, EventType type, size_t i) {
    return repeated.left_out[part].count({type, i}) != 0;
  });
  if (repeated.any()) date(whole);
  join_orders(parts, whole.seen.orders);
  whole.lifetime = join_totals(repeated.totals);
  whole.cart = std::move(cart.cart);
  whole.session = join_sessions(parts);
  join_memberships(parts, whole);
  whole.profile = join_profiles(parts);
  whole.offers = join_offers(parts);
  return joined;
}

}  // namespace rekindle
