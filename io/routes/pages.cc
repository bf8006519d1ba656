// GET of the files for browsers (io/pages.h): with an ETag, compressed for those who take gzip.

#include "io/pages.h"

#include "io/http_connection.h"
#include "io/problem.h"
#include "io/routes/routes.h"

namespace rekindle::io::routes {
namespace {

// "gzip" among the codings, not refused by a weight of 0.
bool takes_gzip(std::string_view accepted) {
  const size_t at = accepted.find("gzip");
  if (at == std::string_view::npos) return false;
  std::string_view rest = accepted.substr(at + 4);
  rest = rest.substr(0, rest.find(','));
  const size_t weight = rest.find("q=0");
  return weight == std::string_view::npos ||
         rest.find_first_of("123456789", weight + 3) < rest.size();
}

Response file_response(const Page& page, const Request& request) {
  Response response;
  response.content_type = page.content_type;
  response.headers = "ETag: " + page.etag + "\r\nCache-Control: ";
  response.headers.append(page.cache_control)
      .append(
          "\r\nVary: Accept-Encoding\r\nX-Content-Type-Options: nosniff\r\n"
          "Access-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\n");
  if (request.if_none_match.find(page.etag) != std::string_view::npos) {
    response.status = 304;
  } else if (!page.gzip.empty() && takes_gzip(request.accept_encoding)) {
    response.headers += "Content-Encoding: gzip\r\n";
    response.body = page.gzip;
  } else {
    response.body = page.body;
  }
  return response;
}

}  // namespace

bool serve_page(Call& call) {
  const Pages& pages = call.thread.parts().pages;
  const Request& request = call.request;
  const Page* const page = pages.find(request.path);
  Response response;
  if (page == nullptr) {
    if (request.path != "/demo" || !pages.has_demo()) return false;
    response.status = 302;
    response.headers = "Location: /demo/\r\n";
  } else if (request.method == Method::kGet || request.method == Method::kHead) {
    response = file_response(*page, request);
  } else {
    response = request.method == Method::kOptions ? Response{} : problem(405);
    if (request.method == Method::kOptions) response.status = 204;
    response.headers += "Allow: GET, HEAD, OPTIONS\r\n";
  }
  call.reply.send(response);
  return true;
}

}  // namespace rekindle::io::routes
