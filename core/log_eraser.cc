#include "core/log_eraser.h"

#include <algorithm>

#include "core/claim.h"
#include "core/event_format.h"
#include "core/insights.h"
#include "core/log_format.h"
#include "core/voice_change.h"

namespace rekindle {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Without %41 and \/ and \": what the text says.
std::string unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 &&
        digit_of(text[i + 2]) >= 0) {
      plain.push_back(static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2])));
      i += 2;
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      plain.push_back(text[++i]);
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_word(std::string_view text, std::string_view name) {
  for (size_t at = 0; (at = text.find(name, at)) != std::string_view::npos; ++at) {
    const size_t end = at + name.size();
    const bool begins = at == 0 || !is_of_word(text[at - 1]) || !is_of_word(name.front());
    const bool ends = end == text.size() || !is_of_word(text[end]) || !is_of_word(name.back());
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace

bool names(std::string_view text, std::string_view name) {
  return has_word(text, name) || has_word(unescaped(text), name);
}

LogEraser::LogEraser(const std::vector<Erasure*>& erasures) {
  for (Erasure* const erasure : erasures) {
    if (!erasure->name.empty()) x_all.push_back(erasure);
    if (erasure->mark.known) x_by_key[erasure->mark.target.key].push_back(erasure);
  }
  for (auto& [key, list] : x_by_key) {
    std::sort(list.begin(), list.end(), [](const Erasure* a, const Erasure* b) {
      return a->mark.position < b->mark.position;
    });
  }
}

Erasure* LogEraser::of(PartitionId partition, VisitorKey key, uint64_t ErasureMark::*upto,
                       uint64_t place) const {
  const auto found = x_by_key.find(key);
  if (found == x_by_key.end()) return nullptr;
  for (Erasure* const erasure : found->second) {
    if (erasure->mark.partition == partition && place <= erasure->mark.*upto) return erasure;
  }
  return nullptr;
}

void LogEraser::rewrite_events(PartitionId partition, uint64_t position, std::string_view content,
                               std::string& out, bool& changed) const {
  while (!content.empty()) {
    const size_t size = event_record_size(content);
    if (size == 0) return out.append(content), void();  // whoever replays it will say so
    const std::string_view event = content.substr(0, size);
    content.remove_prefix(size);
    Erasure* const erasure = is_erased_event(event) ? nullptr
                                                    : of(partition, event_record_visitor(event),
                                                         &ErasureMark::position, position);
    if (erasure == nullptr) {
      out.append(event);
      continue;
    }
    append_erased_event(erasure->mark.target.number, event_record_at(event), out);
    ++erasure->receipt.counts.log_events;
    changed = true;
  }
}

// Nobody else needs what is said of them.
void LogEraser::rewrite_voices(PartitionId partition, uint64_t position, std::string_view content,
                               std::string& out, bool& changed) const {
  ByteReader reader(content);
  ByteWriter writer(out);
  VoiceChange change;
  while (!reader.at_end()) {
    const std::string_view rest = content.substr(content.size() - reader.left());
    if (!read_voice_change(reader, change)) return out.append(rest), void();
    if (of(partition, change.visitor, &ErasureMark::position, position) != nullptr) {
      changed = true;
    } else {
      append_voice_change(change, writer);
    }
  }
}

bool LogEraser::record(PartitionId partition, uint64_t position, std::string_view record,
                       std::string& out) {
  std::string_view content;
  auto header = read_record_header(record, content);
  if (!header) return false;
  bool changed = false;
  const auto stand_in = [&](VisitorKey& key) {
    const Erasure* const erasure = of(partition, key, &ErasureMark::position, position);
    if (erasure == nullptr) return;
    key = erasure->mark.target.stand_in;
    changed = true;
  };
  stand_in(header->fire.key);
  out.clear();
  append_record_header(*header, out);
  if (header->kind == RecordKind::kEvents) {
    rewrite_events(partition, position, content, out, changed);
    return changed;
  }
  if (header->kind == RecordKind::kVoices) {
    rewrite_voices(partition, position, content, out, changed);
    return changed;
  }
  auto insights = header->kind == RecordKind::kInsights
                      ? decode_insights(content)
                      : Result<std::vector<SiteInsights>>(std::vector<SiteInsights>());
  if (!insights || insights->empty()) {
    out.append(content);
    return changed;
  }
  for (SiteInsights& site : *insights) {
    for (RankBoundary& boundary : site.boundaries) {
      stand_in(boundary.position.key);
      stand_in(boundary.frontier.key);
    }
  }
  encode_insights(*insights, out);
  return changed;
}

template <typename Effect, typename Read, typename Append, typename Blank>
bool LogEraser::effects(PartitionId partition, uint64_t first, std::string_view value,
                        std::string& out, uint64_t ErasureMark::*upto,
                        uint64_t ErasedCounts::*count, Read read, Append append, Blank blank) {
  std::string_view content;
  const auto number = read_effects_header(value, content);
  if (!number) return false;
  bool changed = false;
  out.assign(value.data(), kEffectsHeaderBytes);
  ByteReader reader(content);
  ByteWriter writer(out);
  Effect effect;
  for (uint64_t seq = first; seq < first + *number; ++seq) {
    if (!read(reader, effect)) return false;
    if (Erasure* const erasure = of(partition, effect.visitor, upto, seq)) {
      blank(effect);
      ++(erasure->receipt.counts.*count);
      changed = true;
    }
    append(effect, writer);
  }
  return changed;
}

bool LogEraser::changes(PartitionId partition, uint64_t first, std::string_view value,
                        std::string& out) {
  return effects<Change>(partition, first, value, out, &ErasureMark::change,
                         &ErasedCounts::log_changes, read_change, append_change,
                         [](Change& change) {
                           change.visitor = {};
                           change.visitor_name = {};
                         });
}

bool LogEraser::sessions(PartitionId partition, uint64_t first, std::string_view value,
                         std::string& out) {
  return effects<ClosedSession>(partition, first, value, out, &ErasureMark::session,
                                &ErasedCounts::log_sessions, read_session, append_session,
                                [](ClosedSession& session) {
                                  const SiteId site = session.site;
                                  session = {};
                                  session.site = site;
                                });
}

bool LogEraser::claims(PartitionId partition, uint64_t first, std::string_view value,
                       std::string& out) {
  return effects<Claim>(partition, first, value, out, &ErasureMark::claim,
                        &ErasedCounts::log_claims, read_claim, append_claim, [](Claim& claim) {
                          claim.visitor = {};
                          claim.visitor_name = {};
                          claim.value = {};
                        });
}

bool LogEraser::drops(const QuarantineEntry& entry) {
  for (Erasure* const erasure : x_all) {
    if (!names(entry.raw, erasure->name) && !names(entry.detail, erasure->name)) continue;
    ++erasure->receipt.counts.quarantined;
    return true;
  }
  return false;
}

}  // namespace rekindle
