#include "io/handover/meta_format.h"

#include <algorithm>
#include <array>

#include "io/handover/normalise.h"

namespace rekindle::io {
namespace {

enum Column : size_t {
  kExternId,
  kEmail,
  kPhone,
  kDoby,
  kDobm,
  kDobd,
  kLn,
  kFn,
  kFi,
  kGen,
  kCt,
  kSt,
  kZip,
  kCountry,
  kMadid,
  kColumns,
};
constexpr std::string_view kSchema[kColumns] = {"EXTERN_ID", "EMAIL", "PHONE", "DOBY",    "DOBM",
                                                "DOBD",      "LN",    "FN",    "FI",      "GEN",
                                                "CT",        "ST",    "ZIP",   "COUNTRY", "MADID"};
using Row = std::array<std::string, kColumns>;

void take(std::string& cell, const Normalised& value, Refusals& refusals) {
  if (value) {
    cell = hash_of(*value);
  } else {
    refusals.add(value.error());
  }
}

void take(std::string& cell, OrRefusal<std::string> plain, Refusals& refusals) {
  if (plain) {
    cell = *std::move(plain);
  } else {
    refusals.add(plain.error());
  }
}

void take_birth_date(Row& row, const Person& person, Refusals& refusals) {
  const auto date = meta_birth_date(person.birth_date);
  if (!date) return refusals.add(date.error());
  row[kDoby] = hash_of({date->year});
  row[kDobm] = hash_of({date->month});
  row[kDobd] = hash_of({date->day});
}

void take_place(Row& row, const Person& person, Refusals& refusals) {
  const Normalised country = meta_country(person.country);
  take(row[kCountry], country, refusals);
  const std::string_view code = country && !country->hashed ? country->text : std::string_view();
  take(row[kCt], meta_city(person.city), refusals);
  take(row[kSt], meta_state(person.state, code), refusals);
  take(row[kZip], meta_zip(person.zip, code), refusals);
}

Row row_of(const Person& person, Refusals& refusals) {
  Row row;
  take(row[kExternId], own_id(person.external_id, person.phone, person.calling_code), refusals);
  take(row[kEmail], meta_email(person.email), refusals);
  take(row[kPhone], meta_phone(person.phone, person.calling_code), refusals);
  take_birth_date(row, person, refusals);
  take(row[kLn], person_name(person.last_name), refusals);
  const Normalised first_name = person_name(person.first_name);
  take(row[kFn], first_name, refusals);
  // A hashed first name has an initial nobody can see: no fault of the name's.
  if (first_name && !first_name->hashed) {
    take(row[kFi], meta_initial(first_name->text), refusals);
  }
  take(row[kGen], meta_gender(person.gender), refusals);
  take_place(row, person, refusals);
  take(row[kMadid], meta_mobile_id(person.mobile_id), refusals);
  return row;
}

// A name alone fits thousands; with a place or a birthday it can be matched.
bool is_findable(const Row& row) {
  const auto has = [&](Column column) { return !row[column].empty(); };
  if (has(kEmail) || has(kPhone) || has(kMadid)) return true;
  return has(kFn) && has(kLn) && (has(kZip) || has(kCt) || has(kDoby));
}

// A number with the site's decimals; losses are worth nothing. Unknown is "".
void append_value(std::string& out, const std::optional<Money>& value) {
  if (!value) {
    out.append("\"\"");
    return;
  }
  char text[32];
  out.append(format_minor(std::max<int64_t>(value->minor, 0), value->currency, text));
}

}  // namespace

Result<MetaFormat> MetaFormat::make(MetaOptions options) {
  const auto faulty = [](const std::optional<MetaSession>& session) {
    return session && (session->id == 0 || session->id > INT64_MAX || session->first_batch == 0);
  };
  if (options.audience.find_first_not_of("0123456789") != std::string::npos) {
    return Error{ErrorCode::kInvalidArgument, "Meta's audience is a number"};
  }
  if (faulty(options.add_session) || faulty(options.remove_session)) {
    return Error{ErrorCode::kInvalidArgument, "session and batch are numbers from 1"};
  }
  return MetaFormat(std::move(options));
}

HandoverCall MetaFormat::call(HandoverAction action) const {
  const std::string audience = x_options.audience.empty() ? "{AUDIENCE_ID}" : x_options.audience;
  return {action == HandoverAction::kAdd ? "POST" : "DELETE", audience + "/users"};
}

void MetaFormat::open_body(std::string& out, HandoverAction action) const {
  out.append(R"({"payload":{"schema":[)");
  JsonList list(out);
  for (const std::string_view column : kSchema) {
    list.next();
    append_json_string(out, column);
  }
  if (action == HandoverAction::kAdd) {
    if (x_options.values) out.append(R"(,"LOOKALIKE_VALUE")");
    if (x_options.limited_data_use) out.append(R"(,"DATA_PROCESSING_OPTIONS")");
  }
  out.append(R"(],"data":[)");
}

void MetaFormat::close_body(std::string& out, HandoverAction action, BodyPlace place) const {
  out.append("]}");
  const auto& session =
      action == HandoverAction::kAdd ? x_options.add_session : x_options.remove_session;
  if (session) {
    out.append(R"(,"session":)");
    JsonObject object(out);
    object.number("session_id", session->id);
    object.number("batch_seq", session->first_batch + place.index);
    object.boolean("last_batch_flag", session->last_page && place.last);
    object.number("estimated_num_total", session->estimated_total);
    object.close();
  }
  out.push_back('}');
}

size_t MetaFormat::append_row(std::string& out, const Person& person, HandoverAction action,
                              Refusals& refusals) const {
  const Row row = row_of(person, refusals);
  const bool by_id = action == HandoverAction::kRemove || x_options.knows_external_ids;
  if (!is_findable(row) && !(by_id && !row[kExternId].empty())) return 0;
  out.push_back('[');
  JsonList list(out);
  list.next();
  append_json_string(out, row[kExternId]);
  for (size_t column = kExternId + 1; column < kColumns; ++column) {
    list.next();
    out.append("\"").append(row[column]).append("\"");  // hex digits and dashes: none to escape
  }
  if (action == HandoverAction::kAdd) {
    if (x_options.values) append_value(out.append(","), person.value);
    if (x_options.limited_data_use) out.append(person.limited_data_use ? R"(,["LDU"])" : ",[]");
  }
  out.push_back(']');
  return 1;
}

}  // namespace rekindle::io
