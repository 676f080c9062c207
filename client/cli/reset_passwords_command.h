// hearth user reset-passwords: many people, one run.
#ifndef HEARTH_CLIENT_CLI_RESET_PASSWORDS_COMMAND_H_
#define HEARTH_CLIENT_CLI_RESET_PASSWORDS_COMMAND_H_

#include "session.h"

namespace hearth::cli {

// Adds the command; call after AddVerbs, which adds the noun.
void AddResetPasswords(Session* session);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_RESET_PASSWORDS_COMMAND_H_
