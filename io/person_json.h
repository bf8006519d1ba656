// Persons and the journal of identity as JSON. Pure functions.
#pragma once

#include <string>

#include "core/identity_format.h"
#include "core/person.h"
#include "core/site.h"

namespace rekindle::io {

// A list of the person's ids, each with since when, and of what is no visitor, which
// visitors claim it. Values are kept as hashes; only visitors have names.
void append_ids(std::string& out, const Person& person);
// Each with the decision that made it.
void append_links(std::string& out, const Person& person);
void append_decision(std::string& out, const IdentityDecision& decision, const Sites& sites);

}  // namespace rekindle::io
