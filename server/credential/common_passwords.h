// common_passwords.txt, as the build put it into the program.
#pragma once

namespace hearth {

// A word a line; lines that begin with # are remarks.
extern const char kCommonPasswords[];

}  // namespace hearth
