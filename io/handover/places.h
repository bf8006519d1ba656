// Which countries and US states there are. Used by io/handover/normalise. Pure functions, any
// thread.
#pragma once

#include <string_view>

namespace rekindle::io {

// `code`: two lower-case letters. ISO 3166-1 alpha-2 as assigned; "uk" is not ("gb" is).
[[nodiscard]] bool is_country(std::string_view code);

// "ca" for "ca" and "california"; empty when it is no US state, district or territory.
// `letters`: lower-case letters only, as in "newyork".
[[nodiscard]] std::string_view us_state(std::string_view letters);

}  // namespace rekindle::io
