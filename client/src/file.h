// Small files, whole.
#ifndef HEARTH_CLIENT_SRC_FILE_H_
#define HEARTH_CLIENT_SRC_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace hearth::client {

// The bytes of `path`. Fails with the code of the system's error, or OUT_OF_RANGE for more than `max_bytes`;
// names the file.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_FILE_H_
