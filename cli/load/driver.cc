#include "cli/load/driver.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <utility>

#include "core/clock.h"
#include "core/thread_role.h"

namespace rekindle::cli {
namespace {

constexpr int64_t kDrainNs = 5'000'000'000;
constexpr int kReadyMax = 256;

Error broken(const std::string& what) {
  return {ErrorCode::kMalformedRequest, "the connection of '" + what + "' broke"};
}

}  // namespace

// What was sent and not yet answered; answers come in order.
struct Driver::Pending {
  int64_t since_ns;
  uint32_t events;
};

// One connection and whose it is.
struct Driver::Line {
  std::unique_ptr<Connection> connection;
  Stream* stream = nullptr;  // null: a listener
  OnMessage on_message;
  std::deque<Pending> pending;
  bool watches_writing = false;
};

struct Driver::Stream {
  StreamConfig config;
  Compose compose;
  StreamResult result;
  std::vector<Line*> lines;
  size_t next_line = 0;
  int64_t due_ns = 0;
  bool has_ended = false;

  // The next connection with room, in turn; null when all windows are full.
  Line* free_line() {
    for (size_t i = 0; i < lines.size(); ++i) {
      Line* line = lines[next_line];
      next_line = next_line + 1 == lines.size() ? 0 : next_line + 1;
      if (line->pending.size() < config.in_flight) return line;
    }
    return nullptr;
  }
};

uint64_t number_after(std::string_view json, std::string_view quoted_key) {
  const size_t at = json.find(quoted_key);
  if (at == std::string_view::npos) return 0;
  const char* begin = json.data() + at + quoted_key.size();
  const char* end = json.data() + json.size();
  while (begin != end && (*begin == ':' || *begin == ' ')) ++begin;
  uint64_t value = 0;
  std::from_chars(begin, end, value);
  return value;
}

Driver::Driver(Target target) : x_target(std::move(target)) {}

Driver::~Driver() {
  if (x_epoll >= 0) close(x_epoll);
}

Result<void> Driver::watch(Line& line) {
  if (x_epoll < 0) x_epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &line;
  if (epoll_ctl(x_epoll, EPOLL_CTL_ADD, line.connection->fd(), &event) != 0) {
    return Error{ErrorCode::kMalformedRequest, std::string("epoll: ") + std::strerror(errno)};
  }
  return {};
}

Result<void> Driver::add_stream(StreamConfig config, Compose compose) {
  auto stream = std::make_unique<Stream>();
  stream->config = std::move(config);
  stream->compose = std::move(compose);
  for (uint32_t i = 0; i < stream->config.connections; ++i) {
    auto connection = Connection::open(x_target, stream->config.websocket_path);
    if (!connection) return connection.error();
    auto line = std::make_unique<Line>();
    line->connection = std::move(*connection);
    line->stream = stream.get();
    if (auto watched = watch(*line); !watched) return watched;
    stream->lines.push_back(line.get());
    x_lines.push_back(std::move(line));
  }
  x_streams.push_back(std::move(stream));
  return {};
}

Result<void> Driver::add_listener(std::string_view path, std::string_view greeting,
                                  OnMessage on_message) {
  auto connection = Connection::open(x_target, path);
  if (!connection) return connection.error();
  auto line = std::make_unique<Line>();
  line->connection = std::move(*connection);
  line->on_message = std::move(on_message);
  line->connection->append_message(greeting);
  if (auto watched = watch(*line); !watched) return watched;
  x_lines.push_back(std::move(line));
  return flush(*x_lines.back());
}

const StreamResult& Driver::result(size_t stream) const {
  return x_streams[stream]->result;
}

Histogram Driver::take_latency(size_t stream) {
  return std::exchange(x_streams[stream]->result.latency, Histogram());
}

Result<void> Driver::flush(Line& line) {
  if (!line.connection->flush()) return broken(line.stream ? line.stream->config.name : "listener");
  const bool wants = line.connection->wants_to_write();
  if (wants == line.watches_writing) return {};
  line.watches_writing = wants;
  epoll_event event{};
  event.events = wants ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &line;
  if (epoll_ctl(x_epoll, EPOLL_CTL_MOD, line.connection->fd(), &event) != 0) {
    return broken("epoll");
  }
  return {};
}

Result<void> Driver::send_due(Stream& stream, int64_t now) {
  const bool paced = stream.config.rate > 0;
  const auto gap = paced ? static_cast<int64_t>(1e9 / stream.config.rate) : 0;
  while (!stream.has_ended && (!paced || stream.due_ns <= now)) {
    Line* line = stream.free_line();
    if (line == nullptr) return {};
    // Fill this connection's window before going on, so that one send call carries it all.
    do {
      const int64_t due = paced ? stream.due_ns : now;
      const auto events = stream.compose(*line->connection, due);
      if (!events) {
        stream.has_ended = true;
        break;
      }
      line->pending.push_back({due, *events});
      if (paced) stream.result.late.record(now - due);
      stream.due_ns += gap;
    } while (line->pending.size() < stream.config.in_flight && (!paced || stream.due_ns <= now));
    if (auto sent = flush(*line); !sent) return sent;
  }
  return {};
}

void Driver::answered(Line& line, const Connection::Answer& answer, int64_t now) {
  if (line.stream == nullptr) return line.on_message(answer.body, now);
  if (line.pending.empty()) return;  // a message nobody asked for
  const Pending pending = line.pending.front();
  line.pending.pop_front();
  StreamResult& result = line.stream->result;
  ++result.requests;
  if (answer.status == 429 || answer.status == 503) {
    ++result.refused;
    return;
  }
  if (answer.status < 200 || answer.status > 299) {
    ++result.failed;
    return;
  }
  result.latency.record(now - pending.since_ns);
  result.events += pending.events;
  if (answer.body.starts_with('{')) {
    result.accepted += number_after(answer.body, R"("accepted")");
    result.duplicates += number_after(answer.body, R"("duplicates")");
  } else {
    result.accepted += pending.events;
  }
}

Result<void> Driver::receive(Line& line) {
  const int64_t now = monotonic_ns();
  const bool alive = line.connection->receive(
      [&](const Connection::Answer& answer) { answered(line, answer, now); });
  if (!alive) return broken(line.stream ? line.stream->config.name : "listener");
  return {};
}

int64_t Driver::next_due(int64_t until_ns) const {
  int64_t due = until_ns;
  for (const auto& stream : x_streams) {
    if (stream->has_ended || stream->config.rate <= 0) continue;
    const bool room = std::any_of(stream->lines.begin(), stream->lines.end(), [&](const Line* l) {
      return l->pending.size() < stream->config.in_flight;
    });
    if (room) due = std::min(due, stream->due_ns);
  }
  return due;
}

bool Driver::has_pending() const {
  return (x_also_waits && x_also_waits()) ||
         std::any_of(x_lines.begin(), x_lines.end(),
                     [](const auto& line) { return !line->pending.empty(); });
}

// Waits for answers or until something is due, and handles what came.
Result<void> Driver::turn(int64_t until_ns) {
  const int64_t wait = std::max<int64_t>(0, next_due(until_ns) - monotonic_ns());
  const timespec timeout{wait / 1'000'000'000, wait % 1'000'000'000};
  epoll_event ready[kReadyMax];
  const int n = epoll_pwait2(x_epoll, ready, kReadyMax, &timeout, nullptr);
  for (int i = 0; i < n; ++i) {
    Line& line = *static_cast<Line*>(ready[i].data.ptr);
    if ((ready[i].events & EPOLLOUT) != 0) {
      if (auto sent = flush(line); !sent) return sent;
    }
    if ((ready[i].events & ~static_cast<uint32_t>(EPOLLOUT)) != 0) {
      if (auto got = receive(line); !got) return got;
    }
  }
  return {};
}

Result<void> Driver::run(Duration warm_up, Duration duration,
                         const std::function<void()>& on_warm) {
  // What this thread waits for the processor, or oversleeps, would be part of every latency.
  begin_thread("rk-load", ThreadRole::kServing);
  prctl(PR_SET_TIMERSLACK, 1);
  const int64_t start = monotonic_ns();
  const int64_t warm = start + warm_up.ms * 1'000'000;
  const int64_t end = warm + duration.ms * 1'000'000;
  for (auto& stream : x_streams) stream->due_ns = start;
  bool is_warm = false;
  int64_t measured_from = start;
  int64_t report_at = end;
  int64_t now = start;
  while (now < end) {
    if (!is_warm && now >= warm) {
      is_warm = true;
      measured_from = now;
      for (auto& stream : x_streams) stream->result = {};
      on_warm();
      if (x_report) report_at = now + x_report_every_ns;
    }
    if (now >= report_at) {
      x_report();
      report_at += x_report_every_ns;
    }
    bool has_ended = true;
    for (auto& stream : x_streams) {
      if (auto sent = send_due(*stream, now); !sent) return sent;
      has_ended = has_ended && stream->has_ended;
    }
    if (has_ended && !has_pending()) break;
    if (auto turned = turn(is_warm ? std::min(end, report_at) : warm); !turned) return turned;
    now = monotonic_ns();
  }
  x_measured_ns = monotonic_ns() - measured_from;
  for (auto& stream : x_streams) {
    stream->result.requests_in_time = stream->result.requests;
    stream->result.events_in_time = stream->result.events;
  }
  const int64_t last = now + kDrainNs;
  while (has_pending() && monotonic_ns() < last) {
    if (auto turned = turn(last); !turned) return turned;
  }
  for (auto& stream : x_streams) {
    for (const Line* line : stream->lines) stream->result.unanswered += line->pending.size();
  }
  return {};
}

}  // namespace rekindle::cli
