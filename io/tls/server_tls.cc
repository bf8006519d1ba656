#include "io/tls/server_tls.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>

namespace rekindle::io {
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

// TLS 1.2; those of 1.3 are all sound.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

Error cannot(const std::string& what, const error_code& error) {
  return {ErrorCode::kInvalidConfiguration, what + ": " + error.message()};
}

// Clients that only offer another protocol are turned away in the handshake.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned in_size, void*) {
  static constexpr unsigned char kHttp[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kHttp, sizeof(kHttp) - 1, in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<std::shared_ptr<ssl::context>> load(const TlsConfig& config) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);  // an idle connection holds no buffers
  SSL_CTX_set_cipher_list(raw, kCiphers);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  error_code error;
  // Else OpenSSL would ask the terminal for the pass phrase of an encrypted key.
  context->set_password_callback(
      [](size_t, ssl::context::password_purpose) { return std::string(); }, error);
  context->use_certificate_chain_file(config.certificate_file, error);
  if (error) return cannot("the certificate " + config.certificate_file, error);
  context->use_private_key_file(config.key_file, ssl::context::pem, error);
  if (error) return cannot("the key " + config.key_file + " of the certificate", error);
  if (SSL_CTX_check_private_key(raw) != 1) {
    return Error{ErrorCode::kInvalidConfiguration,
                 "the key " + config.key_file + " is not that of " + config.certificate_file};
  }
  return context;
}

}  // namespace

Result<std::unique_ptr<ServerTls>> ServerTls::make(const TlsConfig& config) {
  std::unique_ptr<ServerTls> tls(new ServerTls(config));
  if (auto loaded = tls->reload(); !loaded) return loaded.error();
  return tls;
}

Result<void> ServerTls::reload() {
  x_read = stamp();  // before: what is written meanwhile is seen as a change
  auto context = load(x_config);
  if (!context) return context.error();
  x_context.store(*std::move(context), std::memory_order_release);
  return {};
}

bool ServerTls::files_changed() const {
  return !(stamp() == x_read);
}

ServerTls::Stamp ServerTls::stamp() const {
  std::error_code ignored;  // a file that is not there has the smallest time: a change, and a fault
  return {std::filesystem::last_write_time(x_config.certificate_file, ignored),
          std::filesystem::last_write_time(x_config.key_file, ignored)};
}

}  // namespace rekindle::io
