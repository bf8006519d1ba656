#include "io/routes/handover.h"

#include <memory>

#include "io/handover/handover_page.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/member_checksum.h"
#include "io/problem.h"

namespace rekindle::io {
namespace {

// What is on its way from thread to thread; one of them has it at a time.
struct Job {
  Reply reply;  // touched on the io thread only
  HandoverRequest request;
  std::function<void(JsonObject&)> write_head;  // of the envelope
  uint64_t total = 0;                           // visitors of all pages, as far as known
  bool last_page = true;
  bool adds_members_only = false;
  std::vector<MemberState> states;
};

// Who takes consent back is removed while still a member. Who never agreed is on no list: as an
// addition it is listed as unmatched.
HandoverAction action_for(const MemberState& state) {
  const bool agrees = state.facts.may_share && state.facts.may_personalise;
  const bool adds = state.is_member && (agrees || !state.facts.may_be_listed);
  return adds ? HandoverAction::kAdd : HandoverAction::kRemove;
}

Response write(const Job& job) {
  const auto format = job.request.format_for(job.total, job.last_page);
  HandoverPage page(*format);
  for (const MemberState& state : job.states) {
    if (job.adds_members_only && !state.is_member) continue;  // it left while the page was made
    page.add(person_of(state.facts, *state.site),
             job.adds_members_only ? HandoverAction::kAdd : action_for(state));
  }
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject envelope(response.body);
  job.write_head(envelope);
  page.finish(envelope);
  envelope.close();
  response.body.push_back('\n');
  return response;
}

class WriteErrand final : public Errand {
 public:
  explicit WriteErrand(std::unique_ptr<Job> job) : x_job(std::move(job)) {}
  void run() override { x_response = write(*x_job); }
  void on_reply() override {
    const std::unique_ptr<WriteErrand> self(this);
    x_job->reply.send(x_response);
  }

 private:
  std::unique_ptr<Job> x_job;
  Response x_response;
};

void start(IoThread& thread, AudienceId audience, std::vector<VisitorName> visitors, Job made) {
  auto job = std::make_shared<Job>(std::move(made));
  read_states(thread, audience, std::move(visitors),
              [&thread, job](Result<std::vector<MemberState>> states) {
                if (!states) return job->reply.send(problem(states.error()));
                job->states = *std::move(states);
                const Reply owed = job->reply;
                auto owned = std::make_unique<Job>(std::move(*job));
                if (!thread.send_errand(std::make_unique<WriteErrand>(std::move(owned)))) {
                  owed.send(overloaded(503));
                }
              });
}

void write_head(const std::string& name, const MembersPage& page, JsonObject& envelope) {
  envelope.text("audience", name);
  if (page.size) envelope.number("size", *page.size);
  envelope.time("as_of", page.as_of.ms);
  envelope.text("changes_after", page.changes_after);
  if (page.checksum) envelope.text("checksum", to_text(*page.checksum));
  if (!page.next.empty()) envelope.text("cursor", page.next);
}

}  // namespace

void answer_handover(IoThread& thread, const Reply& reply, HandoverPull pull) {
  const AudienceId audience = pull.audience;
  const auto on_page = [&thread, reply, audience, name = std::move(pull.name),
                        request = std::move(pull.request)](Result<MembersPage> page) {
    if (!page) return reply.send(problem(page.error()));
    std::vector<VisitorName> visitors;
    for (Member& member : page->members) {
      if (!member.name.empty()) visitors.push_back({member.site, std::move(member.name)});
    }
    page->members.clear();
    const uint64_t total = page->size.value_or(visitors.size());
    Job job{reply, request, {}, total, page->next.empty(), true, {}};
    job.write_head = [name, head = *std::move(page)](JsonObject& envelope) {
      write_head(name, head, envelope);
    };
    start(thread, audience, std::move(visitors), std::move(job));
  };
  const auto asked =
      read_members(thread, audience, pull.limit, std::move(pull.from), pull.only, on_page);
  if (!asked) reply.send(problem(asked.error()));
}

void answer_handover(IoThread& thread, const Reply& reply, HandoverChanges changes) {
  Job job{reply, std::move(changes.request), {}, changes.visitors.size(), !changes.more, false, {}};
  job.write_head = [name = std::move(changes.name), cursor = std::move(changes.cursor),
                    more = changes.more](JsonObject& envelope) {
    envelope.text("audience", name);
    envelope.text("cursor", cursor);
    envelope.boolean("more", more);
  };
  start(thread, changes.audience, std::move(changes.visitors), std::move(job));
}

}  // namespace rekindle::io
