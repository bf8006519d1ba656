// A partition: a fixed slice of visitors with its own clock, log position, member sets and
// deadlines. Applies records to visitors; the same code serves live traffic and replay.
//
// Thread: its shard (or, while recovering, the one thread that recovers it).
// Invariants: state equals the log applied up to position(); effects are a function of the log.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <roaring/roaring.hh>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/customer_thread.h"
#include "core/deadlines.h"
#include "core/engine.h"
#include "core/erasure.h"
#include "core/operator.h"
#include "core/operators_cache.h"
#include "core/partition_format.h"
#include "core/rank_index.h"
#include "core/redefinition.h"
#include "core/set_checksum.h"
#include "core/tallies.h"
#include "core/visitor_cache.h"
#include "core/visitor_walk.h"
#include "core/voice_change.h"

namespace rekindle {

class Companions;

class Partition final : public EffectSink {
 public:
  struct Environment {
    StateStore& store;
    const Sites& sites;
    ShardCounters& counters;
    CustomerThread* customers = nullptr;     // null: nobody looks at all customers together
    const Companions* companions = nullptr;  // null: new visitors are not told of
  };

  Partition(PartitionId id, const Environment& environment);

  // --- recovery

  // Reads the checkpoint (rules and member sets too). `rules` stay empty when there is none.
  [[nodiscard]] Result<void> load();
  // Appends the visitors of a record's events, so that several records' can be read ahead at once.
  [[nodiscard]] static Result<void> visitors_of(std::string_view record,
                                                std::vector<VisitorKey>& keys);
  // Applies one record of the log; effects are dropped, since the log has them already.
  // REQUIRES: its visitors_of() were read ahead.
  [[nodiscard]] Result<void> replay(uint64_t position, std::string_view record,
                                    OperatorsCache& operators);
  // What the record replayed last caused, for comparing with the log. Views stay valid until the
  // next record.
  [[nodiscard]] const PartitionAppend& replayed() const { return x_replayed; }
  // Sets the operators of the rules in force; again after a recovery on another thread.
  [[nodiscard]] Result<void> use(OperatorsCache& operators);

  // --- one record of live traffic: begin, then apply each event, then finish

  // Picks the deadlines that fire with this record (at most `fires_max`) and fires them.
  [[nodiscard]] Result<void> begin(RecordKind kind, EventTime now, bool event_clock,
                                   size_t fires_max);
  enum class Applied : uint8_t { kDone, kDuplicate, kCollision };
  // REQUIRES: the visitor was read ahead; one that is not in memory is new.
  // `known`: the event's visitor, when the caller looked it up already since the last eviction.
  [[nodiscard]] Result<Applied> apply(std::string_view event_record,
                                      CachedVisitor* known = nullptr);
  // Brings every visitor to new rules. Between begin(kRules) and finish().
  [[nodiscard]] Result<void> change_rules(const Rules& rules, OperatorsCache& operators);

  // --- definitions changed while running, each between begin(kRedefinition) and finish()

  // From here on whoever is touched is evaluated for the pending rules of `during` too.
  [[nodiscard]] Result<void> begin_redefinition(const Rules& during, OperatorsCache& operators);
  // Evaluates the next visitors that were there when it began, at most `most`, for what is pending.
  // REQUIRES: is_evaluating().
  [[nodiscard]] Result<void> evaluate_some(size_t most);
  // Puts what is pending in force; its changes are the differences. REQUIRES: rules() have pending
  // ones, and !is_evaluating().
  [[nodiscard]] Result<void> switch_definitions(OperatorsCache& operators);
  [[nodiscard]] bool is_evaluating() const { return x_evaluation.next < x_evaluation.end; }
  [[nodiscard]] VisitorNumber evaluated() const { return x_evaluation.next; }
  [[nodiscard]] VisitorNumber to_evaluate() const { return x_evaluation.end; }
  // --- insights; see core/partition_insights.cc

  // The next step towards what is published: at most `most` customers are to be looked at (and at
  // least one boundary or model moves). Empty: this partition is there.
  [[nodiscard]] std::vector<SiteInsights> next_insights(const CustomerTargets& targets,
                                                        size_t most) const;
  // Takes the step. Between begin(kInsights) and finish().
  [[nodiscard]] Result<void> change_insights(std::vector<SiteInsights> step);
  // Whether customers changed since the last call.
  [[nodiscard]] bool take_customers_changed() { return std::exchange(x_customers_changed, false); }
  // Appends what changed about them; for Environment::customers, after the commit.
  void hand_over_customers(std::vector<CustomerChange>& changes);
  [[nodiscard]] const Insights& insights() const { return x_insights; }

