// hearth audit export, verify and check.
#ifndef HEARTH_CLIENT_CLI_AUDIT_COMMAND_H_
#define HEARTH_CLIENT_CLI_AUDIT_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace hearth::cli {

class Session;

void AddAuditExport(Session* session);   // hearth audit export
void AddAuditVerify(Session* session);   // hearth audit verify: without a server
void AddAuditCheck(Session* session);    // hearth audit check: by the server
void AddEventsListen(Session* session);  // hearth events listen

// A message as one line of JSON, with the field names of the contract; it ends in a line feed.
absl::StatusOr<std::string> JsonLine(const google::protobuf::Message& message);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_AUDIT_COMMAND_H_
