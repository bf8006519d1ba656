#include "io/handover/email.h"

#include <algorithm>

#include "io/handover/letters.h"

namespace rekindle::io {
namespace {

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(static_cast<unsigned char>(c));
}

// RFC 5321's dot-string, which is what mail services hand out; no quoted or bracketed forms.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  for (const char c : text) {
    if (!is_alnum(c) &&
        std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_domain(std::string_view text) {
  if (text.size() > 253 || text.find('.') == std::string_view::npos) return false;
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    for (const char c : label) {
      if (!is_alnum(c) && c != '-') return false;
    }
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

OrRefusal<std::string> email_address(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return Refusal::kAbsent;
  if (!is_ascii(text)) return Refusal::kEmailNotAscii;
  std::string address = ascii_lower(text);
  const std::string_view view = address;
  const size_t at = view.find('@');
  if (at == std::string_view::npos || !is_local_part(view.substr(0, at)) ||
      !is_domain(view.substr(at + 1))) {
    return Refusal::kEmailMalformed;
  }
  return address;
}

OrRefusal<std::string> gmail_address(const std::string& address, GmailRule rule) {
  const size_t at = address.find('@');
  const std::string_view domain = std::string_view(address).substr(at);
  if (rule == GmailRule::kKeep || (domain != "@gmail.com" && domain != "@googlemail.com")) {
    return address;
  }
  std::string local = address.substr(0, at);
  if (rule == GmailRule::kDropDotsAndSuffix) local.resize(std::min(local.find('+'), local.size()));
  std::erase(local, '.');
  if (local.empty()) return Refusal::kEmailMalformed;
  return local.append(domain);
}

}  // namespace rekindle::io
