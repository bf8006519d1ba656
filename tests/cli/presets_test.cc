#include "cli/presets/preset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>

#include "cli/presets/completejourney.h"
#include "cli/presets/csv.h"
#include "cli/presets/decimal.h"
#include "cli/presets/ndjson.h"
#include "cli/presets/rees46.h"
#include "cli/presets/uci.h"
#include "cli/presets/uci_category.h"
#include "core/limits.h"

namespace rekindle::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::unique_ptr<ByteSource> memory(std::string text) {
  return std::make_unique<MemorySource>(std::move(text));
}

// Gives its text in pieces of `step` bytes, then fails if asked to.
class Pieces final : public ByteSource {
 public:
  Pieces(std::string text, size_t step, bool fails = false)
      : x_text(std::move(text)), x_step(step), x_fails(fails) {}
  Result<size_t> read(char* out, size_t size) override {
    const size_t taken = x_text.copy(out, std::min(size, x_step), x_at);
    x_at += taken;
    if (taken == 0 && x_fails) return Error{ErrorCode::kStoreFailed, "gone"};
    return taken;
  }
  double progress() const override { return 0; }

 private:
  std::string x_text;
  size_t x_step;
  bool x_fails;
  size_t x_at = 0;
};

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(CsvReader& csv) {
  Rows rows;
  while (csv.next()) {
    auto& row = rows.emplace_back();
    for (size_t i = 0; i < csv.fields(); ++i) row.emplace_back(csv.field(i));
  }
  return rows;
}

