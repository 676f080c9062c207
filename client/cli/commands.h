// All of them.
#ifndef HEARTH_CLIENT_CLI_COMMANDS_H_
#define HEARTH_CLIENT_CLI_COMMANDS_H_

namespace hearth::cli {

class Session;

// Adds every command to the session, which outlives them.
void AddCommands(Session* session);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_COMMANDS_H_
