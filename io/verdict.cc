#include "io/verdict.h"

namespace rekindle::io {

void append_verdict(JsonObject& object, const Submission& submission) {
  const uint32_t refused = submission.duplicates + submission.collisions;
  object.number("accepted", static_cast<uint64_t>(submission.accepted - refused));
  object.number("duplicates", static_cast<uint64_t>(submission.duplicates));
  if (submission.collisions > 0) {
    object.number("collisions", static_cast<uint64_t>(submission.collisions));
  }
  if (submission.without_consent > 0) {
    object.number("without_consent", static_cast<uint64_t>(submission.without_consent));
  }
  std::string& out = object.key("rejected");
  out.push_back('[');
  JsonList list(out);
  for (const Rejection& rejection : submission.rejections) {
    list.next();
    JsonObject entry(out);
    entry.number("index", static_cast<uint64_t>(rejection.index));
    entry.text("reason", name_of(rejection.code));
    if (!rejection.detail.empty()) entry.text("detail", rejection.detail);
    entry.close();
  }
  out.push_back(']');
  if (submission.rejected > submission.rejections.size()) {  // the list was cut
    object.number("rejected_total", static_cast<uint64_t>(submission.rejected));
  }
}

void append_verdicts(JsonObject& object, const Submission& submission) {
  std::string& out = object.key("events");
  out.push_back('[');
  JsonList list(out);
  for (const EventVerdict& verdict : submission.verdicts) {
    list.next();
    JsonObject entry(out);
    entry.number("index", static_cast<uint64_t>(verdict.index));
    if (verdict.kind == EventVerdict::Kind::kRejected) {
      entry.text("verdict", "rejected");
      entry.text("reason", name_of(verdict.code));
    } else if (verdict.kind == EventVerdict::Kind::kWithoutConsent) {
      entry.text("verdict", "without_consent");
    } else if (const Parcel::Refused* const refused = submission.refused_at(verdict)) {
      entry.text("verdict", refused->is_collision ? "collision" : "duplicate");
    } else {
      entry.text("verdict", "accepted");
    }
    if (verdict.is_bot) entry.boolean("bot", true);
    entry.close();
  }
  out.push_back(']');
}

void append_error(std::string& out, const Error& error) {
  JsonObject object(out);
  object.text("code", name_of(error.code));
  object.text("title", describe(error.code));
  if (!error.detail.empty()) object.text("detail", error.detail);
  object.close();
}

}  // namespace rekindle::io
