// The forms of strings that the contract names (hearth.v1.Format).
#pragma once

#include <string>
#include <string_view>

#include "hearth/v1/options.pb.h"

namespace hearth {

// What is wrong with `text` as a string of the form, and what would be right; empty when nothing is. `text` is not empty and is valid UTF-8.
// `max_code_points` 0 means the form's own limit. Pure.
std::string FormatDefect(v1::Format format, std::string_view text, uint32_t max_code_points);

}  // namespace hearth
