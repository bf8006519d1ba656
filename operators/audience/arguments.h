// Reads the word arguments of terms: event types and fields. Called by the parser.
#pragma once

#include "core/window.h"
#include "operators/audience/token_reader.h"

namespace rekindle::operators::audience {

// Each reports what is wrong and gives false.
[[nodiscard]] bool read_event_type(TokenReader& tokens, TypeSelector& types);
[[nodiscard]] bool read_amount_field(TokenReader& tokens, AmountField& field);
[[nodiscard]] bool read_distinct_field(TokenReader& tokens, DistinctField& field);

}  // namespace rekindle::operators::audience
