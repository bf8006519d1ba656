// /v1/quarantine: input that became no event, to look at, repair, replay or give up.

#include <algorithm>
#include <map>
#include <optional>

#include "core/limits.h"
#include "io/hooks/hook_events.h"
#include "io/http_connection.h"
#include "io/json_text.h"
#include "io/problem.h"
#include "io/routes/ack.h"
#include "io/routes/number.h"
#include "io/routes/routes.h"
#include "io/verdict.h"

namespace rekindle::io::routes {
namespace {

constexpr uint64_t kPageDefault = 100;
constexpr uint64_t kPageMax = 1'000;

// Runs on the errand thread, or the reports' when it may read all there is; its result comes back
// to the io thread.
template <typename T>
class LogErrand final : public Errand {
 public:
  using Work = std::function<Result<T>(Log&)>;
  using Done = std::function<void(const Result<T>&)>;
  static void send(const Reply& reply, Work work, Done done, bool takes_long = false) {
    IoThread& thread = reply.connection().thread();
    std::unique_ptr<Errand> errand(
        new LogErrand(thread.engine().log(), std::move(work), std::move(done)));
    const bool sent =
        takes_long ? thread.send_report(std::move(errand)) : thread.send_errand(std::move(errand));
    if (!sent) reply.send(overloaded(503));
  }
  void run() override { x_result.emplace(x_work(x_log)); }
  void on_reply() override {
    const std::unique_ptr<LogErrand> self(this);
    x_done(*x_result);
  }

