#include "operators/audience/fault.h"

#include <algorithm>

namespace rekindle::operators::audience {
namespace {

// Columns count characters, not bytes: UTF-8 continuation bytes do not count.
bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

uint32_t characters_in(std::string_view text) {
  return static_cast<uint32_t>(std::count_if(text.begin(), text.end(), starts_character));
}

void render_one(std::string& out, const Fault& fault, std::string_view source,
                const Origin& origin) {
  const size_t at = std::min<size_t>(fault.where.begin, source.size());
  const size_t previous_end = at == 0 ? std::string_view::npos : source.rfind('\n', at - 1);
  const size_t line_begin = previous_end == std::string_view::npos ? 0 : previous_end + 1;
  const size_t line_end = std::min(source.find('\n', at), source.size());
  const std::string_view before = source.substr(line_begin, at - line_begin);
  const auto line = static_cast<uint32_t>(
      std::count(source.begin(), source.begin() + static_cast<long>(at), '\n'));
  const uint32_t margin = line == 0 ? origin.column - 1 : origin.indent;
  out.append(origin.file).append(":").append(std::to_string(origin.line + line));
  out.append(":").append(std::to_string(margin + characters_in(before) + 1));
  out.append(": error: ").append(fault.message).append("\n  ");
  out.append(source.substr(line_begin, line_end - line_begin)).append("\n  ");
  for (const char c : before) {
    if (starts_character(c)) out.push_back(c == '\t' ? '\t' : ' ');
  }
  const size_t end = std::clamp<size_t>(fault.where.end, at, line_end);
  const uint32_t width = characters_in(source.substr(at, end - at));
  out.push_back('^');
  if (width > 1) out.append(width - 1, '~');
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

void Faults::add(Span where, std::string message) {
  if (x_faults.size() < kFaultsMax) x_faults.push_back({where, std::move(message)});
}

std::string Faults::render(std::string_view source, const Origin& origin) const {
  std::vector<Fault> sorted = x_faults;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Fault& a, const Fault& b) { return a.where.begin < b.where.begin; });
  std::string out;
  for (const Fault& fault : sorted) {
    if (!out.empty()) out.push_back('\n');
    render_one(out, fault, source, origin);
  }
  return out;
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr size_t kWordBytesMax = 64;
  if (word.size() > kWordBytesMax) return {};
  std::string_view best;
  size_t best_distance = (word.size() < 4 ? 1 : std::max<size_t>(2, word.size() / 3)) + 1;
  for (const std::string_view candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view best = closest(word, candidates);
  return best.empty() ? std::string() : ", did you mean '" + std::string(best) + "'?";
}

}  // namespace rekindle::operators::audience
