// The commands that are several calls of one kind, and those about the tool and the server as such.
#ifndef HEARTH_CLIENT_CLI_TOOL_COMMANDS_H_
#define HEARTH_CLIENT_CLI_TOOL_COMMANDS_H_

#include "session.h"

namespace hearth::cli {

void AddInviteAll(Session* session);   // hearth guest invite-all FILE
void AddImport(Session* session);      // hearth import FILE
void AddRotate(Session* session);      // hearth service-account rotate
void AddCall(Session* session);        // hearth call METHOD
void AddMethods(Session* session);     // hearth methods
void AddHealth(Session* session);      // hearth health
void AddContext(Session* session);     // hearth context list|show|use|set|delete
void AddCompletion(Session* session);  // hearth completion bash|zsh|fish
void AddVersion(Session* session);     // hearth version

// The heading of these commands in help.
inline constexpr char kToolGroup[] = "Tools";

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_TOOL_COMMANDS_H_
