#include "commands.h"

#include "audit_command.h"
#include "reset_passwords_command.h"
#include "tool_commands.h"
#include "verbs.h"

namespace hearth::cli {

void AddCommands(Session* session) {
  AddVerbs(session);
  AddResetPasswords(session);
  AddInviteAll(session);
  AddRotate(session);
  AddAuditCheckpoint(session);
  AddAuditExport(session);
  AddAuditVerify(session);
  AddAuditCheck(session);
  AddEventsListen(session);
  AddImport(session);
  AddCall(session);
  AddMethods(session);
  AddHealth(session);
  AddContext(session);
  AddCompletion(session);
  AddVersion(session);
}

}  // namespace hearth::cli
