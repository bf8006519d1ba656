// Persons, and the journal of how they came to be: takes claims one by one, applies the guards, and
// writes what it decided together, in one batch of the state store, with how far it followed.
//
// Every decision is a line of the journal, with its reason. What links are there, and so who
// belongs together, is what the journal's lines say one after the other; persons are kept beside it
// only to be found fast. Between commit() and the next change the store says the same as the book.
//
// Thread: one at a time. Owns: what is not committed.
#pragma once

#include <absl/functional/function_ref.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/claim.h"
#include "core/companions.h"
#include "core/identity_config.h"
#include "core/identity_format.h"
#include "core/state_store.h"

namespace rekindle {

class IdentityBook {
 public:
  IdentityBook(StateStore& store, IdentityConfig config, uint32_t partitions);

  // Reads how far it had come and who belongs together; drops what is not committed. Errors: those
  // of the store.
  [[nodiscard]] Result<void> open();

  // Decides on a claim that is the next of its partition. Errors: those of the store.
  [[nodiscard]] Result<void> take(const Claim& claim, PartitionId partition, uint64_t seq,
                                  WallTime now);
  // The next one of the partition is of nobody any more.
  void pass(PartitionId partition, uint64_t seq) {
    x_state.seqs[to_index(partition)] = seq;
    x_moved = true;
  }

  // Takes back what this decision linked; it will not be linked again. Errors: kNotFound (no such
  // link now), kStoreFailed.
  [[nodiscard]] Result<void> unmerge(uint64_t decision, WallTime now);
  // Takes a visitor out of their person: away from other visitors, and from ids that others claim
  // too. Returns how many links that were. Errors: as before.
  [[nodiscard]] Result<uint64_t> unmerge(const IdKey& visitor, WallTime now);

  // Erased visitors, with what they claimed up to here.
  struct Forgotten {
    VisitorKey visitor;
    uint64_t upto = 0;
    uint64_t links = 0;  // counted: links that went
  };
  // Of persons, of refusals, and out of the journal, whose lines stay blank. Errors: the store's.
  [[nodiscard]] Result<void> forget(std::span<Forgotten> all, WallTime now);

  // All that changed since, in one write. Nothing changed: nothing is written. Errors: the store's;
  // the caller opens the book again.
  [[nodiscard]] Result<void> commit();
  [[nodiscard]] bool has_changes() const { return x_moved || !x_changed.empty(); }

  // --- looking

  // By any id: as a visitor's name, then as each type of id. Nothing: of no person.
  [[nodiscard]] Result<std::optional<Person>> find(SiteId site, std::string_view text);
  [[nodiscard]] Result<std::optional<Person>> person_of(const IdKey& id);
  [[nodiscard]] Result<std::optional<Person>> person(uint64_t number);
  [[nodiscard]] Result<KnownId> known(const IdKey& id);
  // Lines after this one, ascending, at most `most`; of one site, or all. Nothing of others is
  // shown.
  [[nodiscard]] Result<std::vector<IdentityDecision>> journal(uint64_t after, size_t most,
                                                              std::optional<SiteId> site);
  [[nodiscard]] std::optional<IdKey> key_of(SiteId site, IdType type, std::string_view value) const;
  [[nodiscard]] const IdentityState& state() const { return x_state; }
  // As of the last commit. Any thread may look.
  [[nodiscard]] const Companions& companions() const { return x_companions; }
  [[nodiscard]] Companions& companions() { return x_companions; }

  // Of the process: by kind and reason, and claims that repeated what is known.
  struct Counts {
    uint64_t kinds[5] = {};
    uint64_t refused[7] = {};  // by reason
    uint64_t repeated = 0;
  };
  [[nodiscard]] const Counts& counts() const { return x_counts; }

 private:
  struct Asked;           // a claim under decision
  struct FormerPerson {   // what a number stood for
    uint64_t number = 0;  // 0: nobody yet
    IdKey first;          // its first id, which keeps the number
  };
  [[nodiscard]] Result<std::optional<std::string>> row(const std::string& key);
  void put(std::string key, std::string value) { x_changed[std::move(key)] = std::move(value); }
  void remove(std::string key) { x_changed[std::move(key)] = std::nullopt; }
  [[nodiscard]] Result<void> read_companions();
  [[nodiscard]] Result<void> tell_companions();
  void put_known(const IdKey& id, const KnownId& known);
  [[nodiscard]] Result<void> set_person(const IdKey& id, uint64_t number);
  // Calls look(key, value) for each row, as committed and changed since. It changes nothing.
  [[nodiscard]] Result<void> scan(std::string_view begin, std::string_view end,
                                  absl::FunctionRef<bool(std::string_view, std::string_view)> look);

  // In identity_decide.cc.
  [[nodiscard]] IdentityDecision line_of(const Asked& asked, DecisionKind kind,
                                         DecisionReason reason);
  [[nodiscard]] Result<void> refuse(const Asked& asked, DecisionReason reason);
  [[nodiscard]] bool is_blocked(const Claim& claim) const;
  [[nodiscard]] Result<bool> look_at_thing(const Asked& asked, KnownId known);
  [[nodiscard]] Result<Person> person_or_alone(const IdKey& id, std::string_view name,
                                               const Asked& asked);
  [[nodiscard]] Result<void> link(const Asked& asked);
  [[nodiscard]] bool will_be_within(Person whole, const std::vector<PersonLink>& without,
                                    const IdKey& visitor) const;

  // Takes links away from a person under change; returns the lines that say so.
  [[nodiscard]] std::vector<IdentityDecision> cut(Person& person,
                                                  const std::vector<PersonLink>& links,
                                                  DecisionKind kind, DecisionReason reason,
                                                  WallTime now);
  // Where strong links went, two identified clusters may be left that only things hold together:
  // the later one is cut off. Adds the lines that say so.
  void separate(Person& person, WallTime now, std::vector<IdentityDecision>& lines);
  // Puts the parts of what was changed where the former persons were; returns their numbers.
  [[nodiscard]] Result<std::vector<uint64_t>> settle(const Person& whole,
                                                     const std::vector<FormerPerson>& before);
  // Once the persons are settled.
  [[nodiscard]] Result<void> write(std::vector<IdentityDecision> lines);
  [[nodiscard]] Result<void> take_away(Person person, const std::vector<PersonLink>& links,
                                       DecisionKind kind, DecisionReason reason, WallTime now);

  // In identity_forget.cc.
  [[nodiscard]] Result<bool> forget_one(Forgotten& forgotten, WallTime now);
  [[nodiscard]] Result<void> forget_links(const IdKey& visitor, Forgotten& forgotten, WallTime now);
  [[nodiscard]] Result<void> forget_own_refusals(const IdKey& visitor, uint64_t upto);
  [[nodiscard]] Result<void> forget_refusals_of_others(std::span<const Forgotten> all);
  [[nodiscard]] Result<void> blank_journal(std::span<const Forgotten> all);
  [[nodiscard]] Result<void> release(const IdKey& id);
  [[nodiscard]] Result<bool> has_rows(const IdKey& visitor);

  StateStore& x_store;
  const IdentityConfig x_config;
  const uint32_t x_partitions;
  IdentityState x_state;
  Companions x_companions;
  std::map<std::string, std::optional<std::string>, std::less<>> x_changed;  // rows; none: removed
  bool x_moved = false;  // how far claims were followed is not committed
  Counts x_counts;
  Counts x_stored_counts;  // of what is committed
};

}  // namespace rekindle
