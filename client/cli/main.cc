// hearth, the command line of Hearth.
#include <sys/resource.h>

#include <cstdlib>

#include "audit_command.h"
#include "interrupts.h"
#include "reset_passwords_command.h"
#include "session.h"
#include "tool_commands.h"
#include "verbs.h"

int main(int argc, char** argv) {
  // Passwords pass through this process: leave no image of it behind.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // gRPC's own log would mix with the error messages, which say the same; set GRPC_VERBOSITY to see it.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);

  const hearth::client::Cancellation cancellation;
  hearth::cli::CatchInterrupts(cancellation);
  hearth::cli::Session session(cancellation);
  hearth::cli::AddVerbs(&session);
  hearth::cli::AddResetPasswords(&session);
  hearth::cli::AddInviteAll(&session);
  hearth::cli::AddRotate(&session);
  hearth::cli::AddAuditExport(&session);
  hearth::cli::AddAuditVerify(&session);
  hearth::cli::AddAuditCheck(&session);
  hearth::cli::AddEventsListen(&session);
  hearth::cli::AddImport(&session);
  hearth::cli::AddCall(&session);
  hearth::cli::AddMethods(&session);
  hearth::cli::AddHealth(&session);
  hearth::cli::AddContext(&session);
  hearth::cli::AddCompletion(&session);
  hearth::cli::AddVersion(&session);
  return session.Run(argc, argv);
}
