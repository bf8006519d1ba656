#include "cli/catalog.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <memory>

#include "cli/audience/server_client.h"
#include "cli/catalogs.h"
#include "cli/exit_code.h"
#include "operators/decide/catalog/catalog_formats.h"

namespace rekindle::cli {
namespace {

struct Options {
  std::string to = "http://127.0.0.1:8080";
  std::string file;
  std::string site;
  std::string at;
  bool is_change = false;
  bool json = false;
};

int fail(const Error& error) {
  fmt::print(stderr, "rekindle catalog: {}\n",
             error.detail.empty() ? std::string(describe(error.code)) : error.detail);
  return exit_code_of(error.code);
}

std::string_view content_type_of(CatalogFormat format) {
  switch (format) {
    case CatalogFormat::kCsv: return "text/csv";
    case CatalogFormat::kNdjson: return "application/x-ndjson";
    case CatalogFormat::kXml: return "application/xml";
    default: return "application/octet-stream";
  }
}

std::string target_of(const Options& options) {
  std::string target = "/v1/catalog";
  char sign = '?';
  for (const auto& [name, value] : {std::pair{"site", options.site}, {"at", options.at}}) {
    if (value.empty()) continue;
    target += sign + std::string(name) + "=" + percent_encode(value);
    sign = '&';
  }
  return target;
}

// One line, and one for each fault with its place in the file.
Result<std::string> text_of(const std::string& json, const std::string& file) {
  simdjson::dom::parser parser;
  simdjson::dom::element answer;
  if (parser.parse(json).get(answer) != simdjson::SUCCESS) {
    return Error{ErrorCode::kMalformedRequest, "the server's answer is not JSON"};
  }
  const auto number = [&](const char* name) {
    uint64_t value = 0;
    return answer[name].get(value) == simdjson::SUCCESS ? value : 0;
  };
  std::string text = fmt::format("{} products now (version {}); {} rows, {} deleted, {} left out\n",
                                 number("products"), number("version"), number("rows"),
                                 number("deleted"), number("faulty_rows"));
  simdjson::dom::array faults;
  if (answer["faults"].get(faults) != simdjson::SUCCESS) return text;
  for (const simdjson::dom::element fault : faults) {
    uint64_t line = 0;
    uint64_t column = 0;
    std::string_view reason;
    const bool is_read = fault["line"].get(line) == simdjson::SUCCESS &&
                         fault["column"].get(column) == simdjson::SUCCESS &&
                         fault["reason"].get(reason) == simdjson::SUCCESS;
    if (is_read) text += fmt::format("{}:{}:{}: {}\n", file, line, column, reason);
  }
  return text;
}

int run_put(const Options& options) {
  const auto bytes = read_whole_file(options.file);
  if (!bytes) return fail(bytes.error());
  auto client = ServerClient::open(options.to);
  if (!client) return fail(client.error());
  const auto format = operators::catalog_format_of(options.file);
  const auto answer = (*client)->change_catalog(target_of(options), content_type_of(format), *bytes,
                                                options.is_change);
  if (!answer) return fail(answer.error());
  const auto text = options.json ? answer : text_of(*answer, options.file);
  if (!text) return fail(text.error());
  fmt::print("{}", *text);
  return kExitOk;
}

int run_show(const Options& options) {
  auto client = ServerClient::open(options.to);
  if (!client) return fail(client.error());
  const auto answer = (*client)->get(target_of(options));
  if (!answer) return fail(answer.error());
  fmt::print("{}", *answer);
  return kExitOk;
}

}  // namespace

void add_catalog_command(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  Command catalog = line.add("catalog", "Look at and change the catalogue of a running server");
  catalog.footer("Each of them has its own --help.");
  Command put = catalog.add("put", "Replace a site's products by a file's, or change some of them");
  put.option("file", options->file, "CSV, TSV, NDJSON or Google Merchant XML; also .gz and .zst")
      .required();
  put.option("--to", options->to, "The server").shows_default();
  put.option("--site", options->site, "Site, if the server has several");
  put.flag("--change", options->is_change,
           "The rows change, add or delete products; the others stay");
  put.option("--at", options->at, "Since when what is new is new (RFC 3339); now when left out");
  put.flag("--json", options->json, "The server's answer as it is");
  put.footer(
      "The next decision sees it. Rows that cannot be used are listed with their place, and left\n"
      "out. Fields: docs/catalog.md.\n\n"
      "Examples:\n"
      "  rekindle catalog put products.csv --site shop\n"
      "  rekindle catalog put prices.ndjson --change\n"
      "Exit status: 0 done, 1 no answer or a failure, 2 refused.");
  put.runs([options] { return run_put(*options); });
  Command show = catalog.add("show", "How many products and categories a site has");
  show.option("--to", options->to, "The server").shows_default();
  show.option("--site", options->site, "Site, if the server has several");
  show.footer("Example:\n  rekindle catalog show --site shop");
  show.runs([options] { return run_show(*options); });
}

}  // namespace rekindle::cli
