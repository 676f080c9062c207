// hearth, the command line of Hearth.
#include <sys/resource.h>

#include <cstdlib>

#include "commands.h"
#include "interrupts.h"
#include "session.h"

int main(int argc, char** argv) {
  // Passwords pass through this process: leave no image of it behind.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // gRPC's own log would mix with the error messages, which say the same; set GRPC_VERBOSITY to see it.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);

  const hearth::client::Cancellation cancellation;
  hearth::cli::CatchInterrupts(cancellation);
  hearth::cli::Session session(cancellation);
  hearth::cli::AddCommands(&session);
  return session.Run(argc, argv);
}
