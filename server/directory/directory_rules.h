// What holds for every change of, or in, a directory.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/directory/directory_store.h"

namespace hearth {

// Locks and reads the directory, live or deleted. Fails with NOT_FOUND.
absl::StatusOr<Directory> LockDirectoryRow(Tx& tx, std::string_view id);

// The same, but a deleted directory is NOT_FOUND too. A suspended one is not.
absl::StatusOr<Directory> LockUndeletedDirectory(Tx& tx, std::string_view id);

absl::Status DirectoryNotFound();

}  // namespace hearth
