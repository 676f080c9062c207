// Resource names, from what people type.
#ifndef HEARTH_CLIENT_CLI_NAMES_H_
#define HEARTH_CLIENT_CLI_NAMES_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "hearth/v1/options.pb.h"

namespace hearth::cli {

// Whether `format` is that of a resource name.
bool IsNameFormat(v1::Format format);

// Whether `given` is a principal name (user1@forthcoffee.com) and no resource name.
bool IsPrincipalName(const std::string& given);

// Finds the full name of the person with a principal name.
using Lookup = std::function<absl::StatusOr<std::string>(const std::string& principal_name)>;

// The full name: `given` itself when it is one of that format, else the id `given` in the directory
// `directory` (an id, or directories/{id}; may be empty); of a person also by their principal name, where there is a `lookup`, and then it fails as
// that does. Says exactly what to give instead when nothing fits.
absl::StatusOr<std::string> FullName(v1::Format format, const std::string& given, const std::string& directory,
                                     const Lookup& lookup = nullptr);

// directories/{id} from an id or from itself. Fails with what to give when `directory` is empty.
absl::StatusOr<std::string> DirectoryName(const std::string& directory);

// The last segment of a name: users/u1 -> u1.
std::string IdOf(const std::string& name);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_NAMES_H_
