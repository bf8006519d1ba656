#include "cli/load/traffic.h"

#include <charconv>
#include <cmath>

namespace rekindle::cli {
namespace {

void append_number(std::string& out, uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

}  // namespace

Traffic::Traffic(TrafficConfig config)
    : x_config(std::move(config)),
      x_dice(x_config.seed),
      x_visitors(x_config.visitors, x_config.zipf),
      x_products(x_config.products, 1.0),
      x_sessions(x_config.open_sessions) {
  for (Session& session : x_sessions) begin(session);
}

void Traffic::begin(Session& session) {
  session = {};
  if (x_config.every_visitor_once) {
    if (x_next_visitor == x_config.visitors) return;  // left stays 0: this place is done
    session.visitor = x_next_visitor++;
  } else {
    session.visitor = x_visitors.draw(x_dice);
  }
  const double chance = 1.0 / x_config.session_mean;  // that an event is the session's last
  session.left = x_config.session_mean <= 1
                     ? 1
                     : 1 + static_cast<uint32_t>(std::log(1 - x_dice.unit()) / std::log1p(-chance));
}

bool Traffic::next(Step& step) {
  Session* session = nullptr;
  while (true) {
    if (x_sessions.empty()) return false;
    const uint32_t at = x_dice.below(static_cast<uint32_t>(x_sessions.size()));
    session = &x_sessions[at];
    if (session->left > 0) break;
    *session = x_sessions.back();
    x_sessions.pop_back();
  }
  step.visitor = session->visitor;
  step.number = x_events++;
  const uint32_t what = x_dice.below(100);
  if (what < 30) {
    step.type = "page_view";
  } else if (what < 50 && session->cart_size > 0 && session->left == 1) {
    step.type = "purchase";
    step.is_purchase = true;
    for (uint32_t i = 0; i < session->cart_size; ++i) step.products[i] = session->cart[i];
    step.product_count = session->cart_size;
    session->cart_size = 0;
  } else {
    const uint32_t product = x_products.draw(x_dice);
    step.products[0] = product;
    step.product_count = 1;
    const bool puts = what >= 85 && session->cart_size < 3;
    step.type = puts ? "add_to_cart" : "view_item";
    if (puts) session->cart[session->cart_size++] = product;
  }
  if (--session->left == 0) begin(*session);
  return true;
}

void Traffic::append_price(std::string& out, uint32_t product) const {
  append_number(out, 1 + product * 7'919ULL % 250);
  out += ".50";
}

bool Traffic::append_json(std::string& out) {
  Step step;
  if (!next(step)) return false;
  out.append(R"({"site":")").append(x_config.site).append(R"(","visitor":"v)");
  append_number(out, step.visitor);
  out.append(R"(","event_id":")").append(x_config.run).append("-");
  append_number(out, step.number);
  out.append(R"(","type":")").append(step.type).append("\"");
  if (step.is_purchase) {
    out.append(R"(,"order":"o)").append(x_config.run).append("-");
    append_number(out, step.number);
    out += '"';
  }
  for (uint32_t i = 0; i < step.product_count; ++i) {
    const uint32_t product = step.products[i];
    out += i == 0 ? R"(,"items":[{"product":"p)" : R"(,{"product":"p)";
    append_number(out, product);
    out += R"(","category":"c)";
    append_number(out, product % x_config.categories);
    out += R"(","brand":"b)";
    append_number(out, product % x_config.brands);
    out += R"(","price":")";
    append_price(out, product);
    out += R"(","quantity":1})";
  }
  out += step.product_count > 0 ? "]}" : "}";
  return true;
}

bool Traffic::append_pixel(std::string& out) {
  Step step;
  if (!next(step)) return false;
  out.append("/pixel.gif?s=").append(x_config.site).append("&v=v");
  append_number(out, step.visitor);
  out.append("&id=").append(x_config.run).append("-");
  append_number(out, step.number);
  out.append("&e=").append(step.type);
  if (step.is_purchase) {
    out.append("&o=o").append(x_config.run).append("-");
    append_number(out, step.number);
  }
  for (uint32_t i = 0; i < step.product_count; ++i) {
    const uint32_t product = step.products[i];
    out += "&i=p";
    append_number(out, product);
    out += "~c";
    append_number(out, product % x_config.categories);
    out += "~b";
    append_number(out, product % x_config.brands);
    out += '~';
    append_price(out, product);
    out += "~1";
  }
  return true;
}

void Traffic::append_visitor(std::string& out) {
  out += 'v';
  append_number(out, x_visitors.draw(x_dice));
}

}  // namespace rekindle::cli
