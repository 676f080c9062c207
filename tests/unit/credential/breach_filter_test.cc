#include "server/credential/breach_filter.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/credential/breach_builder.h"
#include "server/credential/breach_source.h"

namespace hearth {
namespace {

using testing::HasSubstr;

// SHA-1 of "password" and "123456", as public lists have them.
constexpr char kPasswordDigest[] = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
constexpr char kDigitsDigest[] = "7C4A8D09CA3762AF61E59520943DC26494F8941B";

class BreachFilterTest : public testing::Test {
 protected:
  BreachFilterTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hearth-breach-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~BreachFilterTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }
  std::string Write(const std::string& name, const std::string& contents) const {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << contents;
    return Path(name);
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  absl::StatusOr<BuiltFilter> Build(const std::vector<uint64_t>& keys) {
    return BuildBreachFilter(Path("filter"), [&](const auto& each) -> absl::Status {
      for (const uint64_t key : keys) {
        if (absl::Status status = each(key); !status.ok()) return status;
      }
      return absl::OkStatus();
    });
  }
  absl::StatusOr<BuiltFilter> BuildFrom(const std::string& list, int64_t least_count = 1) {
    return BuildBreachFilter(Path("filter"), [&](const auto& each) { return ReadBreachList(list, least_count, each); });
  }
  std::string Refusal() const { return std::string(BreachFilter::Open(Path("filter")).status().message()); }

  // Keys of other passwords than `begin` gives them for another.
  static std::vector<uint64_t> Keys(int begin, int count) {
    std::vector<uint64_t> keys;
    for (int i = begin; i < begin + count; ++i) keys.push_back(BreachKeyOf(absl::StrCat("password number ", i)));
    std::sort(keys.begin(), keys.end());
    return keys;
  }

  std::string folder_;
};

TEST_F(BreachFilterTest, KeysAreThePublicListsDigests) {
  EXPECT_EQ(BreachKeyOf("password"), 0x5BAA61E4C9B93F3Fu);
  EXPECT_EQ(BreachKeyOf("123456"), 0x7C4A8D09CA3762AFu);
}

TEST_F(BreachFilterTest, FindsAllOfSomeAndFewOthers) {
  for (const int count : {1, 2, 31, 32, 33, 100, 5000, 100'000}) {
    const std::vector<uint64_t> keys = Keys(0, count);
    const auto built = Build(keys);
    ASSERT_TRUE(built.ok()) << built.status();
    EXPECT_EQ(built->entries, static_cast<uint64_t>(count));
    EXPECT_EQ(built->bytes, std::filesystem::file_size(Path("filter")));
    const auto filter = BreachFilter::Open(Path("filter"));
    ASSERT_TRUE(filter.ok()) << filter.status();
    for (const uint64_t key : keys) ASSERT_TRUE((*filter)->Contains(key)) << count;
    int found = 0;
    for (const uint64_t key : Keys(count, 100'000)) found += (*filter)->Contains(key) ? 1 : 0;
    // At the stated rate 0.2 of them are expected; more than 5 of such would come once in a million runs with other keys.
    EXPECT_LE((*filter)->false_positive_rate(), 1.0 / 500'000);
    EXPECT_LE(found, 5) << count;
  }
}

TEST_F(BreachFilterTest, TakesAFewBytesAnEntry) {
  const auto built = Build(Keys(0, 100'000));
  ASSERT_TRUE(built.ok());
  EXPECT_LE(static_cast<double>(built->bytes) / static_cast<double>(built->entries), 3.3);
}

TEST_F(BreachFilterTest, TheFirstAndTheLastKeyThereCanBeAreKeysLikeOthers) {
  ASSERT_TRUE(Build({0, 1, ~uint64_t{0}}).ok());
  const auto filter = BreachFilter::Open(Path("filter"));
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE((*filter)->Contains(0));
  EXPECT_TRUE((*filter)->Contains(~uint64_t{0}));
  EXPECT_FALSE((*filter)->Contains(uint64_t{1} << 63));
}

TEST_F(BreachFilterTest, WhatIsListedTwiceCountsOnce) {
  const auto built = Build({5, 5, 7});
  ASSERT_TRUE(built.ok());
  EXPECT_EQ(built->entries, 2u);
}

TEST_F(BreachFilterTest, AnEmptyOrDisorderedListMakesNoFilter) {
  EXPECT_THAT(std::string(Build({}).status().message()), HasSubstr("empty"));
  EXPECT_THAT(std::string(Build({7, 5}).status().message()), HasSubstr("out of order"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "nothing is left behind";
}

TEST_F(BreachFilterTest, AFilterThatFailsLeavesTheOneBefore) {
  ASSERT_TRUE(Build({5}).ok());
  const std::string before = Read("filter");
  EXPECT_FALSE(Build({7, 5}).ok());
  EXPECT_EQ(Read("filter"), before);
}

TEST_F(BreachFilterTest, EveryByteOfAFileCounts) {
  ASSERT_TRUE(Build(Keys(0, 100)).ok());
  const std::string good = Read("filter");
  // The bytes after the digest mean nothing yet.
  for (size_t at = 0; at < good.size(); ++at) {
    if (at >= 56 && at < BreachFormat::kHeaderBytes) continue;
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    Write("filter", bad);
    EXPECT_NE(Refusal(), "") << at;
  }
}

TEST_F(BreachFilterTest, WhatIsNoWholeFilterIsRefusedByTheCause) {
  EXPECT_THAT(Refusal(), HasSubstr("cannot be read"));
  Write("filter", "");
  EXPECT_THAT(Refusal(), HasSubstr("is empty"));
  Write("filter", "HEARTHBR");
  EXPECT_THAT(Refusal(), HasSubstr("is not a filter"));
  Write("filter", std::string(10'000, 'x'));
  EXPECT_THAT(Refusal(), HasSubstr("is not a filter"));
  ASSERT_TRUE(Build(Keys(0, 100)).ok());
  const std::string good = Read("filter");
  for (const size_t length : {good.size() - 1, good.size() / 2, size_t{64}}) {
    Write("filter", good.substr(0, length));
    EXPECT_THAT(Refusal(), HasSubstr("is damaged: it has")) << length;
  }
  Write("filter", good + "x");
  EXPECT_THAT(Refusal(), HasSubstr("is damaged: it has"));
  std::string newer = good;
  newer[8] = 2;
  Write("filter", newer);
  EXPECT_THAT(Refusal(), HasSubstr("has version 2"));
  EXPECT_THAT(Refusal(), HasSubstr("hearthd breached build")) << "what to do";
}

// Made by somebody who knows how the digest is made: the index must not lead out of the file.
TEST_F(BreachFilterTest, AnIndexThatLeadsElsewhereIsRefused) {
  ASSERT_TRUE(Build(Keys(0, 100)).ok());
  std::string forged = Read("filter");
  auto format = BreachFormat::Parse(forged);
  ASSERT_TRUE(format.ok());
  forged[BreachFormat::kHeaderBytes + 7] = '\x7f';  // Of the second offset.
  const size_t fingerprints = BreachFormat::kHeaderBytes + format->index_bytes();
  const std::string digested = forged.substr(fingerprints) +
                               forged.substr(BreachFormat::kHeaderBytes, format->index_bytes()) +
                               forged.substr(0, BreachFormat::kDigestedHeaderBytes);
  crypto_generichash(format->digest.data(), format->digest.size(),
                     reinterpret_cast<const unsigned char*>(digested.data()), digested.size(), nullptr, 0);
  Write("filter", format->Header() + forged.substr(BreachFormat::kHeaderBytes));
  EXPECT_THAT(Refusal(), HasSubstr("its index makes no sense"));
}

TEST_F(BreachFilterTest, IsMadeFromRangeFilesAsThePublicServiceHasThem) {
  Write("ranges/5BAA6", "0000000000000000000000000000000000A:3\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\r\n");
  Write("ranges/7C4A8.txt", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:0\nD09CA3762AF61E59520943DC26494F8941B:37359195\n");
  Write("ranges/README", "not a range");
  const auto built = BuildFrom(Path("ranges"));
  ASSERT_TRUE(built.ok()) << built.status();
  EXPECT_EQ(built->entries, 3u) << "padding is left out";
  const auto filter = BreachFilter::Open(Path("filter"));
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE((*filter)->Contains(BreachKeyOf("password")));
  EXPECT_TRUE((*filter)->Contains(BreachKeyOf("123456")));
  EXPECT_FALSE((*filter)->Contains(BreachKeyOf("correct horse battery staple")));
}

TEST_F(BreachFilterTest, IsMadeFromOneSortedFile) {
  const auto built = BuildFrom(Write("list", absl::StrCat(kPasswordDigest, ":9545824\n", kDigitsDigest)));
  ASSERT_TRUE(built.ok()) << built.status();
  EXPECT_EQ(built->entries, 2u);
}

TEST_F(BreachFilterTest, RarePasswordsCanBeLeftOut) {
  const std::string list = Write("list", absl::StrCat(kPasswordDigest, ":9545824\n", kDigitsDigest, ":9\n"));
  EXPECT_EQ(BuildFrom(list, 10)->entries, 1u);
  EXPECT_EQ(BuildFrom(list, 9)->entries, 2u);
}

TEST_F(BreachFilterTest, ABadListIsRefusedByFileAndLine) {
  const std::string good = absl::StrCat(kPasswordDigest, ":1\n");
  const std::vector<std::pair<std::string, std::string>> bad = {
      {good + "nonsense\n", "line 2: expected 40 hexadecimal digits"},
      {good + std::string(39, 'A') + "\n", "line 2: expected"},
      {good + std::string(39, 'F') + "G\n", "line 2: expected"},
      {good + kDigitsDigest + ":x\n", "line 2: expected"},
      {good + kDigitsDigest + ":-1\n", "line 2: expected"},
      {good + kDigitsDigest + "0\n", "line 2: expected"},
      {good + std::string(100'000, 'A') + "\n", "line 2: expected"},
      {good + std::string(40, '0') + "\n", "line 2 is out of order; sort the file"}};
  for (const auto& [list, message] : bad) {
    EXPECT_THAT(std::string(BuildFrom(Write("list", list)).status().message()), HasSubstr(message));
  }
  EXPECT_THAT(std::string(BuildFrom(Path("nowhere")).status().message()), HasSubstr("cannot be read"));
  Write("empty/README", "no range");
  EXPECT_THAT(std::string(BuildFrom(Path("empty")).status().message()), HasSubstr("has no file named"));
  Write("twice/5BAA6", "");
  Write("twice/5baa6.txt", "");
  EXPECT_THAT(std::string(BuildFrom(Path("twice")).status().message()), HasSubstr("5BAA6 twice"));
}

}  // namespace
}  // namespace hearth
