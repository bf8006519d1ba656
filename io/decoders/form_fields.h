// Names and values of a query string, a form (application/x-www-form-urlencoded) or a multipart
// form, decoded, in the order they were sent. Of a repeated name the last one counts.
//
// For the decoders' sources. Thread: its owner's. Views point into what was read or the arena.
#pragma once

#include <string_view>
#include <vector>

#include "core/error.h"
#include "io/decoders/text_arena.h"

namespace rekindle::io {

struct FormField {
  std::string_view name;
  std::string_view value;
};

class FormFields {
 public:
  void clear() { x_fields.clear(); }
  // Adds what `text` holds. Errors: kBodyTooLarge (more than
  // limits::kFormFieldsMax).
  [[nodiscard]] Result<void> add(std::string_view text, TextArena& arena);

  // Adds one that is decoded already, in place of an earlier one of its name.
  void set(FormField field);

  [[nodiscard]] std::string_view operator[](std::string_view name) const;  // empty: absent
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<FormField>& all() const { return x_fields; }

 private:
  Result<void> add_pairs(std::string_view text, TextArena& arena);
  Result<void> add_parts(std::string_view text);
  Result<void> add_field(FormField field);

  std::vector<FormField> x_fields;
};

// %XX and '+' decoded; a '%' that starts no pair stays.
[[nodiscard]] std::string_view form_text(std::string_view text, TextArena& arena);
// Cuts `text` at the first `separator`; the rest stays in `text`.
[[nodiscard]] std::string_view take_until(std::string_view& text, char separator);
// Without a line's end; the next lines stay in `text`.
[[nodiscard]] std::string_view take_line(std::string_view& text);

}  // namespace rekindle::io
