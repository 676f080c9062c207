#include "interrupts.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "terminal.h"

namespace hearth::cli {
namespace {

std::atomic<int> running{0};

[[noreturn]] void Wait(sigset_t signals, const client::Cancellation& cancellation) {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (running.load() == 0 || cancellation.cancelled()) {
      RestoreEcho();
      _exit(kInterruptedExit);
    }
    cancellation.Cancel();
  }
}

}  // namespace

void CatchInterrupts(const client::Cancellation& cancellation) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread(Wait, signals, cancellation).detach();
}

CallRunning::CallRunning() { running.fetch_add(1); }
CallRunning::~CallRunning() { running.fetch_sub(1); }

}  // namespace hearth::cli
