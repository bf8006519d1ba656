#include "tests/io/webhooks/tls_receiver.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <filesystem>

#include "core/assert.h"

namespace rekindle::testing {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

// Signed by itself, for a day.
std::unique_ptr<X509, Free> certificate_of(EVP_PKEY* key) {
  std::unique_ptr<X509, Free> made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  const std::unique_ptr<X509_EXTENSION, Free> address(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  RK_ASSERT(address != nullptr && X509_add_ext(made.get(), address.get(), -1) == 1);
  RK_ASSERT(X509_sign(made.get(), key, EVP_sha256()) > 0);
  return made;
}

}  // namespace

struct TlsReceiver::Impl {
  asio::io_context context;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
};

TlsReceiver::TlsReceiver() : x_impl(std::make_unique<Impl>()) {
  x_port = x_impl->acceptor.local_endpoint().port();
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  RK_ASSERT(key != nullptr);
  const auto certificate = certificate_of(key.get());
  RK_ASSERT(SSL_CTX_use_certificate(x_impl->tls.native_handle(), certificate.get()) == 1);
  RK_ASSERT(SSL_CTX_use_PrivateKey(x_impl->tls.native_handle(), key.get()) == 1);
  x_file = (std::filesystem::temp_directory_path() /
            ("rekindle_receiver_" + std::to_string(getpid()) + "_" + std::to_string(x_port)))
               .string();
  std::FILE* const out = std::fopen(x_file.c_str(), "w");
  RK_ASSERT(out != nullptr && PEM_write_X509(out, certificate.get()) == 1);
  std::fclose(out);
  x_thread = std::thread([this] { run(); });
}

TlsReceiver::~TlsReceiver() {
  ::shutdown(x_impl->acceptor.native_handle(), SHUT_RDWR);  // wakes the blocking accept
  x_thread.join();
  std::filesystem::remove(x_file);
}

std::string TlsReceiver::next_body() {
  std::unique_lock lock(x_mutex);
  x_came.wait(lock, [this] { return !x_bodies.empty(); });
  std::string body = std::move(x_bodies.front());
  x_bodies.pop_front();
  return body;
}

void TlsReceiver::run() {
  while (true) {
    boost::system::error_code error;
    asio::ssl::stream<tcp::socket> stream(x_impl->context, x_impl->tls);
    x_impl->acceptor.accept(stream.next_layer(), error);
    if (error) return;
    stream.handshake(asio::ssl::stream_base::server, error);
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    if (!error) http::read(stream, buffer, request, error);
    if (error) continue;  // the client did not trust us
    asio::write(stream, asio::buffer(std::string_view("HTTP/1.1 204 No Content\r\n\r\n")), error);
    const std::lock_guard lock(x_mutex);
    x_bodies.push_back(std::move(request.body()));
    x_came.notify_one();
  }
}

}  // namespace rekindle::testing
