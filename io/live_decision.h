// One decision a WebSocket follows: asked for when it begins, and again whenever an event of the
// visitor or a change of their audiences, or of their person's, is committed, by whomever. Told
// when it is another than before. While one is being decided no second one is asked for, so a burst
// of events costs one or two. It only asks: nothing is reserved or logged, or each would be the
// visitor's next event and so the reason for another. What is shown of it is to be decided, and
// told, as any other offer.
//
// Thread: its io thread. Held by its owner and by what is on its way to the shard. Two messages
// are: a watch, which waits in the shard until the visitor is touched, and a question. The watch
// goes first, so nothing between the two is missed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/decider.h"
#include "io/access/gate.h"
#include "io/decide_query.h"
#include "io/io_thread.h"

namespace rekindle::io {

class LiveDecision final : public std::enable_shared_from_this<LiveDecision> {
 public:
  // Given what is new: {"placement","visitor","audiences","decision"}, the audiences only for those
  // who may read visitors. False: no room for it now.
  using Tell = std::function<bool(std::string_view)>;

  // Errors: kUnknownSite as `access` says. REQUIRES: it allows decisions.
  [[nodiscard]] static Result<std::shared_ptr<LiveDecision>> make(IoThread& thread,
                                                                  const Access& access,
                                                                  DecideRequest request, Tell tell);
  void start() { resume(); }
  // Tries again what a full inbox or a full send queue kept from happening.
  void resume();
  // Nothing is told from here on.
  void end();

 private:
  class Watch;

  LiveDecision(IoThread& thread, const Access& access, DecideRequest request, VisitorKey key,
               Tell tell)
      : x_thread(thread),
        x_access(access),
        x_request(std::move(request)),
        x_key(key),
        x_tell(std::move(tell)) {}

  void watch();
  void ask();
  void on_touched();
  void on_decided(const Result<DecideAnswer>& answer);

  IoThread& x_thread;
  Access x_access;
  DecideRequest x_request;
  VisitorKey x_key;
  Tell x_tell;                  // empty: ended
  Query* x_watching = nullptr;  // with the shard; only compared
  bool x_asking = false;        // a question is on its way
  bool x_stale = true;          // what was told last may be old
  std::string x_told;           // by what the last one told is recognized
};

}  // namespace rekindle::io
