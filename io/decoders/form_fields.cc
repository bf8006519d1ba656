#include "io/decoders/form_fields.h"

#include <algorithm>

#include "core/limits.h"
#include "io/request.h"

namespace rekindle::io {
namespace {

// The name in a part's Content-Disposition.
std::string_view part_name(std::string_view head) {
  constexpr std::string_view kMark = " name=\"";
  const size_t at = head.find(kMark);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + kMark.size());
  return head.substr(0, head.find('"'));
}

}  // namespace

std::string_view form_text(std::string_view text, TextArena& arena) {
  if (text.find_first_of("%+") == std::string_view::npos) return text;
  char* const out = arena.room(text.size());
  size_t size = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    if (c == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        c = static_cast<char>(high * 16 + low);
        i += 2;
      }
    }
    out[size++] = c;
  }
  arena.shrink(text.size(), size);
  return {out, size};
}

Result<void> FormFields::add(std::string_view text, TextArena& arena) {
  return text.starts_with("--") ? add_parts(text) : add_pairs(text, arena);
}

Result<void> FormFields::add_field(FormField field) {
  if (x_fields.size() >= limits::kFormFieldsMax) {
    return Error{ErrorCode::kBodyTooLarge, "too many fields"};
  }
  x_fields.push_back(field);
  return {};
}

Result<void> FormFields::add_pairs(std::string_view text, TextArena& arena) {
  while (!text.empty()) {
    std::string_view value = take_until(text, '&');
    if (value.empty()) continue;
    const std::string_view name = take_until(value, '=');
    if (auto added = add_field({form_text(name, arena), form_text(value, arena)}); !added) {
      return added;
    }
  }
  return {};
}

// RFC 7578: the boundary is the first line, parts end before the next one.
Result<void> FormFields::add_parts(std::string_view text) {
  const std::string_view boundary = text.substr(0, std::min(text.find("\r\n"), text.size()));
  text.remove_prefix(boundary.size());
  while (text.starts_with("\r\n")) {
    text.remove_prefix(2);
    const size_t head_end = text.find("\r\n\r\n");
    if (head_end == std::string_view::npos) break;
    const std::string_view name = part_name(text.substr(0, head_end));
    text.remove_prefix(head_end + 4);
    size_t end = text.find(boundary);
    while (end != std::string_view::npos && (end < 2 || text.substr(end - 2, 2) != "\r\n")) {
      if (end == 0) break;  // an empty value right behind the head
      end = text.find(boundary, end + 1);
    }
    if (end == std::string_view::npos) break;
    const std::string_view value = text.substr(0, end < 2 ? 0 : end - 2);
    if (!name.empty()) {
      if (auto added = add_field({name, value}); !added) return added;
    }
    text.remove_prefix(end + boundary.size());
  }
  return {};
}

void FormFields::set(FormField field) {
  for (FormField& known : x_fields) {
    if (known.name == field.name) {
      known.value = field.value;
      return;
    }
  }
  x_fields.push_back(field);
}

std::string_view FormFields::operator[](std::string_view name) const {
  const auto found = std::find_if(x_fields.rbegin(), x_fields.rend(),
                                  [name](const FormField& field) { return field.name == name; });
  return found == x_fields.rend() ? std::string_view() : found->value;
}

bool FormFields::has(std::string_view name) const {
  return std::any_of(x_fields.begin(), x_fields.end(),
                     [name](const FormField& field) { return field.name == name; });
}

std::string_view take_until(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::string_view take_line(std::string_view& text) {
  std::string_view line = take_until(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace rekindle::io