 private:
  LogErrand(Log& log, Work work, Done done)
      : x_log(log), x_work(std::move(work)), x_done(std::move(done)) {}
  Log& x_log;
  Work x_work;
  Done x_done;
  std::optional<Result<T>> x_result;
};

using Entries = std::vector<QuarantineEntry>;

void append_entry(std::string& out, const QuarantineEntry& entry) {
  JsonObject object(out);
  object.number("id", entry.id);
  object.time("received_at", entry.received_at.ms);
  object.text("reason", entry.reason);
  object.text("source", entry.source);
  if (!entry.site.empty()) object.text("site", entry.site);
  if (!entry.detail.empty()) object.text("detail", entry.detail);
  object.text("raw", entry.raw);
  object.close();
}

// What a list asks for; empty: all.
struct Wanted {
  std::string site;
  std::string reason;
  [[nodiscard]] bool fits(const QuarantineEntry& entry) const {
    return (site.empty() || site == entry.site) && (reason.empty() || reason == entry.reason);
  }
};

struct EntryPage {
  Entries entries;
  uint64_t after = 0;  // where the next page goes on; 0: this was the last one
};

Result<EntryPage> read_page(Log& log, const Wanted& wanted, uint64_t after, uint64_t limit) {
  EntryPage page;
  while (true) {
    auto read = log.read_quarantine(after, kPageMax);
    if (!read) return read.error();
    if (read->empty()) return page;
    for (QuarantineEntry& entry : *read) {
      after = entry.id;
      if (!wanted.fits(entry)) continue;
      page.entries.push_back(std::move(entry));
      if (page.entries.size() < limit) continue;
      page.after = after;
      return page;
    }
  }
}

Response list(const EntryPage& page) {
  Response response;
  response.headers = "Cache-Control: no-store\r\n";
  JsonObject object(response.body);
  object.key("entries").push_back('[');
  JsonList commas(response.body);
  for (const QuarantineEntry& entry : page.entries) {
    commas.next();
    append_entry(response.body, entry);
  }
  response.body.push_back(']');
  if (page.after > 0) object.number("after", page.after);
  object.close();
  response.body.push_back('\n');
  return response;
}

// The same as a file: an entry a line.
Response download(const EntryPage& page) {
  Response response;
  response.content_type = "application/x-ndjson";
  response.headers =
      "Cache-Control: no-store\r\n"
      "Content-Disposition: attachment; filename=\"quarantine.ndjson\"\r\n";
  if (page.after > 0) response.headers += "X-After: " + std::to_string(page.after) + "\r\n";
  for (const QuarantineEntry& entry : page.entries) {
    append_entry(response.body, entry);
    response.body.push_back('\n');
  }
  return response;
}

Result<QuarantineEntry> read_entry(Log& log, uint64_t id) {
  auto entries = log.read_quarantine(id - 1, 1);
  if (!entries) return entries.error();
  if (entries->empty() || entries->front().id != id) {
    return Error{ErrorCode::kNotFound, "no quarantine entry of that id"};
  }
  return std::move(entries->front());
}

// The replayed event is committed: the entry has done its duty. (A crash between the two leaves the
// entry; its event id keeps a second replay from counting twice.)
void on_committed(const Submission& submission, HttpConnection& connection) {
  const Reply reply(connection, submission.ticket);
  if (submission.refused) return reply.send(overloaded(429, "nothing was taken; send again"));
  if (submission.failed) return reply.send(not_committed());
  Response response;
  response.headers.append("X-Ack: ").append(ack_word(connection.thread().engine())).append("\r\n");
  JsonObject object(response.body);
  object.number("replayed", submission.context);
  append_verdict(object, submission);
  object.close();
  response.body.push_back('\n');
  LogErrand<void>::send(
      reply, [id = submission.context](Log& log) { return log.remove_quarantine(id); },
      [reply, response = std::move(response)](const Result<void>& removed) {
        if (!removed && removed.error().code != ErrorCode::kNotFound) {
          return reply.send(problem(removed.error()));
        }
        reply.send(response);
      });
}

// The hook by which an entry of source "hook/NAME" came; null: another source.
const HookConfig* hook_of(const IoThread& thread, std::string_view source) {
  constexpr std::string_view kSource = "hook/";
  if (!source.starts_with(kSource)) return nullptr;
  const auto& hooks = thread.parts().config.hooks;
  const auto hook = std::find_if(hooks.begin(), hooks.end(), [&](const HookConfig& config) {
    return config.name == source.substr(kSource.size());
  });
  return hook == hooks.end() ? nullptr : &*hook;
}

// Through the decoder it came by, as received then. What is refused again is not taken, so the
// entry stays and no second one is made.
void replay(const Reply& reply, const QuarantineEntry& entry, std::string body) {
  IoThread& thread = reply.connection().thread();
  if (body.empty() && entry.raw.size() >= limits::kQuarantineRawBytesMax) {
    return reply.send(problem(409, "the stored bytes were cut; send the whole event as the body"));
  }
  const bool is_pixel = entry.source == "pixel" && body.empty();
  const size_t slash = entry.source.find('/');
  Tracker* const tracker = thread.trackers().named(entry.source.substr(0, slash));
  if (body.empty()) body = entry.raw;
  Submission& submission = thread.new_submission(entry.source, entry.received_at);
  Result<void> decoded;
  if (tracker != nullptr) {
    TrackerCall call{thread.parts().config, thread.engine().sites(), thread.intake()};
    call.body = body;
    call.keyring = &thread.parts().keyring;
    call.is_replay = true;
    if (slash != std::string::npos) {
      call.write_key = std::string_view(entry.source).substr(slash + 1);
    }
    tracker->decode(call);
  } else if (const HookConfig* const hook = hook_of(thread, entry.source)) {
    const Site* const site = thread.engine().sites().find(hook->site);
    thread.intake().confine(*site);
    HookEvents events;
    decoded =
        events.decode_one(*hook, body, entry.source + std::to_string(entry.id), thread.intake());
  } else if (is_pixel) {
    thread.pixel().decode(body, thread.intake());
  } else {
    decoded = thread.json().decode(body, thread.intake());
  }
  if (decoded && thread.intake().rejections().empty() && thread.intake().accepted() > 0) {
    submission.receiver = &reply.connection();
    submission.ticket = reply.ticket();
    submission.context = entry.id;
    submission.answer = on_committed;
    return thread.submit(submission);
  }
  Error error{ErrorCode::kMissingField, "no event in it"};
  if (!decoded) {
    error = decoded.error();
  } else if (!thread.intake().rejections().empty()) {
    const Rejection& rejection = thread.intake().rejections().front();
    error = {rejection.code, rejection.detail};
  }
  thread.drop(submission);
  reply.send(problem(422, error.code, error.detail));
}

Result<uint64_t> id_of(const Call& call) {
  return parse_number(call.argument, "the id", 1, UINT64_MAX);
}

}  // namespace

void list_quarantine(Call& call) {
  const std::string_view query = call.request.query;
  const auto after = number_parameter(query, "after", 0, 0, UINT64_MAX);
  if (!after) return call.reply.send(problem(after.error()));
  const auto limit = number_parameter(query, "limit", kPageDefault, 1, kPageMax);
  if (!limit) return call.reply.send(problem(limit.error()));
  const std::string format = query_parameter(query, "format");
  if (!format.empty() && format != "json" && format != "ndjson") {
    return call.reply.send(problem(400, ErrorCode::kInvalidArgument, "'format' is json or ndjson"));
  }
  Wanted wanted{query_parameter(query, "site"), query_parameter(query, "reason")};
  LogErrand<EntryPage>::send(
      call.reply,
      [wanted = std::move(wanted), after = *after, limit = *limit](Log& log) {
        return read_page(log, wanted, after, limit);
      },
      [reply = call.reply, is_file = format == "ndjson"](const Result<EntryPage>& page) {
        if (!page) return reply.send(problem(page.error()));
        reply.send(is_file ? download(*page) : list(*page));
      },
      true);
}

void count_quarantine(Call& call) {
  using Counts = std::map<std::pair<std::string, std::string>, uint64_t>;
  LogErrand<Counts>::send(
      call.reply,
      [](Log& log) -> Result<Counts> {
        Counts counts;
        for (uint64_t after = 0;;) {
          const auto entries = log.read_quarantine(after, kPageMax);
          if (!entries) return entries.error();
          if (entries->empty()) return counts;
          for (const QuarantineEntry& entry : *entries) ++counts[{entry.site, entry.reason}];
          after = entries->back().id;
        }
      },
      [reply = call.reply](const Result<Counts>& counts) {
        if (!counts) return reply.send(problem(counts.error()));
        Response response;
        response.headers = "Cache-Control: no-store\r\n";
        JsonObject object(response.body);
        object.key("counts").push_back('[');
        JsonList commas(response.body);
        for (const auto& [of, count] : *counts) {
          commas.next();
          JsonObject row(response.body);
          row.text("site", of.first);
          row.text("reason", of.second);
          row.number("count", count);
          row.close();
        }
        response.body.push_back(']');
        object.close();
        response.body.push_back('\n');
        reply.send(response);
      },
      true);
}

void replay_quarantine(Call& call) {
  const auto id = id_of(call);
  if (!id) return call.reply.send(problem(id.error()));
  if (!call.request.content_encoding.empty()) {
    return call.reply.send(problem(415, "send this body without Content-Encoding"));
  }
  LogErrand<QuarantineEntry>::send(
      call.reply, [id = *id](Log& log) { return read_entry(log, id); },
      [reply = call.reply,
       body = std::string(call.request.body)](const Result<QuarantineEntry>& entry) {
        if (!entry) return reply.send(problem(entry.error()));
        replay(reply, *entry, body);
      });
}

void delete_quarantine(Call& call) {
  const auto id = id_of(call);
  if (!id) return call.reply.send(problem(id.error()));
  LogErrand<void>::send(
      call.reply,
      [id = *id](Log& log) -> Result<void> {
        if (const auto entry = read_entry(log, id); !entry) return entry.error();
        return log.remove_quarantine(id);
      },
      [reply = call.reply](const Result<void>& removed) {
        if (!removed) return reply.send(problem(removed.error()));
        Response response;
        response.status = 204;
        reply.send(response);
      });
}

}  // namespace rekindle::io::routes
