#include "io/person_view.h"

#include <algorithm>
#include <memory>

#include "core/engine.h"
#include "core/limits.h"
#include "core/query.h"
#include "io/io_thread.h"
#include "io/json_text.h"
#include "io/person_json.h"
#include "io/person_parts.h"
#include "io/problem.h"
#include "io/visitor_json.h"

namespace rekindle::io {
namespace {

// The answer in the making; shared by the queries that are under way.
struct View {
  PersonRequest request;
  std::function<void(const Response&)> done;
  std::vector<PersonPart> parts;  // the first one is of the name that was asked for
  size_t left_out = 0;            // visitors over the bound
  size_t outstanding = 0;
  bool failed = false;
  JoinedVisitor joined;  // of all parts, once they are there
  std::string one;       // as JSON
};

class PartQuery final : public Query {
 public:
  PartQuery(IoThread& thread, std::shared_ptr<View> view, size_t place, VisitorKey key)
      : x_thread(thread), x_view(std::move(view)), x_place(place), x_key(key) {}

  void run(QueryScope& scope) override {
    const Visitor* const visitor = scope.visitor(x_key);
    const Site* const site = scope.site(x_view->request.site);
    if (visitor == nullptr || site == nullptr || visitor->site != site->id) return;
    const Rules& rules = scope.rules(partition_of(x_key, x_thread.engine().partitions()));
    x_part = part_of(*visitor, *site, rules, scope.now(x_key), x_view->request.with_history);
  }
  void on_reply() override;

 private:
  IoThread& x_thread;
  std::shared_ptr<View> x_view;  // changed on the io thread only
  size_t x_place;
  VisitorKey x_key;
  PersonPart x_part;
};

// Has the operators of one visitor's partition look at all of them as one.
class WholeQuery final : public Query {
 public:
  WholeQuery(const Engine& engine, std::shared_ptr<View> view)
      : x_engine(engine), x_view(std::move(view)), x_visitor(std::move(x_view->joined.visitor)) {}

  void run(QueryScope& scope) override {
    const PartitionId partition = partition_of(x_visitor.key, x_engine.partitions());
    const Site* const site = scope.site(x_visitor.site);
    if (site == nullptr) return;
    scope.look_again(partition, x_visitor);
    append_visitor(x_json, x_visitor, *site, scope.rules(partition), scope.now(partition), false);
  }
  void on_reply() override;

 private:
  const Engine& x_engine;
  std::shared_ptr<View> x_view;  // changed on the io thread only
  Visitor x_visitor;
  std::string x_json;
};

void append_person(std::string& out, const View& view, Currency currency) {
  const Person& person = *view.request.person;
  JsonObject object(out);
  object.text("id", std::to_string(person.number));
  append_ids(object.key("ids"), person);
  append_links(object.key("links"), person);
  append_together(object.key("together"), view.parts, view.joined, currency);
  if (!view.one.empty()) object.key("one").append(view.one);
  std::string& others = object.key("others");
  others.push_back('[');
  JsonList list(others);
  for (size_t i = 1; i < view.parts.size(); ++i) {
    list.next();
    others.append(view.parts[i].json);
  }
  others.push_back(']');
  object.number("left_out", static_cast<uint64_t>(view.left_out));
  object.close();
}

Response response_of(View& view, const Site& site) {
  if (view.failed) return overloaded(503);
  if (view.parts.empty()) return problem(404, ErrorCode::kNotFound, "this visitor was never seen");
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  response.body = view.parts.front().json;
  if (view.request.person) {
    response.body.pop_back();  // its brace
    response.body.append(",\"person\":");
    append_person(response.body, view, site.currency);
    response.body.push_back('}');
  }
  response.body.push_back('\n');
  return response;
}

void finish(View& view, const Engine& engine) {
  view.done(response_of(view, *engine.sites().find(view.request.site)));
}

// All have answered: who is not there is left out, the newest come first.
void order_parts(std::vector<PersonPart>& parts) {
  const bool named = parts.front().is_there;
  std::erase_if(parts, [](const PersonPart& part) { return !part.is_there; });
  if (parts.empty()) return;
  std::stable_sort(parts.begin() + (named ? 1 : 0), parts.end(),
                   [](const auto& a, const auto& b) { return a.last_seen > b.last_seen; });
}

void join(IoThread& thread, const std::shared_ptr<View>& view) {
  const Engine& engine = thread.engine();
  order_parts(view->parts);
  if (view->failed || view->parts.empty() || !view->request.person) return finish(*view, engine);
  auto joined = joined_of(view->parts);
  if (!joined) return view->done(problem(joined.error()));
  view->joined = std::move(*joined);
  if (view->parts.size() == 1) return finish(*view, engine);
  const size_t shard = engine.shard_of(view->joined.visitor.key);
  if (thread.ask(shard, std::make_unique<WholeQuery>(engine, view))) return;
  view->failed = true;
  finish(*view, engine);
}

void WholeQuery::on_reply() {
  const std::unique_ptr<WholeQuery> self(this);
  x_view->failed = x_view->failed || failed;
  x_view->joined.visitor = std::move(x_visitor);
  x_view->one = std::move(x_json);
  finish(*x_view, x_engine);
}

void PartQuery::on_reply() {
  const std::unique_ptr<PartQuery> self(this);
  x_view->failed = x_view->failed || failed;
  x_view->parts[x_place] = std::move(x_part);
  if (--x_view->outstanding == 0) join(x_thread, x_view);
}

}  // namespace

void view_person(IoThread& thread, PersonRequest request,
                 std::function<void(const Response&)> done) {
  const Engine& engine = thread.engine();
  const auto view = std::make_shared<View>();
  std::vector<VisitorKey> keys{visitor_key(request.site, request.name)};
  if (request.person) {
    const auto& ids = request.person->ids;
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
      if (id->key.type != IdType::kVisitor || visitor_key(id->key) == keys.front()) continue;
      if (keys.size() > limits::kPersonProfilesMax) {
        ++view->left_out;
      } else {
        keys.push_back(visitor_key(id->key));
      }
    }
  }
  view->request = std::move(request);
  view->done = std::move(done);
  view->parts.resize(keys.size());
  view->outstanding = keys.size() + 1;  // this function too
  for (size_t i = 0; i < keys.size(); ++i) {
    auto query = std::make_unique<PartQuery>(thread, view, i, keys[i]);
    if (thread.ask(engine.shard_of(keys[i]), std::move(query))) continue;
    view->failed = true;
    --view->outstanding;
  }
  if (--view->outstanding == 0) join(thread, view);
}

}  // namespace rekindle::io
