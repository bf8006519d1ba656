// One event stream (text/event-stream) of events as they come in, for who looks for a fault in what
// is sent. It looks ten times a second at what the tap was told for it.
//
//   data: {"received_at","source","verdict","site","visitor","type","reason","detail","raw","bot"}
//   event: missed / data: {"missed":N}      there was no room for so many
//
// Thread: its io thread. Owns: the stream, the watcher, the bytes not yet written: while some are,
// the tap's own bound holds. A reader that takes nothing for limits::kIdleTimeoutSeconds is closed.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <string>

#include "io/connection.h"
#include "io/debug/debug_tap.h"
#include "io/io_loop.h"
#include "io/io_thread.h"
#include "io/tls/io_stream.h"

namespace rekindle::io {

class DebugStream final : public Connection {
 public:
  DebugStream(IoThread& thread, IoStream stream, DebugFilter filter);
  ~DebugStream() override;

  void start();  // or answers 503, when as many watch as may

  void on_submission(Submission&) override {}  // sends none
  void flush() override;
  void on_sweep(int64_t now_ms) override;
  void shut_down() override;
  void abort() override { close(); }

 private:
  void watch_peer();
  void look_later();
  void look();
  void stop_watching();
  void close();

  IoThread& x_thread;
  IoStream x_stream;
  boost::asio::steady_timer x_timer;
  DebugTap::Watcher x_watcher;
  bool x_is_watching = false;
  std::string x_out;
  std::string x_writing;
  int64_t x_written_ms = 0;
  char x_ignored[256];  // what the peer sends
  bool x_ending = false;
  bool x_closed = false;
};

}  // namespace rekindle::io
