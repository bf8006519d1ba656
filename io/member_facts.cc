#include "io/member_facts.h"

#include "core/voice.h"

namespace rekindle::io {
namespace {

using Name = std::string_view;

constexpr Name kUserId[] = {"user_id", "userId", "customer_id", "customerId"};
constexpr Name kEmail[] = {"email", "email_address", "emailAddress", "sha256_email_address"};
constexpr Name kPhone[] = {"phone", "phone_number", "phoneNumber", "mobile", "sha256_phone_number"};
constexpr Name kFirstName[] = {"first_name", "firstName", "firstname", "given_name", "givenName"};
constexpr Name kLastName[] = {"last_name",   "lastName",   "lastname",
                              "family_name", "familyName", "surname"};
constexpr Name kGender[] = {"gender", "sex"};
constexpr Name kBirthDate[] = {"birthday",  "birth_date",    "birthDate",
                               "birthdate", "date_of_birth", "dateOfBirth"};
constexpr Name kCity[] = {"city", "town"};
constexpr Name kState[] = {"state", "region", "province"};
constexpr Name kZip[] = {"zip", "zip_code", "zipCode", "postal_code", "postalCode", "postcode"};
constexpr Name kCountry[] = {"country", "country_code", "countryCode"};
constexpr Name kMobileId[] = {"mobile_ad_id",  "mobileAdId", "advertising_id",
                              "advertisingId", "idfa",       "gaid"};

constexpr TraitNames kTraitNames[] = {
    {&MemberFacts::user_id, kUserId},       {&MemberFacts::email, kEmail},
    {&MemberFacts::phone, kPhone},          {&MemberFacts::first_name, kFirstName},
    {&MemberFacts::last_name, kLastName},   {&MemberFacts::gender, kGender},
    {&MemberFacts::birth_date, kBirthDate}, {&MemberFacts::city, kCity},
    {&MemberFacts::state, kState},          {&MemberFacts::zip, kZip},
    {&MemberFacts::country, kCountry},      {&MemberFacts::mobile_id, kMobileId}};

// Who was never asked is the site's choice.
bool allows(const AdUse& use, const Site& site) {
  return use.answer == Answer::kNone ? !site.consent_required : use.answer == Answer::kGranted;
}
bool has_allowed(const AdUse& use, const Site& site) {
  return use.ever_granted || !site.consent_required;
}

// Of the traits with these names, the one that changed last; null: none.
const Trait* newest_of(const Profile& profile, std::span<const std::string_view> names) {
  const Trait* newest = nullptr;
  for (const std::string_view name : names) {
    const Trait* const trait = profile.trait(name);
    if (trait != nullptr && (newest == nullptr || trait->at > newest->at)) newest = trait;
  }
  return newest;
}

}  // namespace

std::span<const TraitNames> trait_names() {
  return kTraitNames;
}

bool may_share(const Visitor& visitor, const Site& site) {
  return allows(ad_consent_of(visitor).share, site);
}

bool has_field(const Visitor& visitor, std::string MemberFacts::*field) {
  if (visitor.profile == nullptr) return false;
  for (const TraitNames& wanted : kTraitNames) {
    if (wanted.field != field) continue;
    const Trait* const newest = newest_of(*visitor.profile, wanted.names);
    return newest != nullptr && !newest->value.empty();
  }
  return false;
}

MemberFacts facts_of(const Visitor& visitor, const Site& site) {
  MemberFacts facts;
  facts.visitor = visitor.name;
  const Profile* const profile = visitor.profile.get();
  const AdConsent consent = ad_consent_of(visitor);
  facts.may_share = allows(consent.share, site);
  facts.may_personalise = allows(consent.personalise, site);
  facts.may_be_listed = has_allowed(consent.share, site) && has_allowed(consent.personalise, site);
  if (visitor.lifetime.orders > 0) {
    facts.revenue = Money{visitor.lifetime.revenue(), site.currency};
  }
  if (profile == nullptr) return facts;
  for (const TraitNames& wanted : kTraitNames) {
    const Trait* const newest = newest_of(*profile, wanted.names);
    if (newest != nullptr) facts.*wanted.field = newest->value;
  }
  return facts;
}

Person person_of(const MemberFacts& facts, const Site& site) {
  Person person;
  person.external_id = facts.visitor;
  person.user_id = facts.user_id;
  person.email = facts.email;
  person.phone = facts.phone;
  person.calling_code = site.calling_code;
  person.first_name = facts.first_name;
  person.last_name = facts.last_name;
  person.gender = facts.gender;
  person.birth_date = facts.birth_date;
  person.city = facts.city;
  person.state = facts.state;
  person.zip = facts.zip;
  person.country = facts.country;
  person.mobile_id = facts.mobile_id;
  person.value = facts.revenue;
  person.may_share = facts.may_share;
  person.may_personalise = facts.may_personalise;
  person.may_be_listed = facts.may_be_listed;
  return person;
}

}  // namespace rekindle::io
