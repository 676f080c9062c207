// Whom an identifier that somebody typed belongs to.
#pragma once

#include <optional>
#include <string>

#include "server/directory/user.h"

namespace hearth {

class Tx;

// The live person of the directory with that principal name; else the one person homed there with that address among theirs (of two with the same
// address it is neither's). `identifier` is canonical: CanonicalIdentifier.
std::optional<User> FindByIdentifier(Tx& tx, const std::string& directory, const std::string& identifier);

}  // namespace hearth
