// How fast a filter of breached passwords is made and asked, how large it is, and how often it takes a good password for a bad one. Prints JSON. The
// list is made here: random digests, of which a filter knows no better than of real ones.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/credential/breach_builder.h"
#include "server/credential/breach_filter.h"
#include "server/credential/breach_source.h"

namespace {

using Clock = std::chrono::steady_clock;

double Since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Sorted random keys, and the list of digests that begin with them.
std::vector<uint64_t> MakeKeys(uint64_t count, std::mt19937_64& random) {
  std::vector<uint64_t> keys(count);
  for (uint64_t& key : keys) key = random();
  std::sort(keys.begin(), keys.end());
  return keys;
}

void WriteList(const std::vector<uint64_t>& keys, const std::string& path) {
  std::ofstream file(path);
  for (const uint64_t key : keys) file << absl::StrFormat("%016X000000000000000000000000:7\n", key);
}

// Seconds a look-up takes, of keys in random order; `found` counts the hits.
double TimeLookups(const hearth::BreachFilter& filter, const std::vector<uint64_t>& keys, uint64_t& found) {
  const auto start = Clock::now();
  for (const uint64_t key : keys) found += filter.Contains(key) ? 1 : 0;
  return Since(start) / static_cast<double>(keys.size());
}

int Fail(const absl::Status& status) {
  std::cerr << status.message() << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t entries = 10'000'000;
  uint64_t lookups = 10'000'000;
  std::string folder = std::filesystem::temp_directory_path().string();
  CLI::App app("Filters of breached passwords.");
  app.add_option("--entries", entries)->check(CLI::Range(uint64_t{1}, uint64_t{1} << 32));
  app.add_option("--lookups", lookups);
  app.add_option("--folder", folder, "Where list and filter are put, and removed");
  CLI11_PARSE(app, argc, argv);
  const std::string list = absl::StrCat(folder, "/hearth-bench-breached.list");
  const std::string path = absl::StrCat(folder, "/hearth-bench-breached.filter");

  std::mt19937_64 random(6);
  std::vector<uint64_t> keys = MakeKeys(entries, random);
  WriteList(keys, list);
  auto start = Clock::now();
  const auto built =
      hearth::BuildBreachFilter(path, [&](const auto& each) { return hearth::ReadBreachList(list, 1, each); });
  const double build_seconds = Since(start);
  std::filesystem::remove(list);
  if (!built.ok()) return Fail(built.status());
  start = Clock::now();
  const auto filter = hearth::BreachFilter::Open(path);
  const double open_seconds = Since(start);
  std::filesystem::remove(path);  // What is mapped stays.
  if (!filter.ok()) return Fail(filter.status());

  std::shuffle(keys.begin(), keys.end(), random);
  keys.resize(std::min<uint64_t>(keys.size(), lookups));
  uint64_t found = 0;
  const double hit_seconds = TimeLookups(**filter, keys, found);
  if (found != keys.size()) return Fail(absl::InternalError("the filter does not know its own keys"));
  std::vector<uint64_t> others(lookups);
  for (uint64_t& key : others) key = random();
  uint64_t wrong = 0;
  const double miss_seconds = TimeLookups(**filter, others, wrong);
  std::cout << absl::StrFormat(
      "{\"entries\": %d, \"bytes_per_entry\": %.3f, \"build_seconds\": %.2f, \"build_entries_per_second\": %.0f,"
      " \"open_seconds\": %.3f, \"hit_nanoseconds\": %.0f, \"miss_nanoseconds\": %.0f, \"lookups\": %d,"
      " \"false_positives\": %d, \"stated_rate\": %.3g}\n",
      built->entries, static_cast<double>(built->bytes) / static_cast<double>(built->entries), build_seconds,
      static_cast<double>(built->entries) / build_seconds, open_seconds, hit_seconds * 1e9, miss_seconds * 1e9, lookups,
      wrong, (*filter)->false_positive_rate());
  return 0;
}
