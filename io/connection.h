// What an io thread knows of a connection, whichever protocol it speaks. Counted without atomics:
// a connection never leaves its io thread, and messages in flight hold it by reference count, so
// an answer for a connection that closed meanwhile finds an object that ignores it.
#pragma once

#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <cstdint>

namespace rekindle::io {

class Submission;

class Connection : public boost::intrusive_ref_counter<Connection, boost::thread_unsafe_counter> {
 public:
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A submission of this connection is done; it goes back to the pool afterwards.
  virtual void on_submission(Submission& submission) = 0;
  // At the end of a turn in which mark_dirty was called: write what is ready.
  virtual void flush() = 0;
  // About every second: enforce deadlines. `now_ms` is monotonic.
  virtual void on_sweep(int64_t now_ms) = 0;
  // The server stops: finish what is in flight, take nothing new, then close.
  virtual void shut_down() = 0;
  // Now, whatever is in flight.
  virtual void abort() = 0;
  // There may be room in the inboxes again, or the turn's answers have left.
  virtual void resume_reading() {}

 protected:
  Connection() = default;

 private:
  friend class IoThread;
  size_t x_index = 0;    // in the io thread's table
  bool x_dirty = false;  // already marked this turn
};

}  // namespace rekindle::io
