#include "cli/naive_explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/time_text.h"
#include "operators/audience/program.h"

namespace rekindle::cli {
namespace {

constexpr size_t kEventsShown = 8;

std::optional<Holds> engine_answer(const std::string& when, const Explained& explained) {
  std::vector<operators::audience::KnownAudience> known;
  for (const AudienceRule& rule : explained.rules.audiences) {
    known.push_back({rule.name, rule.id, rule.version});
  }
  const auto program = operators::audience::compile(when, {}, known);
  if (!program) return std::nullopt;
  return program->evaluate(explained.visitor, explained.site, explained.world.now);
}

// The parts between and, or and not.
void collect_parts(const naive::Tree& tree, std::vector<const naive::Tree*>& parts) {
  const bool joins = tree.form == naive::Form::kAnd || tree.form == naive::Form::kOr ||
                     tree.form == naive::Form::kNot;
  if (!joins) {
    parts.push_back(&tree);
    return;
  }
  for (const naive::Tree& part : tree.parts) collect_parts(part, parts);
}

std::string_view word_of(bool value) {
  return value ? "true" : "false";
}

}  // namespace

std::string text_of(EventTime at) {
  char buffer[32];
  return std::string(format_time(at.ms, buffer));
}

bool is_exact(const Explained& explained) {
  const auto answer = engine_answer(explained.audience.rule.when, explained);
  return !answer || answer->exact;
}

std::string explanation(const Explained& explained) {
  const naive::World& world = explained.world;
  std::string text = fmt::format("  {}\n", explained.audience.rule.when);
  if (explained.membership != nullptr) {
    text += fmt::format("  in the store: inside since {}\n", text_of(explained.membership->since));
  }
  const auto whole = engine_answer(explained.audience.rule.when, explained);
  if (whole) text += fmt::format("  the engine, asked again: {}\n", word_of(whole->value));
  std::vector<const naive::Tree*> parts;
  collect_parts(explained.audience.tree, parts);
  text += "  engine   recount  part\n";
  for (const naive::Tree* part : parts) {
    const auto engine = engine_answer(part->source, explained);
    text += fmt::format("  {:<8} {:<8} {}", engine ? word_of(engine->value) : "?",
                        word_of(naive::holds(*part, world)), part->source);
    if (part->form == naive::Form::kCompare) {
      text += fmt::format("   (recount: {} and {})", naive::shown(part->parts[0], world),
                          naive::shown(part->parts[1], world));
    }
    text += '\n';
  }
  text += fmt::format("  {} events count; the newest:\n", world.events.size());
  const size_t skipped = world.events.size() - std::min(world.events.size(), kEventsShown);
  for (size_t i = world.events.size(); i-- > skipped;) {
    const naive::PlainEvent& event = world.events[i];
    text += fmt::format("    {} {}\n", text_of(event.at), name_of(event.type));
  }
  text.pop_back();
  return text;
}

}  // namespace rekindle::cli
