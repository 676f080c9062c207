// The command line as people run it: a process with arguments, environment, standard input and perhaps a
// terminal.
#ifndef HEARTH_TESTS_UNIT_CLIENT_RUN_HEARTH_H_
#define HEARTH_TESTS_UNIT_CLIENT_RUN_HEARTH_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace hearth::cli {

struct Result {
  int exit_code;
  std::string out;
  std::string err;
};

// A running `hearth`.
class Process {
 public:
  // With pipes; `input` is all of its standard input. It sees no other environment than `environment`.
  Process(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
          const std::string& input = "");
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  // What /proc tells everybody about it: arguments and environment.
  std::string VisibleToOthers() const;
  // Reads its output to the end; kills it after 20 seconds.
  Result Wait();

 private:
  pid_t pid_;
  int out_;
  int err_;
};

// A running `hearth` on a terminal of its own.
class TerminalProcess {
 public:
  TerminalProcess(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment);
  ~TerminalProcess();
  TerminalProcess(const TerminalProcess&) = delete;
  TerminalProcess& operator=(const TerminalProcess&) = delete;

  // Reads until `text` was shown; false when it ends or 20 seconds pass before that.
  bool WaitFor(const std::string& text);
  void Type(const std::string& keys);
  // The exit code; -1 when a signal ended it.
  int Wait();
  // All that was shown so far.
  const std::string& shown() const { return shown_; }

 private:
  bool ReadSome();

  pid_t pid_;
  int terminal_;
  std::string shown_;
};

}  // namespace hearth::cli

#endif  // HEARTH_TESTS_UNIT_CLIENT_RUN_HEARTH_H_
