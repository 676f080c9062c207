// hearth audit export, verify and check.
#ifndef HEARTH_CLIENT_CLI_AUDIT_COMMAND_H_
#define HEARTH_CLIENT_CLI_AUDIT_COMMAND_H_

namespace hearth::cli {

class Session;

void AddAuditCheckpoint(Session* session);  // hearth audit checkpoint, with what it proves
void AddAuditExport(Session* session);      // hearth audit export
void AddAuditVerify(Session* session);      // hearth audit verify: without a server
void AddAuditCheck(Session* session);       // hearth audit check: by the server
void AddEventsListen(Session* session);     // hearth events listen

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_AUDIT_COMMAND_H_