  // --- erasure; see core/partition_erasure.cc

  // A visitor as they are to be erased; nothing when there is none of this name.
  [[nodiscard]] Result<std::optional<ErasureTarget>> erasure_target(SiteId site,
                                                                    std::string_view name);
  // The same for one found by find(), whose part of the log stays: nothing stands in for a key that
  // no state names.
  [[nodiscard]] Result<ErasureTarget> retention_target(const CachedVisitor& cached);
  // Forgets them: leaves every audience, gives up the open session. `deadlines`: what
  // Deadlines::stored() found of them since the last checkpoint was written. Between
  // begin(kErasure) and finish(), any number of times. REQUIRES: of one of the two, since when
  // nothing happened to them.
  void erase(const ErasureTarget& target, std::vector<std::string> deadlines);
  [[nodiscard]] bool has_erased() const { return !x_erased.empty(); }  // … since a checkpoint

  // --- who speaks for a person; see core/partition_voices.cc

  // What is to be said so that the visitor is as asked for at `now`; nothing: they are so already,
  // or there is no such visitor. REQUIRES: `now` is not before clock().
  [[nodiscard]] Result<std::optional<VoiceChange>> judge(const VoiceLook& look, EventTime now);
  // Has it so. Between begin(kVoices) and finish(), any number of times, once a visitor. REQUIRES:
  // of judge(), since when nothing happened to them.
  [[nodiscard]] Result<void> change_voice(const VoiceChange& change);
  // Of those who have a voice, at most `most` from a number on, which moves behind them.
  [[nodiscard]] Result<std::vector<VisitorKey>> voiced(VisitorNumber& from, size_t most);
  // Appends who has a voice and was touched, and who is new and may be of a person; after the
  // commit.
  void hand_over_touched(std::vector<VisitorKey>& touched, std::vector<VisitorKey>& fresh);

  // What to append to the log. Views stay valid until the next begin().
  [[nodiscard]] PartitionAppend finish();

  // --- looking

  [[nodiscard]] PartitionId id() const { return x_id; }
  [[nodiscard]] EventTime clock() const { return x_state.clock; }
  [[nodiscard]] const PartitionCheckpoint& state() const { return x_state; }
  [[nodiscard]] const Rules& rules() const { return x_rules; }
  [[nodiscard]] Deadlines& deadlines() { return x_deadlines; }
  [[nodiscard]] VisitorCache& cache() { return x_cache; }
  [[nodiscard]] const Roaring* members(AudienceId audience) const;
  [[nodiscard]] SetChecksum checksum(AudienceId audience) const;
  // Read from the store if need be; null when unknown.
  [[nodiscard]] Result<CachedVisitor*> find(VisitorKey key);
  // Brings those of `keys` that are not in memory and exist in the store into memory.
  [[nodiscard]] Result<void> read_ahead(std::vector<VisitorKey>& keys);
  // Calls `look` for the next visitors of a walk, at most `most`, whether in memory or not. False
  // when all were seen.
  [[nodiscard]] Result<bool> walk(VisitorWalk& walk, size_t most, VisitorReader look);
  // Lets the operators look at a visitor who is nobody's, as if a deadline came at `now`; what they
  // would tell of it is told to nobody.
  void look_at_copy(Visitor& visitor, EventTime now) const;
  // Puts a visitor read from the store into memory unless it is there. Errors as decode_visitor's.
  [[nodiscard]] Result<void> insert_stored(VisitorKey key, std::string_view value);
  [[nodiscard]] std::string_view recent_name(VisitorNumber number) const;  // "" when saved

  // --- checkpoints; see core/checkpointer.h

