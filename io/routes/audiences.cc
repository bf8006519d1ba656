// GET /v1/audiences and /v1/audiences/{name}: what is defined, how many are in, and what is to
// become of it. PUT and DELETE /v1/audiences/{name}: definitions that change while the server runs.

#include "io/control_frame.h"
#include "io/expression_problem.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/member_sets.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

// One name with all that is known of it; what is not is null.
struct Listed {
  const AudienceRule* rule = nullptr;       // in force
  const PendingRule* pending = nullptr;     // being evaluated
  const WantedAudience* waiting = nullptr;  // accepted after that
};

std::vector<Listed> listed(const DefinitionsState& state) {
  std::vector<Listed> all;
  for (const AudienceRule& rule : state.rules.audiences) all.push_back({&rule});
  const auto entry = [&all](std::string_view name) -> Listed& {
    for (Listed& known : all) {
      if (known.rule != nullptr && known.rule->name == name) return known;
      if (known.pending != nullptr && known.pending->rule.name == name) return known;
    }
    return all.emplace_back();
  };
  for (const PendingRule& pending : state.rules.pending) {
    entry(pending.rule.name).pending = &pending;
  }
  for (const WantedAudience& wanted : state.waiting) {
    entry(wanted.definition.name).waiting = &wanted;
  }
  return all;
}

std::string_view name_of(const Listed& one) {
  if (one.rule != nullptr) return one.rule->name;
  return one.pending != nullptr ? one.pending->rule.name : one.waiting->definition.name;
}

void append_texts(JsonObject& object, const std::string& title, const std::string& purpose,
                  const std::string& when) {
  object.text("title", title);
  object.text("purpose", purpose);
  object.text("when", when);
}

// What the next definition in force will say.
void append_next(std::string& out, const Listed& one, const DefinitionsState& state) {
  JsonObject object(out);
  if (one.pending == nullptr) {
    object.text("status", "waiting");
    object.boolean("removes", one.waiting->removes);
    const AudienceDefinition& wanted = one.waiting->definition;
    if (!one.waiting->removes) append_texts(object, wanted.title, wanted.purpose, wanted.when);
  } else {
    object.text("status", "evaluating");
    object.boolean("removes", one.pending->removes);
    const AudienceRule& rule = one.pending->rule;
    object.number("version", static_cast<uint64_t>(rule.version));
    if (!one.pending->removes) append_texts(object, rule.title, rule.purpose, rule.when);
    object.number("evaluated", state.evaluated);
    object.number("to_evaluate", state.to_evaluate);
    if (one.waiting != nullptr) object.boolean("followed_by_another", true);
  }
  object.close();
}

void append_audience(std::string& out, const Listed& one, const DefinitionsState& state,
                     std::optional<uint64_t> size, EventTime as_of) {
  JsonObject object(out);
  object.text("name", name_of(one));
  const AudienceRule* const rule = one.rule;
  if (rule != nullptr) {
    object.number("id", static_cast<uint64_t>(to_index(rule->id)));
    object.number("version", static_cast<uint64_t>(rule->version));
    if (size) object.number("size", *size);
    append_texts(object, rule->title, rule->purpose, rule->when);
    object.text("origin", name_of(rule->origin));
  }
  object.text("status", rule != nullptr ? "in_force" : "coming");
  object.time("as_of", as_of.ms);
  if (one.pending != nullptr || one.waiting != nullptr) append_next(object.key("next"), one, state);
  object.close();
}

Response gone() {
  Response response;
  response.status = 204;
  return response;
}

// Answers with all audiences, or the one of this name.
// Sizes count the visitors of all sites: they are left out where `only` may be shown.
void with_sizes(IoThread& thread, const Reply& reply, const Site* only,
                std::optional<std::string> name, int status = 200) {
  auto state = std::make_shared<DefinitionsState>(thread.engine().definitions());
  auto all = listed(*state);
  if (name) std::erase_if(all, [&](const Listed& one) { return name_of(one) != *name; });
  if (name && all.empty() && status == 202) return reply.send(gone());  // removed meanwhile
  if (name && all.empty()) {
    return reply.send(problem(404, ErrorCode::kNotFound, "no audience of that name"));
  }
  std::vector<AudienceId> ids;  // of who is not in force yet: nobody is in it
  for (const Listed& one : all) {
    ids.push_back(one.rule != nullptr ? one.rule->id : AudienceId{UINT16_MAX});
  }
  const auto answer = [reply, state, all = std::move(all), is_list = !name, only,
                       status](const Result<AudienceSizes>& read) {
    if (!read) return reply.send(problem(read.error()));
    Response response;
    response.status = status;
    std::string& out = response.body;
    if (is_list) out.append("{\"audiences\":[");
    JsonList list(out);
    for (size_t i = 0; i < all.size(); ++i) {
      list.next();
      const auto size = only == nullptr ? std::optional(read->sizes[i]) : std::nullopt;
      append_audience(out, all[i], *state, size, read->as_of);
    }
    out.append(is_list ? "]}\n" : "\n");
    reply.send(response);
  };
  const auto asked = read_sizes(thread, std::move(ids), answer);
  if (!asked) reply.send(problem(asked.error()));
}

// Compiles and stores, which takes too long for the io thread.
class ChangeErrand final : public Errand {
 public:
  ChangeErrand(IoThread& thread, const Reply& reply, WantedAudience wanted)
      : x_thread(thread), x_reply(reply), x_wanted(std::move(wanted)) {}
  void run() override { x_accepted = x_thread.engine().change_definition(x_wanted); }
  void on_reply() override {
    const std::unique_ptr<ChangeErrand> self(this);
    if (x_accepted)
      return with_sizes(x_thread, x_reply, nullptr, x_wanted.definition.name, status());
    const Error& error = x_accepted.error();
    if (x_wanted.removes && error.code == ErrorCode::kInvalidArgument) {
      return x_reply.send(problem(409, error.code, error.detail));
    }
    x_reply.send(expression_problem(error));
  }

 private:
  [[nodiscard]] int status() const { return *x_accepted ? 202 : 200; }

  IoThread& x_thread;
  Reply x_reply;  // touched on the io thread only
  WantedAudience x_wanted;
  Result<bool> x_accepted = false;
};

void change(Call& call, WantedAudience wanted) {
  if (!call.thread.send_errand(
          std::make_unique<ChangeErrand>(call.thread, call.reply, std::move(wanted)))) {
    call.reply.send(overloaded(503));
  }
}

}  // namespace

void list_audiences(Call& call) {
  with_sizes(call.thread, call.reply, call.only_site(), std::nullopt);
}

void get_audience(Call& call) {
  with_sizes(call.thread, call.reply, call.only_site(), std::string(call.argument));
}

void put_audience(Call& call) {
  if (!call.request.content_encoding.empty()) {
    return call.reply.send(problem(415, "send this body without Content-Encoding"));
  }
  auto definition = parse_definition_body(call.request.body);
  if (!definition) return call.reply.send(problem(definition.error()));
  if (!definition->name.empty() && definition->name != call.argument) {
    return call.reply.send(
        problem(400, ErrorCode::kInvalidArgument, "the body names another audience than the path"));
  }
  definition->name = call.argument;
  change(call, {*std::move(definition), false});
}

void delete_audience(Call& call) {
  WantedAudience wanted;
  wanted.definition.name = call.argument;
  wanted.removes = true;
  change(call, std::move(wanted));
}

}  // namespace rekindle::io::routes
