#include "tests/io/tls/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <cstdio>
#include <memory>

#include "core/assert.h"

namespace rekindle::testing {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::unique_ptr<X509, Free> sign(EVP_PKEY* key, int64_t serial) {
  std::unique_ptr<X509, Free> made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  RK_ASSERT(X509_sign(made.get(), key, EVP_sha256()) > 0);
  return made;
}

tcp::endpoint local(uint16_t port) {
  return {asio::ip::make_address("127.0.0.1"), port};
}

}  // namespace

void Certificate::renew(int64_t serial) {
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  RK_ASSERT(key != nullptr);
  const auto certificate = sign(key.get(), serial);
  const std::unique_ptr<std::FILE, Free> key_file(std::fopen(path("key.pem").c_str(), "w"));
  RK_ASSERT(
      PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  const std::unique_ptr<std::FILE, Free> file(std::fopen(path("certificate.pem").c_str(), "w"));
  RK_ASSERT(PEM_write_X509(file.get(), certificate.get()) == 1);
}

std::string Certificate::path(const char* name) const {
  return x_directory.path() + "/" + name;
}

io::TlsConfig Certificate::config() const {
  return {path("certificate.pem"), path("key.pem")};
}

struct TlsClient::Impl {
  asio::io_context context;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::unique_ptr<asio::ssl::stream<tcp::socket>> stream;
};

TlsClient::TlsClient(uint16_t port, Version version, const char* ciphers, std::string protocols)
    : x_impl(std::make_unique<Impl>()) {
  SSL_CTX* const raw = x_impl->tls.native_handle();
  constexpr int kVersions[] = {0, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  SSL_CTX_set_security_level(raw, 0);  // offers what is outdated, to see it refused
  SSL_CTX_set_min_proto_version(raw, kVersions[static_cast<size_t>(version)]);
  SSL_CTX_set_max_proto_version(raw, kVersions[static_cast<size_t>(version)]);
  if (ciphers != nullptr) RK_ASSERT(SSL_CTX_set_cipher_list(raw, ciphers) == 1);
  x_impl->stream = std::make_unique<asio::ssl::stream<tcp::socket>>(x_impl->context, x_impl->tls);
  if (!protocols.empty()) {
    SSL_set_alpn_protos(x_impl->stream->native_handle(),
                        reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  }
  x_impl->stream->next_layer().connect(local(port));
  x_impl->stream->handshake(asio::ssl::stream_base::client);
}
TlsClient::~TlsClient() = default;

void TlsClient::send(std::string_view bytes) {
  asio::write(*x_impl->stream, asio::buffer(bytes));
}

std::string TlsClient::read_all() {
  std::string all;
  boost::system::error_code error;
  asio::read(*x_impl->stream, asio::dynamic_buffer(all), error);
  if (error != asio::error::eof) throw boost::system::system_error(error);
  return all;
}

std::string TlsClient::read_until(std::string_view text) {
  std::string all;
  asio::read_until(*x_impl->stream, asio::dynamic_buffer(all), text);
  return all;
}

int64_t TlsClient::serial() const {
  const std::unique_ptr<X509, Free> shown(
      SSL_get1_peer_certificate(x_impl->stream->native_handle()));
  RK_ASSERT(shown != nullptr);
  int64_t serial = 0;
  ASN1_INTEGER_get_int64(&serial, X509_get0_serialNumber(shown.get()));
  return serial;
}

std::string TlsClient::version() const {
  return SSL_get_version(x_impl->stream->native_handle());
}

std::string TlsClient::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(x_impl->stream->native_handle(), &chosen, &size);
  return chosen == nullptr ? std::string()
                           : std::string(reinterpret_cast<const char*>(chosen), size);
}

std::string tls_websocket_answer(uint16_t port, const std::string& target,
                                 const std::string& frame) {
  asio::io_context context;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  boost::beast::websocket::stream<asio::ssl::stream<tcp::socket>> stream(context, tls);
  stream.next_layer().next_layer().connect(local(port));
  stream.next_layer().handshake(asio::ssl::stream_base::client);
  stream.handshake("127.0.0.1", target);
  stream.write(asio::buffer(frame));
  boost::beast::flat_buffer buffer;
  stream.read(buffer);
  stream.close(boost::beast::websocket::close_code::normal);
  return boost::beast::buffers_to_string(buffer.data());
}

}  // namespace rekindle::testing