TEST(Csv, ReadsQuotesLineEndsAndTheByteOrderMarkHoweverTheBytesArrive) {
  const std::string text =
      "\xef\xbb\xbf\"a\",b\r\n"
      "1,2\r\n"
      "\r\n"
      "\"x,\"\"y\"\"\r\nz\",\"\"\n"
      "in\"side,3\" x\n"
      ",\n"
      "last,line";
  for (const size_t step : {1u, 2u, 3u, 7u, 1'000u}) {
    Pieces bytes(text, step);
    CsvReader csv(bytes);
    ASSERT_TRUE(csv.read_header());
    EXPECT_THAT(csv.header(), ElementsAre("a", "b"));
    EXPECT_EQ(
        rows_of(csv),
        (Rows{
            {"1", "2"}, {"x,\"y\"\r\nz", ""}, {"in\"side", "3\" x"}, {"", ""}, {"last", "line"}}));
    EXPECT_EQ(csv.rows(), 5u);
    EXPECT_EQ(csv.bad_rows(), 0u);
  }
}

TEST(Csv, CountsBadRowsAndGoesOn) {
  Pieces bytes("a,b\n1\n1,2,3\n\"x\"y,2\nok,1\n\"never closed,2\nmore\n", 5);
  CsvReader csv(bytes);
  ASSERT_TRUE(csv.read_header());
  EXPECT_EQ(rows_of(csv), (Rows{{"ok", "1"}}));
  EXPECT_EQ(csv.bad_rows(), 4u);
  EXPECT_EQ(csv.rows(), 5u);
  EXPECT_FALSE(csv.error());
}

TEST(Csv, AnUnclosedQuoteCostsABoundedPartOfTheFile) {
  std::string text = "a,b\n\"open,1\n";
  while (text.size() < limits::kCsvRowBytesMax + 1'000) text += "lost,1\n";
  text += "found,2\n";
  Pieces bytes(text, 100'000);
  CsvReader csv(bytes);
  ASSERT_TRUE(csv.read_header());
  const Rows rows = rows_of(csv);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back(), (std::vector<std::string>{"found", "2"}));
  EXPECT_LT(rows.size(), 200u);
  EXPECT_EQ(csv.bad_rows(), 1u);
}

TEST(Csv, BoundsColumns) {
  Pieces bytes("a,b\n" + std::string(limits::kCsvColumnsMax + 5, ',') + "\n1,2\n", 1'000);
  CsvReader csv(bytes);
  ASSERT_TRUE(csv.read_header());
  EXPECT_EQ(rows_of(csv), (Rows{{"1", "2"}}));
  EXPECT_EQ(csv.bad_rows(), 1u);
}

TEST(Csv, TellsMissingHeadersColumnsAndFailures) {
  Pieces empty("", 1);
  CsvReader none(empty);
  EXPECT_EQ(none.read_header().error().code, ErrorCode::kMalformedRequest);
  Pieces failing("a,b\n1,2\n3", 4, true);
  CsvReader csv(failing);
  ASSERT_TRUE(csv.read_header());
  EXPECT_EQ(csv.columns({"b", "a"}).value(), (std::vector<size_t>{1, 0}));
  EXPECT_EQ(csv.columns({"b", "c"}).error().detail, "column 'c' is missing");
  EXPECT_EQ(rows_of(csv), (Rows{{"1", "2"}}));
  ASSERT_TRUE(csv.error());
  EXPECT_EQ(csv.error()->detail, "gone");
}

TEST(Decimal, SumsExactly) {
  EXPECT_EQ(parse_micros("2.55"), 2'550'000);
  EXPECT_EQ(parse_micros("-11062.06"), -11'062'060'000);
  EXPECT_EQ(parse_micros("0.0000005"), 1);
  EXPECT_EQ(parse_micros("4.440892e-16"), 0);
  EXPECT_EQ(parse_micros("1e12"), kMicrosMax);
  EXPECT_FALSE(parse_micros("1000000000000.000001"));
  EXPECT_FALSE(parse_micros("99999999999999999999"));
  EXPECT_FALSE(parse_micros(""));
  EXPECT_FALSE(parse_micros("1,5"));
  EXPECT_EQ(format_micros(2'550'000), "2.55");
  EXPECT_EQ(format_micros(1'000), "0.001");
  EXPECT_EQ(format_micros(0), "0.00");
  EXPECT_EQ(format_micros(-1'500'000), "-1.50");
  EXPECT_EQ(add_micros(1, 2, 3), 7);
  EXPECT_FALSE(add_micros(kMicrosMax, 1, 1));
}

TEST(UciCategory, IsTheLastNounOfTheName) {
  EXPECT_EQ(uci_category("85123A", "WHITE HANGING HEART T-LIGHT HOLDER"), "holder");
  EXPECT_EQ(uci_category("22383", "LUNCH BAG SUKI DESIGN "), "bag");
  EXPECT_EQ(uci_category("22720", "SET OF 3 CAKE TINS PANTRY DESIGN "), "tin");
  EXPECT_EQ(uci_category("1", "PACK OF 12 PINK DOILIES"), "doily");
  EXPECT_EQ(uci_category("1", "SET OF 6 LUNCH BOXES"), "box");
  EXPECT_EQ(uci_category("1", "CHRISTMAS GLASSES"), "glass");
  EXPECT_EQ(uci_category("1", "CHARLIE+LOLA\"EXTREMELY BUSY\" SIGN"), "sign");
  EXPECT_EQ(uci_category("POST", "POSTAGE BAG"), "service");
  EXPECT_EQ(uci_category("gift_0001_20", "Dotcomgiftshop Gift Voucher"), "gift voucher");
  EXPECT_EQ(uci_category("1", ""), "other");
  EXPECT_EQ(uci_category("1", "PINK POLKADOT"), "other");
}

constexpr const char* kUciHeader =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n";

std::string json_of(const SourceEvent& event) {
  std::string out;
  event.to_json(out);
  return out;
}

// Every event as JSON.
std::vector<std::string> all_of(EventSource& source) {
  std::vector<std::string> found;
  SourceEvent event;
  while (source.next(event)) found.push_back(json_of(event));
  return found;
}

TEST(Uci, JoinsInvoiceLinesIntoOnePurchase) {
  auto source = UciSource::make(memory(
      std::string(kUciHeader) +
      "536365,85123A,WHITE T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\r\n"
      "536365,71053,\"METAL LANTERN, WHITE\",3,2010-12-01 08:27:00,0.001,17850.0,UK\r\n"
      "536366,1,MUG,1,2010-12-01 08:28:00,1.00,13047,UK\r\n"
      "536365,2,CUP,1,2010-12-01 08:28:00,1.00,17850.0,UK\r\n"
      "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,UK\r\n"));
  ASSERT_TRUE(source);
  EXPECT_THAT(
      all_of(**source),
      ElementsAre(
          R"({"visitor":"17850","type":"purchase","at":"2010-12-01T08:26:00.000Z",)"
          R"("event_id":"536365","order":"536365","value":"16.303","currency":"GBP",)"
          R"("items":[{"product":"85123A","category":"holder","price":"2.55","quantity":6},)"
          R"({"product":"71053","category":"lantern","price":"0.001","quantity":3},)"
          R"({"product":"2","category":"cup","price":"1.00","quantity":1}]})",
          R"({"visitor":"13047","type":"purchase","at":"2010-12-01T08:28:00.000Z",)"
          R"("event_id":"536366","order":"536366","value":"1.00","currency":"GBP",)"
          R"("items":[{"product":"1","category":"mug","price":"1.00","quantity":1}]})",
          R"({"visitor":"14527","type":"refund","at":"2010-12-01T09:41:00.000Z",)"
          R"("event_id":"C536379","order":"C536379","value":"27.50","currency":"GBP",)"
          R"("items":[{"product":"D","category":"service","price":"27.50","quantity":1}]})"));
}

TEST(Uci, CountsWhatItLeavesOut) {
  auto source = UciSource::make(
      memory(std::string(kUciHeader) +
             "1,A,MUG,1,2010-12-01 08:26:00,1.00,,UK\n"                 // nobody
             "A2,B,Adjust bad debt,1,2010-12-01 08:26:00,-5.00,7,UK\n"  // negative: nothing left
             "3,A,MUG,-1,2010-12-01 08:26:00,1.00,7,UK\n"   // negative pieces, no refund
             "3,A,MUG,2,2010-12-01 08:26:00,0,7,UK\n"       // free
             "4,A,MUG,two,2010-12-01 08:26:00,1.00,7,UK\n"  // no number
             "5,A,MUG,1,someday,1.00,7,UK\n"                // no time
             "6,A,MUG\n"));                                 // columns missing
  ASSERT_TRUE(source);
  EXPECT_EQ(all_of(**source).size(), 1u);
  EXPECT_THAT(
      (*source)->counts().listed(),
      ElementsAre(Pair("rows", 7), Pair("events", 1), Pair("bad_rows", 3), Pair("no_visitor", 1),
                  Pair("unusable_lines", 2), Pair("empty_orders", 1)));
  EXPECT_EQ(UciSource::make(memory("InvoiceNo\n")).error().code, ErrorCode::kMalformedRequest);
}

TEST(Rees46, MakesOneEventARow) {
  const std::string view =
      "2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,s1\r\n";
  auto source = Rees46Source::make(
      memory("event_time,event_type,product_id,category_id,category_code,brand,price,user_id,"
             "user_session\r\n" +
             view + view +
             "2019-10-01 00:00:01 UTC,cart,1,2,a.b,,0.00,7,s2\r\n"
             "2019-10-01 00:00:02 UTC,purchase,1,2,a.b,,,7,s2\r\n"
             "2019-10-01 00:00:03 UTC,wave,1,2,a.b,,,7,s2\r\n"
             "2019-10-01 00:00:03 UTC,view,1,2,a.b,,-1,7,s2\r\n"
             "2019-10-01 00:00:03 UTC,view,1,2,a.b,,1,,s2\r\n"));
  ASSERT_TRUE(source);
  SourceEvent first;
  SourceEvent second;
  ASSERT_TRUE((*source)->next(first));
  ASSERT_TRUE((*source)->next(second));
  EXPECT_EQ(first.event_id.size(), 16u);
  EXPECT_EQ(first.event_id, second.event_id);
  const std::string id = first.event_id;
  EXPECT_EQ(json_of(first), R"({"visitor":"541312140","type":"view_item",)"
                            R"("at":"2019-10-01T00:00:00.000Z","event_id":")" +
                                id +
                                R"(","currency":"USD","items":[{"product":"44600062",)"
                                R"("category":"2103807459595387724","brand":"shiseido",)"
                                R"("price":"35.79","quantity":1}]})");
  ASSERT_TRUE((*source)->next(second));
  EXPECT_EQ(second.type, "add_to_cart");
  EXPECT_EQ(second.items[0].category, "a.b");
  EXPECT_EQ(second.items[0].price, "");
  EXPECT_NE(second.event_id, id);
  ASSERT_TRUE((*source)->next(second));
  EXPECT_EQ(second.type, "purchase");
  EXPECT_FALSE((*source)->next(second));
  EXPECT_EQ((*source)->counts().bad_rows, 2u);
  EXPECT_EQ((*source)->counts().no_visitor, 1u);
  EXPECT_EQ((*source)->counts().rows, 7u);
}

TEST(CompleteJourney, JoinsScatteredRowsIntoBasketsInTheOrderOfTime) {
  auto source = CompleteJourneySource::make(
      memory("household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,"
             "coupon_disc,coupon_match_disc,week,transaction_timestamp\n"
             "8,1,20,9e+05,3,1.00,0,0,0,1,2017-01-02 10:00:00\n"
             "7,1,4.0128e+10,11,1,2.5,0,0.5,0,1,2017-01-01 10:00:00\n"
             "8,1,20,12,0,0.10,0,0,0,1,2017-01-02 10:00:00\n"
             ",1,21,12,1,0.10,0,0,0,1,2017-01-02 10:00:00\n"
             "9,1,22,12,x,0.10,0,0,0,1,2017-01-02 10:00:00\n"
             "9,1,23,12,0,0.10,0,0,0,1,2017-01-02 10:00:00\n"),
      memory("product_id,brand,product_category\n900000,National,SOAP\n"));
  ASSERT_TRUE(source);
  EXPECT_THAT(
      all_of(**source),
      ElementsAre(R"({"visitor":"7","type":"purchase","at":"2017-01-01T10:00:00.000Z",)"
                  R"("event_id":"40128000000","order":"40128000000","coupon":"yes","value":"2.50",)"
                  R"("currency":"USD","items":[{"product":"11","price":"2.50","quantity":1}]})",
                  R"({"visitor":"8","type":"purchase","at":"2017-01-02T10:00:00.000Z",)"
                  R"("event_id":"20","order":"20","value":"1.10","currency":"USD",)"
                  R"("items":[{"product":"900000","category":"SOAP","brand":"National",)"
                  R"("price":"0.33","quantity":3}]})"));
  EXPECT_THAT(
      (*source)->counts().listed(),
      ElementsAre(Pair("rows", 6), Pair("events", 2), Pair("bad_rows", 1), Pair("no_visitor", 1),
                  Pair("unusable_lines", 2), Pair("empty_orders", 1)));
}

TEST(Ndjson, ReadsBackWhatToJsonWrites) {
  const std::string line =
      R"({"visitor":"v\"\u0001","type":"purchase","at":"2017-01-01T10:00:00.000Z","site":"s",)"
      R"("event_id":"e","order":"o","coupon":"c","user":"u","url":"/","referrer":"r",)"
      R"("query":"q","channel":"ch","value":"1.50","currency":"EUR",)"
      R"("campaign":{"source":"a","name":"b"},"items":[{"product":"p","quantity":2}],)"
      R"("consent":{"ads":true},"props":{"x":[1]}})";
  NdjsonSource source(std::make_unique<Pieces>("\n" + line + "\r\n\n" + line, 10));
  EXPECT_THAT(all_of(source), ElementsAre(line, line));
}

TEST(Ndjson, FeedbackKeepsWhatItAnswers) {
  const std::string line =
      R"({"visitor":"ann","type":"offer_clicked","at":"2026-03-01T00:00:00.000Z",)"
      R"("decision":"0f3c2a9d55e1b702","offer":"winter_ten"})";
  NdjsonSource source(std::make_unique<Pieces>(line, 10));
  SourceEvent event;
  ASSERT_TRUE(source.next(event));
  EXPECT_EQ(json_of(event), line);
  io::RawEvent raw;
  event.to_raw(raw);
  EXPECT_EQ(raw.decision, "0f3c2a9d55e1b702");
  EXPECT_EQ(raw.offer, "winter_ten");
}

TEST(Ndjson, CountsBadLinesAndGoesOn) {
  const std::string good = R"({"visitor":"v","type":"search","at":1483264800})";
  const std::string longest(limits::kEventRecordBytesMax * 5, 'x');
  NdjsonSource source(std::make_unique<Pieces>(
      "{\n" + longest + "\n" + good + "\n" + R"({"visitor":"v","type":"search"})" + "\n" +
          R"({"type":"search","at":1})" + "\n" + good + "\n" + longest,
      70'000));
  EXPECT_EQ(all_of(source).size(), 2u);
  EXPECT_EQ(source.counts().bad_rows, 4u);
  EXPECT_EQ(source.counts().no_visitor, 1u);
  NdjsonSource failing(std::make_unique<Pieces>(good + "\n" + good, 10, true));
  EXPECT_EQ(all_of(failing).size(), 1u);
  ASSERT_TRUE(failing.error());
}

TEST(SourceEvent, GivesTheSameToAnIntakeAsToAServer) {
  auto source = UciSource::make(
      memory(std::string(kUciHeader) + "5,A,MUG,2,2010-12-01 08:26:00,2.5,7.0,UK\n"));
  ASSERT_TRUE(source);
  SourceEvent event;
  ASSERT_TRUE((*source)->next(event));
  io::RawEvent direct;
  event.to_raw(direct);
  const std::string json = json_of(event);
  io::JsonEvents decoder;
  io::RawEvent sent;
  ASSERT_TRUE(decoder.read_object(json, json.size(), sent));
  EXPECT_EQ(direct.visitor, sent.visitor);
  EXPECT_EQ(direct.type, sent.type);
  EXPECT_EQ(direct.at_ms, sent.at_ms);
  EXPECT_EQ(direct.value, sent.value);
  EXPECT_EQ(direct.order, sent.order);
  EXPECT_EQ(direct.event_id, sent.event_id);
  ASSERT_EQ(direct.items.size(), sent.items.size());
  EXPECT_EQ(direct.items[0].price, sent.items[0].price);
  EXPECT_EQ(direct.items[0].quantity, sent.items[0].quantity);
}

class PresetFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    x_folder =
        std::filesystem::temp_directory_path() / ("rekindle_presets_" + std::to_string(getpid()));
    std::filesystem::create_directories(x_folder);
  }
  void TearDown() override { std::filesystem::remove_all(x_folder); }
  std::string write(const std::string& name, std::string_view bytes) {
    const std::string path = (x_folder / name).string();
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
    return path;
  }
  static std::string gzip(std::string_view text) {
    z_stream z{};
    EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&z, text.size()) + 64, '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
  }
  static std::string zstd(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
  }

  std::filesystem::path x_folder;
};

std::string many_invoices(int count) {
  std::string text = kUciHeader;
  for (int i = 0; i < count; ++i) {
    text += std::to_string(500'000 + i) + ",A,MUG,1,2010-12-01 08:26:00,1.00," +
            std::to_string(10'000 + i * 7919 % 9'973) + ".0,UK\r\n";
  }
  return text;
}

TEST_F(PresetFiles, ReadsPlainGzipAndZstdAlike) {
  const std::string text = many_invoices(40'000);  // more than a chunk, compressed too
  const std::string half = text.substr(0, text.size() / 2);
  const std::string rest = text.substr(text.size() / 2);
  for (const std::string& path :
       {write("plain.csv", text), write("one.csv.gz", gzip(text)), write("one.zst", zstd(text)),
        write("two.gz", gzip(half) + gzip(rest)), write("two.zst", zstd(half) + zstd(rest))}) {
    const auto preset = find_preset_of(path);
    ASSERT_TRUE(preset) << path;
    EXPECT_EQ((*preset)->name, "uci");
    auto source = (*preset)->open(path);
    ASSERT_TRUE(source);
    SourceEvent event;
    int next_order = 500'000;
    while ((*source)->next(event)) ASSERT_EQ(event.order, std::to_string(next_order++)) << path;
    EXPECT_EQ(next_order, 540'000) << path;
    EXPECT_DOUBLE_EQ((*source)->progress(), 1);
  }
}

TEST_F(PresetFiles, FindsTheFirstAndLastTimeOfAFile) {
  const std::string path = write("a.csv", std::string(kUciHeader) +
                                              "5,A,MUG,1,2010-12-01 08:26:00,1.00,7,UK\n"
                                              "6,A,MUG,1,2010-12-01 09:26:00,1.00,7,UK\n"
                                              "7,A,MUG,1,2010-12-01 08:56:00,1.00,7,UK\n");
  const auto span = time_span_of(*find_preset("uci"), path);
  ASSERT_TRUE(span);
  EXPECT_EQ(span->events, 3u);
  EXPECT_EQ(span->first_ms, 1'291'191'960'000);
  EXPECT_EQ(span->last_ms, span->first_ms + 3'600'000);
}

TEST_F(PresetFiles, TellsDamagedAndCutFiles) {
  const std::string text = many_invoices(40'000);
  for (const std::string& whole : {gzip(text), zstd(text)}) {
    std::string damaged = whole;
    for (size_t i = 0; i < 64; ++i) damaged[damaged.size() / 2 + i] = '\x55';
    for (const std::string& bytes : {damaged, whole.substr(0, whole.size() - 9)}) {
      const std::string path = write("broken", bytes);
      const auto span = time_span_of(*find_preset("uci"), path);
      ASSERT_FALSE(span);
      EXPECT_EQ(span.error().code, ErrorCode::kBrokenCompression);
    }
  }
}

TEST_F(PresetFiles, TellsWhatItCannotRead) {
  EXPECT_EQ(find_preset_of((x_folder / "absent").string()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(find_preset_of(x_folder.string()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(find_preset_of(write("other.csv", "a,b\n1,2\n")).error().code,
            ErrorCode::kMalformedRequest);
  EXPECT_EQ(find_preset_of(write("empty", "")).error().code, ErrorCode::kMalformedRequest);
  EXPECT_EQ(time_span_of(*find_preset("uci"), write("none.csv", kUciHeader)).error().code,
            ErrorCode::kMalformedRequest);
  EXPECT_EQ(find_preset("nonsense"), nullptr);
}

TEST_F(PresetFiles, KnowsEveryPresetByItsFirstLine) {
  write("products.csv", "product_id,brand,product_category\n5,Private,MILK\n");
  const std::string baskets =
      write("baskets.csv",
            "household_id,basket_id,product_id,quantity,sales_value,coupon_disc,"
            "transaction_timestamp\n1,2,5,1,1.00,0,2017-01-01 00:00:00\n");
  const std::string rees46 = write(
      "rees46.csv",
      "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,session\n");
  const std::string lines = write("events.ndjson", "{\"visitor\":\"v\"}\n");
  EXPECT_EQ(find_preset_of(baskets).value()->name, "completejourney");
  EXPECT_EQ(find_preset_of(rees46).value()->name, "rees46");
  EXPECT_EQ(find_preset_of(lines).value()->name, "ndjson");
  auto source = find_preset("completejourney")->open(baskets);
  ASSERT_TRUE(source);
  SourceEvent event;
  ASSERT_TRUE((*source)->next(event));
  EXPECT_EQ(event.items[0].category, "MILK");
}

}  // namespace
}  // namespace rekindle::cli
