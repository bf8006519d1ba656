// Any bytes as the fields of members: every format writes JSON, counts everyone once, and no e-mail
// address or phone number is in a body in the clear.
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "io/handover/google_data_manager_format.h"
#include "io/handover/google_format.h"
#include "io/handover/handover_page.h"
#include "io/handover/meta_format.h"
#include "io/handover/normalise.h"

namespace {

using namespace rekindle;
using namespace rekindle::io;

// Fields are lines, empty where the input ends; the first byte is the flags.
class Lines {
 public:
  explicit Lines(std::string_view text) : x_text(text) {}
  bool more() const { return !x_text.empty(); }
  uint8_t byte() {
    if (x_text.empty()) return 0;
    const auto first = static_cast<uint8_t>(x_text.front());
    x_text.remove_prefix(1);
    return first;
  }
  std::string_view next() {
    const std::string_view line = x_text.substr(0, x_text.find('\n'));
    x_text.remove_prefix(std::min(line.size() + 1, x_text.size()));
    return line;
  }

 private:
  std::string_view x_text;
};

struct Entry {
  Person person;
  HandoverAction action;
};

Entry read_entry(Lines& lines) {
  const uint8_t flags = lines.byte();
  Entry entry{{}, (flags & 1) != 0 ? HandoverAction::kRemove : HandoverAction::kAdd};
  Person& person = entry.person;
  person.may_share = (flags & 2) == 0;
  person.may_personalise = (flags & 4) == 0;
  person.limited_data_use = (flags & 8) != 0;
  if ((flags & 16) != 0) {
    person.value = Money{static_cast<int64_t>(flags) * 1'000'003 - 99, Currency()};
  }
  for (std::string_view* field :
       {&person.external_id, &person.email, &person.phone, &person.calling_code, &person.user_id,
        &person.first_name, &person.last_name, &person.gender, &person.birth_date, &person.city,
        &person.state, &person.zip, &person.country, &person.mobile_id}) {
    *field = lines.next();
  }
  return entry;
}

void check(bool holds) {
  if (!holds) std::abort();
}

void check_format(const HandoverFormat& format, const std::vector<Entry>& entries) {
  HandoverPage page(format);
  for (const Entry& entry : entries) page.add(entry.person, entry.action);
  std::string text;
  JsonObject envelope(text);
  page.finish(envelope);
  envelope.close();

  simdjson::dom::parser parser;
  simdjson::dom::element root;
  check(parser.parse(text).get(root) == simdjson::SUCCESS);
  const size_t matched = root["matched"].get_uint64().value();
  const size_t unmatched = root["unmatched"].get_array().value().size();
  check(matched + unmatched == entries.size());
  uint64_t rows = 0;
  std::string bodies;
  for (const simdjson::dom::element request : root["requests"]) {
    rows += request["entries"].get_uint64().value();
    bodies += simdjson::minify(request["body"].value());
  }
  check(rows == matched);
  check(bodies.find('@') == std::string::npos);
  for (const Entry& entry : entries) {
    const Normalised phone = google_phone(entry.person.phone, entry.person.calling_code);
    if (phone && !phone->hashed) check(bodies.find(phone->text) == std::string::npos);
  }
}

// Two persons' fields may hold each other's numbers, which no rule can see; so one at a time.
void check_entry(const Entry& entry) {
  static const MetaFormat meta = MetaFormat::make({.add_session = MetaSession{.id = 1},
                                                   .values = true,
                                                   .limited_data_use = true,
                                                   .knows_external_ids = true})
                                     .value();
  check_format(meta, {entry});
  for (const GoogleKind kind : {GoogleKind::kContact, GoogleKind::kUserId, GoogleKind::kMobileId}) {
    check_format(GoogleFormat::make({.kind = kind}).value(), {entry});
    check_format(GoogleDataManagerFormat::make(
                     {.destinations = {{.account = "1", .audience = "2"}}, .kind = kind})
                     .value(),
                 {entry});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Lines lines({reinterpret_cast<const char*>(data), size});
  for (int persons = 0; persons < 8 && lines.more(); ++persons) check_entry(read_entry(lines));
  return 0;
}
