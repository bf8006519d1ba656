#include "cli/presets/uci.h"

#include <algorithm>
#include <charconv>

#include "cli/presets/decimal.h"
#include "cli/presets/uci_category.h"
#include "core/limits.h"
#include "core/time_text.h"

namespace rekindle::cli {
namespace {

enum Column : size_t { kInvoice, kStockCode, kDescription, kQuantity, kDate, kPrice, kCustomer };

bool is_refund(std::string_view invoice) {
  return invoice.starts_with('C') || invoice.starts_with('c');
}

}  // namespace

UciSource::UciSource(std::unique_ptr<ByteSource> bytes)
    : x_bytes(std::move(bytes)), x_csv(*x_bytes) {}

Result<std::unique_ptr<EventSource>> UciSource::make(std::unique_ptr<ByteSource> bytes) {
  std::unique_ptr<UciSource> source(new UciSource(std::move(bytes)));
  if (auto header = source->x_csv.read_header(); !header) return header.error();
  auto columns = source->x_csv.columns({"InvoiceNo", "StockCode", "Description", "Quantity",
                                        "InvoiceDate", "UnitPrice", "CustomerID"});
  if (!columns) return columns.error();
  source->x_columns = std::move(*columns);
  return source;
}

bool UciSource::next(SourceEvent& event) {
  for (;;) {
    while (!x_open.empty() && (x_at_end || x_now_ms - x_open.front().last_ms > kInvoiceGapMs)) {
      if (!finish(event)) continue;
      ++x_counts.events;
      return true;
    }
    if (x_at_end) return false;
    x_at_end = !x_csv.next();
    if (x_at_end && error()) return false;
    if (!x_at_end) take_row();
    x_counts.rows = x_csv.rows();
    x_counts.bad_rows = x_csv.bad_rows() + x_unreadable;
  }
}

void UciSource::take_row() {
  const auto field = [this](Column column) { return x_csv.field(x_columns[column]); };
  std::string_view customer = field(kCustomer);
  if (customer.ends_with(".0")) customer.remove_suffix(2);
  const Result<int64_t> at_ms = parse_time(field(kDate));
  const std::string_view quantity_text = field(kQuantity);
  int64_t quantity = 0;
  const auto parsed =
      std::from_chars(quantity_text.data(), quantity_text.data() + quantity_text.size(), quantity);
  const auto price = parse_micros(field(kPrice));
  if (!at_ms || !price || field(kInvoice).empty() || parsed.ec != std::errc{} ||
      parsed.ptr != quantity_text.data() + quantity_text.size()) {
    ++x_unreadable;
    return;
  }
  x_now_ms = std::max(x_now_ms, *at_ms);
  if (customer.empty()) {
    ++x_counts.no_visitor;
    return;
  }
  Invoice& invoice = invoice_of(field(kInvoice), customer, *at_ms);
  const int64_t pieces = is_refund(field(kInvoice)) ? -quantity : quantity;
  const auto value = add_micros(invoice.value_micros, *price, pieces);
  if (pieces <= 0 || pieces > int64_t{limits::kQuantityMax} || *price < 0 || !value ||
      invoice.event.items.size() >= limits::kItemsPerEventMax) {
    ++x_counts.unusable_lines;
    return;
  }
  invoice.value_micros = *value;
  SourceItem& item = invoice.event.items.emplace_back();
  item.product = field(kStockCode);
  item.category = uci_category(field(kStockCode), field(kDescription));
  item.price = format_micros(*price);
  item.quantity = pieces;
}

UciSource::Invoice& UciSource::invoice_of(std::string_view number, std::string_view customer,
                                          int64_t at_ms) {
  x_key.assign(number).append(1, '\n').append(customer);
  const auto [place, is_new] = x_place_of.try_emplace(x_key, x_finished + x_open.size());
  if (!is_new) {
    Invoice& invoice = x_open[place->second - x_finished];
    invoice.last_ms = std::max(invoice.last_ms, at_ms);
    return invoice;
  }
  Invoice& invoice = x_open.emplace_back();
  invoice.last_ms = at_ms;
  invoice.event.at_ms = at_ms;
  invoice.event.visitor = customer;
  invoice.event.order = number;
  invoice.event.event_id = number;
  invoice.event.type = is_refund(number) ? "refund" : "purchase";
  invoice.event.currency = "GBP";
  return invoice;
}

bool UciSource::finish(SourceEvent& event) {
  event = std::move(x_open.front().event);
  event.value = format_micros(x_open.front().value_micros);
  x_open.pop_front();
  ++x_finished;
  x_key.assign(event.order).append(1, '\n').append(event.visitor);
  x_place_of.erase(x_key);
  if (!event.items.empty()) return true;
  ++x_counts.empty_orders;
  return false;
}

}  // namespace rekindle::cli
