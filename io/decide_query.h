// Asks the visitor's shard for a decision, and decisions as JSON. Used by the decide routes and by
// WebSockets, on their io thread. A page's placements are asked for one after the other, each with
// what the ones before it show, so that each is logged and reserved as if it had been asked for
// alone. A visitor who is one person with others is decided for as that person: as the one visitor
// who did everything (core/joined_visitor.h). What is decided is the visitor's own who asked.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/decide_proposal.h"
#include "io/access/gate.h"
#include "io/audience_names.h"
#include "io/io_thread.h"

namespace rekindle::io {

struct PlacedDecision {
  std::string placement;
  Decision decision;
};

// What was decided: for one placement, or for each of a page's.
struct DecideAnswer {
  bool is_page = false;
  std::vector<PlacedDecision> placements;
  AudienceNames audiences;  // that were decided by, when asked for; of a person, the person's
};

class DecideQuery final : public DecideProposal {
 public:
  using Done = std::function<void(const Result<DecideAnswer>&)>;

  // `done` is called once on this io thread, unless an error is returned. Errors: kUnknownSite
  // (also for a site that is not the key's), kOverloaded.
  [[nodiscard]] static Result<void> ask(IoThread& thread, const Access& access,
                                        DecideRequest request, bool with_audiences, Done done);

  void run(QueryScope& scope) override;
  void on_reply() override;

 private:
  struct Question;

  DecideQuery(Kind kind, const DecideRequest& request, SiteId site,
              std::shared_ptr<Question> question);
  [[nodiscard]] static Result<void> ask_next(const std::shared_ptr<Question>& question);
  static void finish(Question& question, const Result<void>& outcome);

  std::shared_ptr<Question> x_question;
  AudienceNames x_audiences;
};

// {"decision","offers":[…],"rejected":[…],"model_version"}, with "nothing_because" when there are
// no offers; of a page {"placements":[{"placement",…}]} with that of each.
void append_answer(std::string& out, const DecideAnswer& answer);

}  // namespace rekindle::io
