// Values of offers as text. Used by cli/offer_config and cli/offering_config.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rekindle::cli {

// "12.5%" → 1250 hundredths of a percent; nothing when it is none within 0 and 100 %.
[[nodiscard]] std::optional<uint32_t> parse_share(std::string_view text);
// "21:30" → minutes of the day.
[[nodiscard]] std::optional<int32_t> parse_minute(std::string_view text);
// "20", "-50": a change by so many percent, -100 to 1000. False, and `out` as it was, when it is
// none.
[[nodiscard]] bool parse_percent(std::string_view text, double& out);

}  // namespace rekindle::cli
