// Members of an audience as the hand-over tests use them, and a page written to text.
#pragma once

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <utility>

#include "io/handover/handover_page.h"

namespace rekindle::io {

inline Person agreed(std::string_view external_id) {
  return Person{.external_id = external_id, .may_share = true, .may_personalise = true};
}

// Everything is known and needs normalising.
inline Person full_person() {
  Person person = agreed("visitor-1");
  person.user_id = "C-1001";
  person.email = " John_Smith@Gmail.com ";
  person.phone = "(650) 555-1212";
  person.calling_code = "1";
  person.first_name = "Zoë-Anne";
  person.last_name = "O'Brien";
  person.gender = "Female";
  person.birth_date = "1990-02-07";
  person.city = "St. John's";
  person.state = "California";
  person.zip = "94103-1234";
  person.country = "US";
  person.mobile_id = "AECE52E7-03EE-455A-B3C4-E57283966239";
  person.value = Money{123'45, Currency::parse("USD").value()};
  person.limited_data_use = true;
  return person;
}

// Only an e-mail address that came hashed, and a phone nobody can complete.
inline Person hashed_person() {
  Person person = agreed("visitor \"2\"");
  person.email = "62A14E44F765419D10FEA99367361A727C12365E2520F32218D505ED9AA0F62F";
  person.phone = "6505551212";
  return person;
}

inline Person hopeless_person() {
  Person person = agreed("visitor-3");
  person.email = "nobody";
  person.phone = "030 9018200";
  person.city = "Berlin";
  return person;
}

inline Person silent_person() {
  Person person = full_person();
  person.external_id = "visitor-4";
  person.may_personalise = false;
  return person;
}

using Entries = std::initializer_list<std::pair<Person, HandoverAction>>;

inline std::string envelope_of(HandoverPage& page) {
  std::string out;
  JsonObject envelope(out);
  page.finish(envelope);
  envelope.close();
  return out;
}

inline std::string page_of(const HandoverFormat& format, Entries entries) {
  HandoverPage page(format);
  for (const auto& [person, action] : entries) page.add(person, action);
  return envelope_of(page);
}

// The same members in every format's golden page.
inline std::string golden_page(const HandoverFormat& format) {
  Person leaver = full_person();
  leaver.external_id = "visitor-5";
  leaver.may_share = false;  // needs none to be taken off
  return page_of(format, {{full_person(), HandoverAction::kAdd},
                          {hopeless_person(), HandoverAction::kAdd},
                          {leaver, HandoverAction::kRemove},
                          {silent_person(), HandoverAction::kAdd},
                          {hashed_person(), HandoverAction::kAdd}});
}

inline std::string golden_file(const std::string& name) {
  std::ifstream file(RK_SOURCE_DIR "/tests/io/handover/golden/" + name);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace rekindle::io
