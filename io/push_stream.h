// An answer of HTTP that does not end (text/event-stream): what all of them have in common. Bytes
// are written as the peer takes them; a peer that takes nothing for limits::kIdleTimeoutSeconds is
// closed, one that goes away is noticed by reading; while there is nothing to say, a sign of life
// is sent.
//
// Thread: its io thread. Owns: the stream and the bytes not yet written, which whoever derives
// bounds by waiting_bytes().
#pragma once

#include <string>

#include "io/connection.h"
#include "io/io_loop.h"
#include "io/io_thread.h"
#include "io/responses.h"
#include "io/tls/io_stream.h"

namespace rekindle::io {

class PushStream : public Connection {
 public:
  void on_submission(Submission&) override {}  // sends none
  void flush() override;
  void on_sweep(int64_t now_ms) override;
  void shut_down() override { end(); }
  void abort() override { close(); }

 protected:
  PushStream(IoThread& thread, IoStream stream);

  virtual void stop() = 0;  // lets go of what feeds the stream; called again, it does nothing
  virtual void beat();      // appends a sign of life

  void watch_peer();                 // once, at the start
  void begin_answer();               // appends the head
  void refuse(const Response& why);  // instead
  void send();                       // what was appended
  void end();                        // once all is written

  [[nodiscard]] bool is_open() const { return !x_closed && !x_ending; }
  [[nodiscard]] size_t waiting_bytes() const { return x_out.size() + x_writing.size(); }
  [[nodiscard]] IoThread& thread() { return x_thread; }
  [[nodiscard]] IoStream& stream() { return x_stream; }
  [[nodiscard]] std::string& out() { return x_out; }

 private:
  void close();

  IoThread& x_thread;
  IoStream x_stream;
  std::string x_out;         // to be written
  std::string x_writing;     // being written
  int64_t x_written_ms = 0;  // when the last write began or ended
  char x_ignored[256];       // what the peer sends
  bool x_has_begun = false;
  bool x_ending = false;
  bool x_closed = false;
};

}  // namespace rekindle::io
