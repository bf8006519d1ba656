#include "io/webhooks/webhook_call.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <charconv>
#include <chrono>

#include "core/limits.h"
#include "io/webhooks/webhook_signature.h"

namespace rekindle::io {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using tcp = asio::ip::tcp;

struct WebhookTls::Impl {
  ssl::context context{ssl::context::tls_client};
};

WebhookTls::WebhookTls(std::unique_ptr<Impl> impl) : x_impl(std::move(impl)) {}
WebhookTls::WebhookTls(WebhookTls&&) noexcept = default;
WebhookTls::~WebhookTls() = default;

Result<WebhookTls> WebhookTls::make(const std::string& ca_file) {
  auto impl = std::make_unique<Impl>();
  error_code error;
  impl->context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                                ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                                ssl::context::no_tlsv1_1,
                            error);
  if (!error) impl->context.set_verify_mode(ssl::verify_peer, error);
  if (!error && ca_file.empty()) impl->context.set_default_verify_paths(error);
  if (!error && !ca_file.empty()) impl->context.load_verify_file(ca_file, error);
  if (error) {
    return Error{ErrorCode::kInvalidConfiguration,
                 "certificates " + ca_file + ": " + error.message()};
  }
  return WebhookTls(std::move(impl));
}

namespace {

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using TlsStream = ssl::stream<Socket>;
using Resolver = asio::ip::basic_resolver<tcp, Executor>;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

std::string head_of(const WebhookRequest& request) {
  const WebhookUrl& url = request.config.url;
  const WebhookStamp stamp{request.id, request.seconds};
  std::string head = "POST " + url.target + " HTTP/1.1\r\nHost: " + url.authority();
  head += "\r\nUser-Agent: Rekindle\r\nConnection: close\r\nContent-Type: application/json";
  head += "\r\nContent-Length: " + std::to_string(request.body.size());
  head += "\r\nwebhook-id: " + request.id;
  head += "\r\nwebhook-timestamp: " + std::to_string(request.seconds);
  head += "\r\nwebhook-signature: ";
  head += webhook_signature(request.config.secrets, stamp, request.body);
  return head + "\r\n\r\n";
}

std::optional<int64_t> seconds_in(boost::beast::string_view text) {
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return seconds;
}

// `Stream` is a socket, or TLS over one.
template <typename Stream>
class Call final : public boost::intrusive_ref_counter<Call<Stream>, boost::thread_unsafe_counter> {
 public:
  using Done = std::function<void(const WebhookOutcome&)>;
  using Self = boost::intrusive_ptr<Call>;

  template <typename... StreamParts>
  Call(asio::io_context& context, const WebhookRequest& request, Done done, StreamParts&&... parts)
      : x_url(request.config.url),
        x_head(head_of(request)),
        x_body(request.body),
        x_resolver(context.get_executor()),
        x_timer(context.get_executor()),
        x_stream(std::forward<StreamParts>(parts)...),
        x_done(std::move(done)) {
    x_parser.header_limit(static_cast<uint32_t>(limits::kHeaderBytesMax));
    x_parser.body_limit(boost::none);  // the status counts, whatever follows it
    x_timer.expires_after(std::chrono::milliseconds(request.config.timeout.ms));
  }

  void start() {
    x_timer.async_wait([self = Self(this)](error_code error) {
      if (!error) self->finish("no answer in time");
    });
    x_resolver.async_resolve(x_url.host, x_url.port,
                             [self = Self(this)](error_code error, const auto& places) {
                               if (error) return self->finish("host name: " + error.message());
                               self->connect(places);
                             });
  }

 private:
  Socket& socket() {
    if constexpr (std::is_same_v<Stream, Socket>) {
      return x_stream;
    } else {
      return x_stream.next_layer();
    }
  }
  void connect(const Resolver::results_type& places) {
    if (x_over) return;
    asio::async_connect(socket(), places, [self = Self(this)](error_code error, const auto&) {
      if (error) return self->finish("connecting: " + error.message());
      self->shake_hands();
    });
  }
  void shake_hands() {
    if (x_over) return;
    if constexpr (std::is_same_v<Stream, Socket>) {
      write();
    } else {
      error_code no_address;
      asio::ip::make_address(x_url.host, no_address);  // addresses are not named to the server
      if (no_address &&
          SSL_set_tlsext_host_name(x_stream.native_handle(), x_url.host.c_str()) != 1) {
        return finish("TLS: the host name cannot be named");
      }
      x_stream.set_verify_callback(ssl::host_name_verification(x_url.host));
      x_stream.async_handshake(ssl::stream_base::client, [self = Self(this)](error_code error) {
        if (error) return self->finish("TLS: " + error.message());
        self->write();
      });
    }
  }
  void write() {
    if (x_over) return;
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(x_head), asio::buffer(x_body)};
    asio::async_write(x_stream, bytes, [self = Self(this)](error_code error, size_t) {
      // A receiver may answer before it has read all; the answer tells more than the failed write.
      self->read(error);
    });
  }
  void read(error_code written) {
    if (x_over) return;
    http::async_read_header(x_stream, x_buffer, x_parser,
                            [self = Self(this), written](error_code error, size_t) {
                              if (!error) return self->take_answer();
                              self->finish("no answer: " + (written ? written : error).message());
                            });
  }
  void take_answer() {
    if (x_over) return;
    x_outcome.status = static_cast<int>(x_parser.get().result_int());
    x_outcome.retry_after_seconds = seconds_in(x_parser.get()[http::field::retry_after]);
    const auto length = x_parser.content_length();
    if (length && *length > limits::kWebhookResponseBytesMax) return finish({});
    // The rest is read so that the receiver is not cut off, and forgotten.
    x_parser.body_limit(limits::kWebhookResponseBytesMax);
    http::async_read(x_stream, x_buffer, x_parser,
                     [self = Self(this)](error_code, size_t) { self->finish({}); });
  }
  void finish(std::string problem) {
    if (x_over) return;
    x_over = true;
    x_timer.cancel();
    x_resolver.cancel();
    error_code ignored;  // closed is closed
    socket().shutdown(asio::socket_base::shutdown_both, ignored);
    socket().close(ignored);
    x_outcome.problem = std::move(problem);
    if (x_outcome.is_delivered()) {
      x_outcome.problem.clear();
    } else if (x_outcome.status != 0) {
      x_outcome.problem = "answered " + std::to_string(x_outcome.status);
    }
    x_done(x_outcome);
  }

  const WebhookUrl& x_url;
  const std::string x_head;
  const std::string_view x_body;
  Resolver x_resolver;
  Timer x_timer;
  Stream x_stream;
  Done x_done;
  boost::beast::flat_static_buffer<limits::kHeaderBytesMax> x_buffer;
  http::response_parser<http::string_body> x_parser;
  WebhookOutcome x_outcome;
  bool x_over = false;
};

}  // namespace

void call_webhook(asio::io_context& context, const WebhookRequest& request,
                  std::function<void(const WebhookOutcome&)> done) {
  if (request.config.url.is_https) {
    const boost::intrusive_ptr<Call<TlsStream>> call(new Call<TlsStream>(
        context, request, std::move(done), context.get_executor(), request.tls.impl().context));
    return call->start();
  }
  const boost::intrusive_ptr<Call<Socket>> call(
      new Call<Socket>(context, request, std::move(done), context.get_executor()));
  call->start();
}

}  // namespace rekindle::io
