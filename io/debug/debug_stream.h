// One event stream (text/event-stream) of events as they come in, for who looks for a fault in what
// is sent. It looks ten times a second at what the tap was told for it.
//
//   data: {"received_at","source","verdict","site","visitor","type","reason","detail","raw","bot"}
//   event: missed / data: {"missed":N}      there was no room for so many
//
// Thread: its io thread. Owns: the watcher. While bytes wait, the tap's own bound holds.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "io/debug/debug_tap.h"
#include "io/push_stream.h"

namespace rekindle::io {

class DebugStream final : public PushStream {
 public:
  DebugStream(IoThread& thread, IoStream stream, DebugFilter filter);
  ~DebugStream() override;

  void start();  // or answers 503, when as many watch as may

 private:
  void stop() override;
  void look_later();
  void look();

  boost::asio::steady_timer x_timer;
  DebugTap::Watcher x_watcher;
  bool x_is_watching = false;
};

}  // namespace rekindle::io
