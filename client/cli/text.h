// Text for people's terminals.
#ifndef HEARTH_CLIENT_CLI_TEXT_H_
#define HEARTH_CLIENT_CLI_TEXT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hearth::cli {

// `text` without anything that could steer a terminal or mislead an eye: control characters, bidirectional
// controls, line and paragraph separators and bytes that are no UTF-8 appear as \n, \t, \u{1b} or \xff.
std::string Printable(const std::string& text);

// Whether all of `text` is well-formed UTF-8.
bool IsUtf8(const std::string& text);

// How many columns `text` takes on a terminal; `text` is Printable.
size_t Width(const std::string& text);

// Rows in aligned columns, two spaces apart, without trailing space. Cells are made Printable.
std::string Aligned(const std::vector<std::vector<std::string>>& rows);

// "90s", "1m30s", "24h", and days: "7d". Fails for anything else, and for what is not above zero.
absl::StatusOr<absl::Duration> ParseSpan(const std::string& text);

// The candidate that `typed` was probably meant to be, or nothing.
std::string Nearest(const std::string& typed, const std::vector<std::string>& candidates);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_TEXT_H_
