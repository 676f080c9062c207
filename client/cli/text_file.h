// Files that commands are given.
#ifndef HEARTH_CLIENT_CLI_TEXT_FILE_H_
#define HEARTH_CLIENT_CLI_TEXT_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace hearth::cli {

// All of a file; "-": of standard input. Fails with a usage error.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_TEXT_FILE_H_