  [[nodiscard]] size_t dirty_visitors() const { return x_dirty.size(); }
  [[nodiscard]] uint64_t events_since_checkpoint() const { return x_events_since; }
  [[nodiscard]] bool has_new_rules() const { return x_rules_changed; }  // … since then
  [[nodiscard]] bool is_checkpointing() const { return x_checkpointing; }
  // Captures everything but visitors at the present position. REQUIRES: !is_checkpointing().
  void begin_checkpoint();
  // Encodes visitors until they are at least `bytes`; true when all are encoded.
  bool encode_slice(size_t bytes);
  [[nodiscard]] StateBatch take_batch();
  void checkpoint_written();
  [[nodiscard]] uint64_t checkpoint_position() const { return x_checkpoint_position; }

  // EffectSink
  void add_change(const Change& change, VisitorNumber number) override;
  void add_session(const ClosedSession& session) override;
  void add_claim(const Claim& claim) override;
  void add_tally(uint64_t key, int64_t amount) override;
  void add_reservation(uint64_t key, int64_t amount) override;

  // --- what all visitors share (core/tallies.h)

  // Adds to the shared sums what this partition's records added since the last call; after the
  // commit.
  void hand_over_tallies(Tallies& tallies);
  // Its part as the state store has it: the same sums, the same bytes.
  void encode_tallies(std::string& out) const;
  // All of its part, at a start.
  void hand_over_all_tallies(Tallies& tallies);

 private:
  struct MemberSet {
    Roaring numbers;
    SetChecksum checksum;  // of their keys
    bool changed = false;  // since the last checkpoint began
  };
  // Who is in a version that is being evaluated.
  struct FutureMembers {
    AudienceVersion audience;
    MemberSet set;
  };
  // Numbers of visitors still to be evaluated for what is pending; none: next == end.
  struct Evaluation {
    VisitorNumber next = 0;
    VisitorNumber end = 0;
  };
  struct ErasedVisitor {
    VisitorNumber number = 0;
    VisitorKey key;
    std::vector<std::string> deadlines;  // rows of the state store
  };
  struct NamedVisitor {
    VisitorNumber number = 0;
    SiteId site{};
    std::string name;
  };

  [[nodiscard]] Result<void> fire(const FireBound& bound);
  void fire_visitor(CachedVisitor& cached, EventTime until);
  [[nodiscard]] Result<void> sweep(const Rules& before);
  void carry_over(Visitor& visitor, const Rules& before) const;
  void leave_removed(Context& context) const;
  [[nodiscard]] Result<void> replay_redefinition(std::string_view content,
                                                 OperatorsCache& operators);
  [[nodiscard]] Result<void> evaluate(VisitorNumber first, VisitorNumber end);
  void evaluate_pending(CachedVisitor& cached);
  [[nodiscard]] bool will_differ(const Visitor& visitor) const;
  // names_of, of which some are prepared.
  [[nodiscard]] Result<std::vector<NamedVisitor>> take_names(
      const std::vector<VisitorNumber>& numbers);
  // Names of visitors by ascending numbers; those that do not exist are left out.
  [[nodiscard]] Result<std::vector<NamedVisitor>> names_of(std::span<const VisitorNumber> numbers);
  // The feed's entries and exits of one audience, ascending by visitor number.
  [[nodiscard]] Result<void> emit_difference(const AudienceRule& rule, const Roaring& before,
                                             const Roaring& after);
  [[nodiscard]] MemberSet* future_members(AudienceVersion audience);
  [[nodiscard]] MemberSet& members_of(AudienceId audience);
  void append_to_feed(const Change& change);
  void erase(CachedVisitor& cached, const ErasureTarget& target,
             std::vector<std::string> deadlines);
  void drop_pointers_to(CachedVisitor& cached);
  [[nodiscard]] Result<void> replay_erasure(std::string_view content);
  void apply_erased(std::string_view event_record);
  // Erased, and perhaps still in the store.
  [[nodiscard]] bool is_erased(VisitorKey key) const;
  [[nodiscard]] bool is_erased(VisitorNumber number) const;
  bool drop_past_memberships(Visitor& visitor);
  [[nodiscard]] bool is_current(AudienceVersion audience) const;
  [[nodiscard]] Result<bool> walk_unseen(VisitorWalk& walk, size_t most, VisitorReader look);
  void save_evaluation();
  void save_erased();
  void save_set(MemberSet& set, std::string_view row);
  [[nodiscard]] static Result<void> load_set(std::string_view value, MemberSet& set);
  [[nodiscard]] Result<void> load_row(std::string_view row, std::string_view value);
  [[nodiscard]] CachedVisitor& find_or_create(const Event& event);
  void touch(CachedVisitor& cached);
  void encode_pending(CachedVisitor& cached);
  void rearm(CachedVisitor& cached);
  void reset_effects();
  void look_again(CachedVisitor& cached, const Site& site, ChangeReason reason);
  [[nodiscard]] Result<void> move_boundary(SiteId site, const RankBoundary& to);
  void look_as_one(Visitor& visitor, const Site& site, EventTime at, ChangeReason reason,
                   EffectSink& effects) const;
  [[nodiscard]] VoiceChange judge_person(const Visitor& visitor, const Site& site,
                                         std::span<const Visitor> others, EventTime now) const;
  void take_steps(CachedVisitor& cached, const Site& site, const VoiceChange& change);
  void set_voice(Visitor& visitor, std::unique_ptr<Voice> voice);
  void note_touched(const Visitor& visitor) { x_touched.push_back(visitor.key); }
  [[nodiscard]] Result<void> replay_voices(std::string_view content);
  [[nodiscard]] Result<void> meet_needs();
  [[nodiscard]] Result<void> count_customers(CustomerViews views);
  void report_customers();
  void save_tallies();
  [[nodiscard]] Result<void> load_tallies(std::string_view value);
  void note_customer(const Visitor& visitor, const Lifetime& before, CustomerViews views);

