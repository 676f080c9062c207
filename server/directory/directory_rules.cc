#include "server/directory/directory_rules.h"

#include <utility>

#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace hearth {

absl::StatusOr<Directory> LockDirectoryRow(Tx& tx, std::string_view id) {
  LockDirectory(tx, id);
  auto directory = FindDirectory(tx, id);
  if (!directory.has_value()) return DirectoryNotFound();
  return *std::move(directory);
}

absl::StatusOr<Directory> LockUndeletedDirectory(Tx& tx, std::string_view id) {
  ASSIGN_OR_RETURN(Directory directory, LockDirectoryRow(tx, id));
  if (directory.deleted()) return DirectoryNotFound();
  return directory;
}

absl::Status DirectoryNotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "directory"}}); }

}  // namespace hearth
