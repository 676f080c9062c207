// The border between std and Abseil strings. On Debian absl::string_view is a type of its own, so each crossing is explicit.
#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace hearth {

// The same characters as an absl::string_view. The text must outlive the view.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// The same characters as a std::string_view. The text must outlive the view.
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace hearth