  PartitionId x_id;
  Environment x_env;
  PartitionCheckpoint x_state;
  Rules x_rules;
  const Operators* x_operators = nullptr;
  VisitorCache x_cache;
  Deadlines x_deadlines;
  std::vector<MemberSet> x_members;  // by audience id: of the version in force
  std::vector<FutureMembers> x_future;
  Evaluation x_evaluation;
  // Names that the switch will probably want, so that it need not look for them.
  absl::flat_hash_map<VisitorNumber, NamedVisitor> x_prepared;

  // Customers as a whole.
  Insights x_insights;
  RankIndex x_ranks;
  CustomerNeeds x_needs;      // of the operators in force
  CustomerViews x_views = 0;  // that x_ranks and x_env.customers are told about
  std::vector<CustomerChange> x_customer_changes;
  bool x_customers_changed = false;

  // Its part of the shared sums; a key whose sum came back to 0 is dropped.
  absl::flat_hash_map<uint64_t, int64_t> x_tallies;
  std::vector<std::pair<uint64_t, int64_t>> x_tally_changes;  // not handed over yet
  bool x_tallies_changed = false;                             // since the last checkpoint began

  // Who speaks for persons.
  MemberSet x_voices;                   // numbers of those who have a voice
  std::vector<VisitorKey> x_touched;    // have one, and were touched; not handed over yet
  std::vector<VisitorKey> x_newcomers;  // the same of new visitors

  // The record under way.
  Event x_event;  // reused
  bool x_event_clock = false;
  std::string x_record;
  std::string x_changes;
  std::string x_sessions;
  std::string x_claims;
  uint32_t x_change_count = 0;
  uint32_t x_session_count = 0;
  uint32_t x_claim_count = 0;
  PartitionAppend x_replayed;

  // Checkpointing.
  std::vector<CachedVisitor*> x_dirty;     // since the last checkpoint began
  std::vector<CachedVisitor*> x_encoding;  // of the checkpoint under way; null: erased meanwhile
  size_t x_encoded = 0;                    // how many of x_encoding are done
  StateBatch x_batch;
  std::string x_row;      // reused
  std::string x_scratch;  // reused
  bool x_checkpointing = false;
  bool x_rules_changed = false;
  bool x_drop_future_rows = false;  // the store may have some of an evaluation that is over
  bool x_insights_changed = false;
  uint64_t x_events_since = 0;
  uint64_t x_capture_position = 0;
  uint64_t x_checkpoint_position = 0;
  VisitorNumber x_first_unsaved = 0;      // numbers from here on have no stored name yet
  std::vector<CachedVisitor*> x_unsaved;  // by number − x_first_unsaved; null: erased
  size_t x_saving = 0;                    // how many of x_unsaved the checkpoint holds
  std::vector<ErasedVisitor> x_erased;    // since the last checkpoint began
  std::vector<ErasedVisitor> x_erasing;   // of the checkpoint under way
};

}  // namespace rekindle
