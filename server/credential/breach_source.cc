#include "server/credential/breach_source.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr size_t kDigits = 40;       // Of a SHA-1 digest.
constexpr size_t kPrefixDigits = 5;  // Of a range.
constexpr size_t kKeyDigits = 16;
constexpr size_t kLongestLine = 64;  // 40 digits, a colon, a count.

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// What one line says: the digits, and how often the password was seen (without a count: once).
struct Line {
  std::string_view digits;
  int64_t count = 1;
};

std::optional<Line> ParseLine(std::string_view text, size_t digits) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (text.size() > kLongestLine || text.size() < digits) return std::nullopt;
  Line line{.digits = text.substr(0, digits)};
  if (!std::all_of(line.digits.begin(), line.digits.end(), [](char c) { return HexDigit(c) >= 0; }))
    return std::nullopt;
  if (text.size() == digits) return line;
  if (text[digits] != ':' || !absl::SimpleAtoi(ToAbsl(text.substr(digits + 1)), &line.count) || line.count < 0) {
    return std::nullopt;
  }
  return line;
}

uint64_t KeyOf(std::string_view digits) {
  uint64_t key = 0;
  for (const char c : digits.substr(0, kKeyDigits)) key = key << 4 | static_cast<uint64_t>(HexDigit(c));
  return key;
}

// Reads a file of lines with the digits that follow `prefix`; `each` gets their keys.
absl::Status ReadFile(const std::string& path, const std::string& prefix, int64_t least_count,
                      const std::function<absl::Status(uint64_t key, int64_t line)>& each) {
  std::ifstream file(path);
  if (!file) return absl::FailedPreconditionError(absl::StrCat(path, " cannot be read"));
  std::array<char, kLongestLine + 3> buffer;  // With \r\n.
  for (int64_t number = 1; file.getline(buffer.data(), buffer.size()) || file.gcount() > 0; ++number) {
    const std::string_view text(buffer.data());
    if (text.empty() || text == "\r") continue;
    std::optional<Line> line;
    if (!file.fail()) line = ParseLine(text, kDigits - prefix.size());
    if (!line.has_value()) {
      return absl::FailedPreconditionError(absl::StrCat(path, ", line ", number, ": expected ", kDigits - prefix.size(),
                                                        " hexadecimal digits, then nothing or :COUNT"));
    }
    if (line->count >= least_count) RETURN_IF_ERROR(each(KeyOf(absl::StrCat(prefix, ToAbsl(line->digits))), number));
  }
  return file.bad() ? absl::FailedPreconditionError(absl::StrCat("reading ", path, " failed")) : absl::OkStatus();
}

// ABCDE of ABCDE and ABCDE.txt, in capitals; empty for other names.
std::string PrefixOf(const std::filesystem::path& path) {
  std::string prefix = path.stem().string();
  const bool is_range = prefix.size() == kPrefixDigits && (path.extension().empty() || path.extension() == ".txt") &&
                        std::all_of(prefix.begin(), prefix.end(), [](char c) { return HexDigit(c) >= 0; });
  if (!is_range) return "";
  std::transform(prefix.begin(), prefix.end(), prefix.begin(), [](char c) { return c >= 'a' ? c - 'a' + 'A' : c; });
  return prefix;
}

absl::Status ReadFolder(const std::string& path, int64_t least_count,
                        const std::function<absl::Status(uint64_t key)>& each) {
  std::vector<std::pair<std::string, std::string>> ranges;  // Prefix and file.
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    if (std::string prefix = PrefixOf(entry->path()); !prefix.empty())
      ranges.emplace_back(prefix, entry->path().string());
  }
  if (error) return absl::FailedPreconditionError(absl::StrCat(path, " cannot be read"));
  if (ranges.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(path, " has no file named by five hexadecimal digits"));
  }
  std::sort(ranges.begin(), ranges.end());
  std::vector<uint64_t> keys;
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (i > 0 && ranges[i].first == ranges[i - 1].first) {
      return absl::FailedPreconditionError(absl::StrCat(path, " has the range ", ranges[i].first, " twice"));
    }
    keys.clear();
    RETURN_IF_ERROR(ReadFile(ranges[i].second, ranges[i].first, least_count, [&](uint64_t key, int64_t) {
      keys.push_back(key);
      return absl::OkStatus();
    }));
    std::sort(keys.begin(), keys.end());
    for (const uint64_t key : keys) RETURN_IF_ERROR(each(key));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadBreachList(const std::string& path, int64_t least_count,
                            const std::function<absl::Status(uint64_t key)>& each) {
  std::error_code unknown;  // Then it is no folder that can be read, nor a file.
  if (std::filesystem::is_directory(path, unknown)) return ReadFolder(path, least_count, each);
  uint64_t last = 0;
  return ReadFile(path, "", least_count, [&](uint64_t key, int64_t line) -> absl::Status {
    if (key < last) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, ", line ", line, " is out of order; sort the file: LC_ALL=C sort -u -o ", path, " ", path));
    }
    last = key;
    return each(key);
  });
}

}  // namespace hearth
