#include "terminal.h"

#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "usage.h"

namespace hearth::cli {
namespace {

std::mutex mutex;
std::optional<termios> with_echo;  // What to go back to. Guarded by mutex.

bool HideTyping() {
  const std::lock_guard<std::mutex> lock(mutex);
  termios now;
  if (tcgetattr(STDIN_FILENO, &now) != 0) return false;
  with_echo = now;
  now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  return tcsetattr(STDIN_FILENO, TCSAFLUSH, &now) == 0;
}

}  // namespace

std::string Bold(int fd, const std::string& text) {
  const char* const terminal = std::getenv("TERM");
  const char* const no_color = std::getenv("NO_COLOR");
  const bool plain = isatty(fd) == 0 || terminal == nullptr || std::strcmp(terminal, "dumb") == 0 ||
                     (no_color != nullptr && no_color[0] != '\0');
  return plain ? text : absl::StrCat("\x1b[1m", text, "\x1b[0m");
}

absl::StatusOr<std::string> AskSecret(const std::string& prompt) {
  if (isatty(STDIN_FILENO) == 0 || !HideTyping()) {
    return UsageError("There is no terminal to ask for the password on.",
                      "Give it with --password-stdin, or in a file with --password-file.");
  }
  std::cerr << prompt << std::flush;
  std::string line;
  const bool read = static_cast<bool>(std::getline(std::cin, line));
  RestoreEcho();
  std::cerr << std::endl;
  if (!read) return UsageError("No password was typed.");
  return line;
}

void RestoreEcho() {
  const std::lock_guard<std::mutex> lock(mutex);
  if (with_echo.has_value()) tcsetattr(STDIN_FILENO, TCSANOW, &*with_echo);
  with_echo.reset();
}

}  // namespace hearth::cli
