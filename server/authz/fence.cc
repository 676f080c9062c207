#include "server/authz/fence.h"

#include "server/base/error.h"

namespace hearth {

absl::Status CheckFence(const Principal& caller, std::string_view directory) {
  return caller.directory == directory ? absl::OkStatus() : Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY);
}

}  // namespace hearth
