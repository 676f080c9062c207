#include "text.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "usage.h"

namespace hearth::cli {
namespace {

// The code point that starts at `at`, and its length; length 0 for what is no UTF-8.
struct CodePoint {
  uint32_t value;
  size_t length;
};

CodePoint Decode(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > text.size()) return {0, 0};
  uint32_t value = first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {0, 0};
    value = value << 6 | (byte(at + i) & 0x3f);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return overlong || surrogate || value > 0x10ffff ? CodePoint{0, 0} : CodePoint{value, length};
}

bool Steers(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

bool IsWide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::string Printable(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = Decode(text, at);
    if (point.length == 0) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[at]));
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value == '\t') {
      out += "\\t";
    } else if (Steers(point.value)) {
      absl::StrAppendFormat(&out, "\\u{%x}", point.value);
    } else {
      out.append(text, at, point.length);
    }
    at += std::max<size_t>(point.length, 1);
  }
  return out;
}

bool IsUtf8(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = Decode(text, at).length;
    if (length == 0) return false;
    at += length;
  }
  return true;
}

size_t Width(const std::string& text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = Decode(text, at);
    const bool combining = point.value >= 0x300 && point.value <= 0x36f;
    width += combining ? 0 : IsWide(point.value) ? 2 : 1;
    at += std::max<size_t>(point.length, 1);
  }
  return width;
}

std::string Aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(Printable(row[i])));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string cell = Printable(row[i]);
      absl::StrAppend(&line, cell, std::string(widths[i] - Width(cell) + 2, ' '));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

absl::StatusOr<absl::Duration> ParseSpan(const std::string& text) {
  absl::Duration span;
  int64_t days = 0;
  if (!text.empty() && text.back() == 'd' && absl::SimpleAtoi(text.substr(0, text.size() - 1), &days)) {
    span = absl::Hours(24) * days;
  } else if (!absl::ParseDuration(text, &span)) {
    return UsageError(absl::StrCat("\"", text, "\" is not a span of time."), "Write it as 30s, 1m30s, 24h or 7d.");
  }
  if (span <= absl::ZeroDuration() || span == absl::InfiniteDuration()) {
    return UsageError(absl::StrCat("\"", text, "\" is not above zero."), "Write it as 30s, 1m30s, 24h or 7d.");
  }
  return span;
}

std::string Nearest(const std::string& typed, const std::vector<std::string>& candidates) {
  std::string nearest;
  size_t best = std::max<size_t>(1, typed.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = Distance(typed, candidate);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace hearth::cli
