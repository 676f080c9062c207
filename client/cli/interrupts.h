// Ctrl-C.
#ifndef HEARTH_CLIENT_CLI_INTERRUPTS_H_
#define HEARTH_CLIENT_CLI_INTERRUPTS_H_

#include "hearth/client/cancellation.h"

namespace hearth::cli {

// The shell's convention for "ended by SIGINT".
inline constexpr int kInterruptedExit = 130;

// From now on SIGINT and SIGTERM cancel the running call, so that the answer can still be told (was it done
// or not?); a second one, or one while no call runs, ends the process. Call once, before any other thread
// starts.
void CatchInterrupts(const client::Cancellation& cancellation);

// While one exists, a call is running.
class CallRunning {
 public:
  CallRunning();
  ~CallRunning();
  CallRunning(const CallRunning&) = delete;
  CallRunning& operator=(const CallRunning&) = delete;
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_INTERRUPTS_H_
