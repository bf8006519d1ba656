// Brings what shops write down about people into the one form an ad platform compares hashes of:
// one function a field and platform. Called by the formats. Pure functions, any thread.
//
// Every function gives the normal form, or the reason there is none; blank input is kAbsent. All
// are idempotent (Meta's phones with their + put back). What comes in as the 64 hex digits of a
// SHA-256 goes out as `hashed`, in lower case, and is never hashed again: whoever hashed it must
// have normalised it for this platform. docs/handover.md tells the rules to users.
#pragma once

#include <string>
#include <string_view>

#include "io/handover/email.h"
#include "io/handover/refusal.h"

namespace rekindle::io {

struct Normal {
  std::string text;
  bool hashed = false;  // it came as a SHA-256
};
using Normalised = OrRefusal<Normal>;

// What the platform gets: the SHA-256 of the normal form, once.
[[nodiscard]] std::string hash_of(const Normal& value);

[[nodiscard]] Normalised meta_email(std::string_view text);
[[nodiscard]] Normalised google_email(std::string_view text, GmailRule rule);

// Meta: "16505551212". Google: "+16505551212". Their hashes differ.
[[nodiscard]] Normalised meta_phone(std::string_view text, std::string_view calling_code);
[[nodiscard]] Normalised google_phone(std::string_view text, std::string_view calling_code);

// Both platforms: lower case, no punctuation, one blank between words, every script kept.
[[nodiscard]] Normalised person_name(std::string_view text);
[[nodiscard]] Normalised meta_initial(std::string_view first_name);  // its first letter

[[nodiscard]] Normalised meta_gender(std::string_view text);  // "m" or "f"
[[nodiscard]] Normalised meta_city(std::string_view text);    // letters only
// `country`: a normal form of meta_country, or empty. In the US, and where the country is not
// known, names of US states become their two letters.
[[nodiscard]] Normalised meta_state(std::string_view text, std::string_view country);
[[nodiscard]] Normalised meta_zip(std::string_view text, std::string_view country);
[[nodiscard]] Normalised google_zip(std::string_view text, std::string_view country);  // plain
[[nodiscard]] Normalised meta_country(std::string_view text);                          // "de"
[[nodiscard]] Normalised google_country(std::string_view text);  // "DE", plain

struct BirthDate {
  std::string year, month, day;  // "1990", "02", "07"
};
[[nodiscard]] OrRefusal<BirthDate> meta_birth_date(std::string_view text);

// Ids go out unhashed. A mobile id is a UUID; Meta's in lower case, Google's as it came.
[[nodiscard]] OrRefusal<std::string> meta_mobile_id(std::string_view text);
[[nodiscard]] OrRefusal<std::string> google_mobile_id(std::string_view text);
// An id of the shop's own, byte for byte; refused when it is this person's e-mail address or phone,
// which would then leave the shop in the clear.
[[nodiscard]] OrRefusal<std::string> own_id(std::string_view text, std::string_view phone,
                                            std::string_view calling_code);

}  // namespace rekindle::io
