// Reads the arguments of terms that are not expressions: event types, fields, steps, names. Called
// by the parser; never on the event path.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/sequence.h"
#include "core/window.h"
#include "operators/audience/known_audience.h"
#include "operators/audience/term.h"
#include "operators/audience/token_reader.h"

namespace rekindle::operators::audience {

// Each reports what is wrong and gives false.
[[nodiscard]] bool read_event_type(TokenReader& tokens, TypeSelector& types);
[[nodiscard]] bool read_amount_field(TokenReader& tokens, AmountField& field);
[[nodiscard]] bool read_distinct_field(TokenReader& tokens, DistinctField& field);
// `view_item` or `view_item[category == "shoes"]`, appended.
[[nodiscard]] bool read_step(TokenReader& tokens, std::vector<Step>& steps);
// Two or more of them, to the comma before `within`.
[[nodiscard]] bool read_steps(TokenReader& tokens, std::vector<Step>& steps);
// A word the grammar demands; `example` is shown when it is missing.
[[nodiscard]] bool read_keyword(TokenReader& tokens, std::string_view word,
                                std::string_view example);
// "an id" or any_offer: the type and filter of its exposures.
[[nodiscard]] bool read_offer(TokenReader& tokens, Arguments& arguments);
[[nodiscard]] bool read_string(TokenReader& tokens, std::string& text);
[[nodiscard]] bool read_purpose(TokenReader& tokens, std::string& purpose);
[[nodiscard]] bool read_audience(TokenReader& tokens, std::span<const KnownAudience> known,
                                 std::optional<AudienceVersion>& audience);
// The name of a term that customers can be ranked by.
[[nodiscard]] bool read_ranked(TokenReader& tokens, RankMetric& metric);
// Above 0 % up to 100 %, in parts of kRankShareOne.
[[nodiscard]] bool read_percent(TokenReader& tokens, uint32_t& share);
[[nodiscard]] bool read_cohort_type(TokenReader& tokens, TypeSelector& types);

}  // namespace rekindle::operators::audience
