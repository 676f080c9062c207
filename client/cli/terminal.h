// The terminal: colours, and typing without echo.
#ifndef HEARTH_CLIENT_CLI_TERMINAL_H_
#define HEARTH_CLIENT_CLI_TERMINAL_H_

#include <string>

#include "absl/status/statusor.h"

namespace hearth::cli {

// `text` in bold when `fd` is a terminal that people want colours on (NO_COLOR unset, TERM not dumb), else as
// it is.
std::string Bold(int fd, const std::string& text);

// Asks on standard error and reads a line from standard input without echo. Fails when standard input is no
// terminal, or at its end. One call at a time.
absl::StatusOr<std::string> AskSecret(const std::string& prompt);

// Turns echo on again if AskSecret is waiting; for a process that is about to end.
void RestoreEcho();

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_TERMINAL_H_
