#include "io/pages.h"

#include <absl/strings/string_view.h>
#include <fmt/format.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/assert.h"
#include "core/ids.h"
#include "core/limits.h"
#include "io/browser_script.h"

namespace rekindle::io {
namespace {
namespace fs = std::filesystem;

// Shops get a new script an hour after an update at the latest.
constexpr std::string_view kScriptCache = "public, max-age=3600";
constexpr std::string_view kDemoCache = "no-cache";
constexpr std::string_view kDemoPath = "/demo/";

std::string compressed(std::string_view body) {
  z_stream z{};
  constexpr int kGzipWindow = 15 + 16;
  RK_ASSERT(deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) ==
            Z_OK);
  std::string out(deflateBound(&z, body.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(body.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  RK_ASSERT(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  if (out.size() >= body.size()) out.clear();
  return out;
}

std::string_view type_of(const fs::path& file) {
  const std::string end = file.extension().string();
  if (end == ".html") return "text/html; charset=utf-8";
  if (end == ".js") return "text/javascript; charset=utf-8";
  if (end == ".css") return "text/css; charset=utf-8";
  if (end == ".csv") return "text/csv; charset=utf-8";
  if (end == ".svg") return "image/svg+xml";
  if (end == ".png") return "image/png";
  return "application/octet-stream";
}

Error unreadable(const fs::path& path) {
  return {ErrorCode::kNotFound, "the demo's " + path.string() + " cannot be read"};
}

}  // namespace

void Pages::add(std::string path, std::string_view content_type, std::string_view cache_control,
                std::string body) {
  Page page{content_type, cache_control, std::move(body), {}, {}};
  page.gzip = compressed(page.body);
  page.etag = fmt::format("\"{:016x}\"", name_hash(page.body));
  x_pages.insert_or_assign(std::move(path), std::move(page));
}

Result<void> Pages::add_demo(const std::string& directory) {
  std::error_code error;
  size_t bytes = 0;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    const fs::path& file = at->path();
    if (!at->is_regular_file(error)) continue;
    std::ifstream in(file, std::ios::binary);
    std::string body{std::istreambuf_iterator<char>(in), {}};
    if (!in) return unreadable(file);
    bytes += body.size();
    if (x_pages.size() >= limits::kPagesMax || bytes > limits::kPagesBytesMax) {
      return Error{ErrorCode::kInvalidConfiguration, "the demo's directory holds too much"};
    }
    std::string path(kDemoPath);
    // By its name here: what a symbolic link points to has another.
    path += file.lexically_relative(directory).generic_string();
    if (path.ends_with("/index.html")) path.resize(path.size() - std::strlen("index.html"));
    add(std::move(path), type_of(file), kDemoCache, std::move(body));
  }
  if (error) return unreadable(directory);
  if (find(kDemoPath) == nullptr) return unreadable(fs::path(directory) / "index.html");
  x_has_demo = true;
  return {};
}

Result<Pages> Pages::make(const ServerConfig& config) {
  Pages pages;
  if (const std::string& path = config.script; !path.empty()) {
    if (path.front() != '/' || path.find_first_of("?# ") != std::string::npos) {
      return Error{ErrorCode::kInvalidConfiguration,
                   "server.script is a path like /rekindle.js, not '" + path + "'"};
    }
    pages.add(path, "text/javascript; charset=utf-8", kScriptCache, std::string(browser_script()));
  }
  if (!config.demo.empty()) {
    if (auto added = pages.add_demo(config.demo); !added) return added.error();
  }
  return pages;
}

const Page* Pages::find(std::string_view path) const {
  const auto found = x_pages.find(absl::string_view(path.data(), path.size()));
  return found == x_pages.end() ? nullptr : &found->second;
}

}  // namespace rekindle::io
