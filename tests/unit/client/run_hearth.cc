#include "tests/unit/client/run_hearth.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace hearth::cli {
namespace {

constexpr int kPatienceMs = 20'000;

// Texts as execve takes them; they live as long as this.
class Texts {
 public:
  explicit Texts(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  char** get() { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

Texts Arguments(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {HEARTH_BINARY};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return Texts(all);
}

Texts Environment(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> all;
  for (const auto& [name, value] : environment) all.push_back(name + "=" + value);
  return Texts(all);
}

// Ends in the child.
[[noreturn]] void Execute(Texts& arguments, Texts& environment) {
  execve(HEARTH_BINARY, arguments.get(), environment.get());
  _exit(127);
}

int ExitCodeOf(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  }
  int ends[2];
};

std::string ReadFileOfProc(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/" + name);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
                 const std::string& input) {
  Texts argv = Arguments(arguments);
  Texts envp = Environment(environment);
  Pipe in, out, err;
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in.ends[0], STDIN_FILENO);
    dup2(out.ends[1], STDOUT_FILENO);
    dup2(err.ends[1], STDERR_FILENO);
    Execute(argv, envp);
  }
  close(in.ends[0]);
  close(out.ends[1]);
  close(err.ends[1]);
  if (write(in.ends[1], input.data(), input.size()) < 0) std::perror("write");
  close(in.ends[1]);
  out_ = out.ends[0];
  err_ = err.ends[0];
}

std::string Process::VisibleToOthers() const {
  return ReadFileOfProc(pid_, "cmdline") + ReadFileOfProc(pid_, "environ");
}

Result Process::Wait() {
  Result result = {};
  pollfd fds[] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  std::string* const texts[] = {&result.out, &result.err};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    if (poll(fds, 2, kPatienceMs) <= 0) {
      kill(pid_, SIGKILL);
      break;
    }
    for (int i : {0, 1}) {
      if (fds[i].fd < 0 || fds[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t got = read(fds[i].fd, buffer, sizeof(buffer));
      if (got > 0) texts[i]->append(buffer, static_cast<size_t>(got));
      if (got <= 0) fds[i].fd = -1;
    }
  }
  close(out_);
  close(err_);
  result.exit_code = ExitCodeOf(pid_);
  return result;
}

TerminalProcess::TerminalProcess(const std::vector<std::string>& arguments,
                                 const std::map<std::string, std::string>& environment) {
  Texts argv = Arguments(arguments);
  Texts envp = Environment(environment);
  pid_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
  if (pid_ == 0) Execute(argv, envp);
}

TerminalProcess::~TerminalProcess() { close(terminal_); }

bool TerminalProcess::ReadSome() {
  pollfd fd = {terminal_, POLLIN, 0};
  if (poll(&fd, 1, kPatienceMs) <= 0) return false;
  char buffer[4096];
  const ssize_t got = read(terminal_, buffer, sizeof(buffer));
  if (got > 0) shown_.append(buffer, static_cast<size_t>(got));
  return got > 0;
}

bool TerminalProcess::WaitFor(const std::string& text) {
  const size_t from = shown_.size();
  while (shown_.find(text, from < text.size() ? 0 : from - text.size()) == std::string::npos) {
    if (!ReadSome()) return false;
  }
  return true;
}

void TerminalProcess::Type(const std::string& keys) {
  if (write(terminal_, keys.data(), keys.size()) < 0) std::perror("write");
}

int TerminalProcess::Wait() {
  while (ReadSome()) {
  }
  return ExitCodeOf(pid_);
}

}  // namespace hearth::cli
