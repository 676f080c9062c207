// All SQL of the bootstrap.
#pragma once

#include "server/directory/bootstrap.h"
#include "server/storage/tx.h"

namespace hearth {

// What the platform directory holds already.
enum class PlatformState { kAbsent, kSame, kOther };
PlatformState ReadPlatform(Tx& tx, const PlatformBootstrap& bootstrap);

// Inserts the platform directory, its issuer, and its operator with the role.
void InsertPlatform(Tx& tx, const PlatformBootstrap& bootstrap);

}  // namespace hearth
