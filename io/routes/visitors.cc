// GET /v1/visitors/{id}: who a visitor is now, and the person they are part of; by any id of
// theirs. GET /v1/visitors/{id}/export: all that is kept.

#include "core/engine.h"
#include "io/http_connection.h"
#include "io/person_view.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

// Asks the store who is meant, then the shards.
class PersonErrand final : public Errand {
 public:
  PersonErrand(IoThread& thread, const Reply& reply, PersonRequest request)
      : x_thread(thread), x_reply(reply), x_request(std::move(request)) {}
  void run() override {
    x_person = x_thread.engine().identity().find(x_request.site, x_request.name);
  }
  void on_reply() override {
    const std::unique_ptr<PersonErrand> self(this);
    if (!x_person) return x_reply.send(problem(x_person.error()));
    x_request.person = std::move(*x_person);
    view_person(x_thread, std::move(x_request),
                [reply = x_reply](const Response& response) { reply.send(response); });
  }

 private:
  IoThread& x_thread;
  Reply x_reply;  // touched on the io thread only
  PersonRequest x_request;
  Result<std::optional<Person>> x_person = std::optional<Person>();
};

void answer(Call& call, bool with_history) {
  const auto site = call.site();
  if (!site) return call.reply.send(problem(site.error()));
  PersonRequest request;
  request.site = (*site)->id;
  request.name = percent_decode(call.argument, false);
  request.with_history = with_history;
  auto errand = std::make_unique<PersonErrand>(call.thread, call.reply, std::move(request));
  if (!call.thread.send_errand(std::move(errand))) call.reply.send(overloaded(503));
}

}  // namespace

void get_visitor(Call& call) {
  answer(call, false);
}

void export_visitor(Call& call) {
  answer(call, true);
}

}  // namespace rekindle::io::routes
