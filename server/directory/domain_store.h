// All SQL about domains.
#pragma once

#include <optional>
#include <string>

#include "server/storage/tx.h"

namespace hearth {

// The id of the directory whose live domain this is; nullopt when nobody's. `domain` is lower case.
std::optional<std::string> FindDirectoryOfDomain(Tx& tx, const std::string& domain);

}  // namespace hearth
