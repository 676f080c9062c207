#include "progress.h"

#include <unistd.h>

#include <iostream>

namespace hearth::cli {

Progress::Progress(size_t total) : total_(total), watched_(isatty(STDERR_FILENO) != 0) {}

void Progress::Show(size_t done, const std::string& text) const {
  if (!watched_) return;
  constexpr size_t kBar = 30;
  const size_t full = kBar * done / total_;
  std::cerr << "\r[" << std::string(full, '#') << std::string(kBar - full, ' ') << "] " << text << std::flush;
}

void Progress::End(const std::string& text) const { std::cerr << (watched_ ? "\r\x1b[K" : "") << text << '\n'; }

}  // namespace hearth::cli
