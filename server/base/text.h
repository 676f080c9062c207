// The border between std and Abseil strings. On Debian absl::string_view is a type of its own, so each crossing is explicit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/string_view.h"

namespace hearth {

// The same characters as an absl::string_view. The text must outlive the view.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// The same characters as a std::string_view. The text must outlive the view.
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

// The code points of a text in UTF-8: every one has one byte that does not continue another.
inline size_t CountCodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace hearth
