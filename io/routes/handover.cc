#include "io/routes/handover.h"

#include <memory>
#include <vector>

#include "io/handover/handover_page.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/member_states.h"
#include "io/problem.h"

namespace rekindle::io {
namespace {

// What is on its way from thread to thread; one of them has it at a time.
struct Job {
  Reply reply;  // touched on the io thread only
  std::string name;
  HandoverRequest request;
  MembersPage page;
  std::vector<MemberState> states;
};

Response write(const Job& job) {
  const MembersPage& page = job.page;
  const auto format = job.request.format_for(page.size, page.next.empty());
  HandoverPage handover(*format);
  for (const MemberState& state : job.states) {
    handover.add(person_of(state.facts, *state.site), HandoverAction::kAdd);
  }
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject envelope(response.body);
  envelope.text("audience", job.name);
  envelope.number("size", page.size);
  envelope.time("as_of", page.as_of.ms);
  envelope.text("changes_after", page.changes_after);
  if (!page.next.empty()) envelope.text("cursor", page.next);
  handover.finish(envelope);
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

}  // namespace

void answer_handover(IoThread& thread, const Reply& reply, HandoverPull pull) {
  const AudienceId audience = pull.audience;
  auto job =
      std::make_shared<Job>(Job{reply, std::move(pull.name), std::move(pull.request), {}, {}});
  const auto on_states = [&thread, job](Result<std::vector<MemberState>> states) {
    if (!states) return job->reply.send(problem(states.error()));
    job->states = *std::move(states);
    const Reply owed = job->reply;
    auto owned = std::make_unique<Job>(std::move(*job));
    if (!thread.send_errand(std::make_unique<WriteErrand>(std::move(owned)))) {
      owed.send(overloaded(503));
    }
  };
  const auto on_page = [&thread, job, audience, on_states](Result<MembersPage> page) {
    if (!page) return job->reply.send(problem(page.error()));
    job->page = *std::move(page);
    read_states(thread, audience, job->page.members, on_states);
  };
  const auto asked = read_members(thread, audience, pull.limit, std::move(pull.from), on_page);
  if (!asked) reply.send(problem(asked.error()));
}

}  // namespace rekindle::io
