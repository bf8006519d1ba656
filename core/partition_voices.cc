// Who speaks for a person, in the partition of each of their visitors (core/voice.h).
//
// A look at a person changes nobody: the visitor who is to speak and copies of the others are
// joined into the one visitor who did everything (core/joined_visitor.h), and the operators in
// force look at that one. What comes of it, if it is anything new, is a record: it says the
// audiences, so a replay asks nobody.
#include <algorithm>

#include "core/assert.h"
#include "core/joined_visitor.h"
#include "core/limits.h"
#include "core/partition.h"

namespace rekindle {
namespace {

// Where the person's membership changes are gathered.
class Steps final : public EffectSink {
 public:
  explicit Steps(std::vector<VoiceStep>& steps) : x_steps(steps) {}
  void add_change(const Change& change, VisitorNumber) override {
    if (change.reason == ChangeReason::kConsent) return;
    x_steps.push_back({{change.audience, change.definition_version},
                       change.entered,
                       change.reason == ChangeReason::kDeadline,
                       change.at,
                       change.at});
  }
  void add_session(const ClosedSession&) override {}

 private:
  std::vector<VoiceStep>& x_steps;
};

// By what the feed was told last, whatever who speaks has answered since.
Answer told_answer(const Visitor& visitor) {
  const bool speaks = kind_of(visitor.voice.get()) == VoiceKind::kSpeaks;
  return (speaks ? visitor.voice->consent : ad_consent(visitor.profile.get())).answer();
}

}  // namespace

// --- looking

Result<std::optional<VoiceChange>> Partition::judge(const VoiceLook& look, EventTime now) {
  RK_ASSERT(now >= x_state.clock);
  auto found = find(look.visitor);
  if (!found) return found.error();
  if (*found == nullptr) return std::optional<VoiceChange>();
  const Visitor& visitor = (*found)->visitor;
  const Site* const site = x_env.sites.find(visitor.site);
  const VoiceKind is = kind_of(visitor.voice.get());
  if (site == nullptr || (look.wanted == is && is != VoiceKind::kSpeaks)) {
    return std::optional<VoiceChange>();
  }
  if (look.wanted != VoiceKind::kSpeaks) {
    return std::optional(VoiceChange{look.visitor, look.wanted, {}, {}});
  }
  VoiceChange change = judge_person(visitor, *site, look.others, now);
  if (is == VoiceKind::kSpeaks) {
    // What is due too early costs a look that finds nothing; to put it off costs a record.
    const Voice& before = *visitor.voice;
    const bool is_early = before.due > now && before.due <= change.voice.due;
    if (is_early) change.voice.due = before.due;
    if (change.steps.empty() && change.voice == before) return std::optional<VoiceChange>();
  }
  return std::optional(std::move(change));
}

// Where only time passed since the person was due, it is played in the order of its instants, so
// that each change carries its own. Otherwise they are seen as they are now.
VoiceChange Partition::judge_person(const Visitor& visitor, const Site& site,
                                    std::span<const Visitor> others, EventTime now) const {
  std::vector<const Visitor*> parts{&visitor};
  for (const Visitor& other : others) {
    if (other.site == visitor.site) parts.push_back(&other);
  }
  Visitor whole = join_visitors(parts).visitor;
  whole.session = {};  // each has their own
  whole.memberships = {};
  for (const Membership& membership : visitor.memberships) {  // those of the others are quiet
    if (is_current(membership.of())) whole.memberships.push_back(membership);
  }
  VoiceChange change{visitor.key, VoiceKind::kSpeaks, {}, {}};
  Steps steps(change.steps);
  EventTime at = visitor.voice == nullptr ? EventTime::never() : visitor.voice->due;
  for (size_t n = 0; at < now && whole.last_seen <= at && n < limits::kForecastStepsMax; ++n) {
    look_as_one(whole, site, at, ChangeReason::kDeadline, steps);
    at = whole.deadline;
  }
  look_as_one(whole, site, now, ChangeReason::kPerson, steps);
  for (VoiceStep& step : change.steps) {
    const Membership* const membership = whole.membership(step.audience);
    if (step.entered && membership != nullptr) step.since = membership->since;
  }
  change.voice.speaks = true;
  change.voice.due = whole.deadline;
  // Boundaries move past persons whom no ranking has: those are looked at again in time.
  if (!x_needs.cuts.empty() || x_needs.model) {
    change.voice.due = std::min(change.voice.due, now + milliseconds(limits::kVoiceRankMs));
  }
  change.voice.consent = ad_consent(whole.profile.get());
  return change;
}

// --- saying

Result<void> Partition::change_voice(const VoiceChange& change) {
  ByteWriter writer(x_record);
  append_voice_change(change, writer);
  auto found = find(change.visitor);
  if (!found) return found.error();
  if (*found == nullptr) return {};  // erased since, and the log is being cleared of them
  CachedVisitor& cached = **found;
  Visitor& visitor = cached.visitor;
  const Site* const site = x_env.sites.find(visitor.site);
  if (site == nullptr) return {};
  touch(cached);
  const Answer before = told_answer(visitor);
  if (change.kind == VoiceKind::kAlone) fire_visitor(cached, x_state.clock);
  std::unique_ptr<Voice> voice;
  if (change.kind != VoiceKind::kAlone) voice = std::make_unique<Voice>(change.voice);
  set_voice(visitor, std::move(voice));
  Context context(visitor, *site, x_state.clock, ChangeReason::kPerson, EventType::kNone, *this,
                  x_insights.find(visitor.site));
  if (change.kind == VoiceKind::kQuiet) {
    drop_past_memberships(visitor);
    while (!visitor.memberships.empty()) {
      context.set_member(visitor.memberships[visitor.memberships.size() - 1].of(), false);
    }
  }
  const Answer after = told_answer(visitor);
  if (before != after) context.consent_changed(after == Answer::kGranted);
  if (change.kind == VoiceKind::kAlone) {
    for (const auto& op : *x_operators) op->on_deadline(context);
  }
  if (change.kind == VoiceKind::kSpeaks) take_steps(cached, *site, change);
  rearm(cached);
  return {};
}

void Partition::take_steps(CachedVisitor& cached, const Site& site, const VoiceChange& change) {
  Visitor& visitor = cached.visitor;
  for (const VoiceStep& step : change.steps) {
    Context context(visitor, site, step.at,
                    step.by_time ? ChangeReason::kDeadline : ChangeReason::kPerson,
                    EventType::kNone, *this, x_insights.find(visitor.site));
    context.set_member(step.audience, step.entered, step.since);
  }
  visitor.deadline = std::min(visitor.deadline, change.voice.due);
}

void Partition::set_voice(Visitor& visitor, std::unique_ptr<Voice> voice) {
  const bool had_one = visitor.voice != nullptr;
  visitor.voice = std::move(voice);
  if (had_one == (visitor.voice != nullptr)) return;
  if (had_one) {
    x_voices.numbers.remove(visitor.number);
  } else {
    x_voices.numbers.add(visitor.number);
  }
  x_voices.checksum.toggle(visitor.key);
  x_voices.changed = true;
}

Result<void> Partition::replay_voices(std::string_view content) {
  ByteReader reader(content);
  VoiceChange change;
  while (!reader.at_end()) {
    if (!read_voice_change(reader, change)) {
      return Error{ErrorCode::kCorruptRecord, "a logged voice"};
    }
    if (auto changed = change_voice(change); !changed) return changed;
  }
  return {};
}

// --- telling who looks

void Partition::hand_over_touched(std::vector<VisitorKey>& touched,
                                  std::vector<VisitorKey>& fresh) {
  touched.insert(touched.end(), x_touched.begin(), x_touched.end());
  fresh.insert(fresh.end(), x_newcomers.begin(), x_newcomers.end());
  x_touched.clear();
  x_newcomers.clear();
}

Result<std::vector<VisitorKey>> Partition::voiced(VisitorNumber& from, size_t most) {
  std::vector<VisitorNumber> numbers;
  auto number = x_voices.numbers.begin();
  number.equalorlarger(from);
  for (; number != x_voices.numbers.end() && numbers.size() < most; ++number) {
    numbers.push_back(*number);
  }
  std::vector<VisitorKey> keys;
  if (numbers.empty()) return keys;
  from = numbers.back() + 1;
  const auto named = names_of(numbers);
  if (!named) return named.error();
  for (const NamedVisitor& visitor : *named) {
    keys.push_back(visitor_key(visitor.site, visitor.name));
  }
  return keys;
}

}  // namespace rekindle
