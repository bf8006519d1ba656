// What came of a submission, as JSON members: "accepted", "duplicates", "rejected" (with
// "rejected_total" when the list is cut). Every event is in exactly one of them, except those whose
// visitor's key belongs to another visitor: their place in the request is not known any more, so
// "collisions" counts them, when there are any.
#pragma once

#include "io/json_text.h"
#include "io/submission.h"

namespace rekindle::io {

void append_verdict(JsonObject& object, const Submission& submission);
// "events": what came of each, in order, when the intake listed that (Intake::list_verdicts).
void append_verdicts(JsonObject& object, const Submission& submission);
// {"code","title","detail"} for a frame or an event that failed.
void append_error(std::string& out, const Error& error);

}  // namespace rekindle::io
