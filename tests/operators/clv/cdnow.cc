#include "tests/operators/clv/cdnow.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>

namespace rekindle::operators::samples {
namespace {

std::string archive() {
  return std::string(RK_SOURCE_DIR) + "/../shared/data/cdnow.tar.zst";
}

std::string read_member(const std::string& name) {
  const std::string command = "tar --zstd -xOf '" + archive() + "' cdnow/" + name;
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  char chunk[65'536];
  for (size_t n = 0; (n = fread(chunk, 1, sizeof chunk, pipe)) > 0;) text.append(chunk, n);
  if (pclose(pipe) != 0 || text.empty()) throw std::runtime_error("failed: " + command);
  return text;
}

void read_summary(CdnowData& data) {
  std::istringstream in(read_member("cdnow_customers_summary_with_transactions.csv"));
  std::string line;
  std::getline(in, line);  // ID,x,t_x,T,zbar
  while (std::getline(in, line)) {
    int id = 0;
    RepeatCell repeats;
    auto& [x, t_x, age] = repeats.customer;
    double mean = 0;
    if (sscanf(line.c_str(), "%d,%lf,%lf,%lf,%lf", &id, &x, &t_x, &age, &mean) != 5) {
      throw std::runtime_error("not a CDNOW customer: " + line);
    }
    data.repeats.push_back(repeats);
    if (x > 0) data.spend.push_back({{x, mean}, 1});
  }
}

// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
int64_t day_number(int64_t date) {
  const int64_t month = date / 100 % 100;
  const int64_t year = date / 10'000 - (month <= 2 ? 1 : 0);
  const int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + date % 100 - 1;
  return 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719'468;
}

void read_orders(CdnowData& data) {
  std::istringstream in(read_member("CDNOW_sample.txt"));
  int64_t master_id = 0;
  int64_t id = 0;
  int64_t date = 0;
  int64_t discs = 0;
  std::string dollars;
  while (in >> master_id >> id >> date >> discs >> dollars) {
    CdnowOrder order;
    order.customer = static_cast<size_t>(id - 1);
    order.at = EventTime{} + days(day_number(date));
    order.cents = std::llround(std::strtod(dollars.c_str(), nullptr) * 100);
    data.orders.push_back(order);
  }
}

}  // namespace

bool has_cdnow() {
  return std::filesystem::exists(archive());
}

const CdnowData& cdnow() {
  static const CdnowData data = [] {
    CdnowData read;
    read_summary(read);
    read_orders(read);
    return read;
  }();
  return data;
}

std::vector<PurchaseHistory> cdnow_histories(EventTime day) {
  std::vector<PurchaseHistory> histories(cdnow().repeats.size());
  for (const auto& [customer, at, cents] : cdnow().orders) {
    if (at > day) continue;
    PurchaseHistory& history = histories[customer];
    if (history.orders == 0) history.first_at = at;
    if (history.last_at != at) ++history.orders;
    history.last_at = at;
    history.revenue += cents;
  }
  return histories;
}

}  // namespace rekindle::operators::samples
