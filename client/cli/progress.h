// How far a long run is.
#ifndef HEARTH_CLIENT_CLI_PROGRESS_H_
#define HEARTH_CLIENT_CLI_PROGRESS_H_

#include <cstddef>
#include <string>

namespace hearth::cli {

// A bar with a text, as one line of standard error that moves, where there is a terminal to watch it.
class Progress {
 public:
  // `total` is more than 0.
  explicit Progress(size_t total);

  // `done` is at most the total.
  void Show(size_t done, const std::string& text) const;
  // Says the outcome in place of the bar, whether anybody watched or not.
  void End(const std::string& text) const;

 private:
  const size_t total_;
  const bool watched_;
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_PROGRESS_H_
