// Resource names, from what people type.
#ifndef HEARTH_CLIENT_CLI_NAMES_H_
#define HEARTH_CLIENT_CLI_NAMES_H_

#include <string>

#include "absl/status/statusor.h"
#include "hearth/v1/options.pb.h"

namespace hearth::cli {

// Whether `format` is that of a resource name.
bool IsNameFormat(v1::Format format);

// Whether `given` is a principal name (user1@forthcoffee.com) and no resource name.
bool IsPrincipalName(const std::string& given);

// The full name: `given` itself when it is one of that format, else the id `given` in the directory
// `directory` (an id, or directories/{id}; may be empty). Says exactly what to give instead when neither
// fits.
absl::StatusOr<std::string> FullName(v1::Format format, const std::string& given, const std::string& directory);

// directories/{id} from an id or from itself. Fails with what to give when `directory` is empty.
absl::StatusOr<std::string> DirectoryName(const std::string& directory);

// The last segment of a name: users/u1 -> u1.
std::string IdOf(const std::string& name);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_NAMES_H_
