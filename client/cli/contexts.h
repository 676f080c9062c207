// Named settings, kept in a file.
#ifndef HEARTH_CLIENT_CLI_CONTEXTS_H_
#define HEARTH_CLIENT_CLI_CONTEXTS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hearth::cli {

// The contexts file: {"current": "NAME", "contexts": {"NAME": {"server": "host:port", "directory": "id",
// …}}}. The keys are those of Settings; values are texts (or true and false). It holds file names, never
// secrets.
struct Contexts {
  using Values = std::map<std::string, std::string>;

  std::string current;
  std::map<std::string, Values> contexts;

  // $HEARTH_CONFIG, or hearth/config.json below $XDG_CONFIG_HOME or ~/.config.
  static std::string Path();
  // A file that is not there has no contexts; one that cannot be understood is a usage error.
  static absl::StatusOr<Contexts> Load(const std::string& path);
  // Replaces the file in one step, readable by its owner only; makes its folder.
  absl::Status Save(const std::string& path) const;
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_CONTEXTS_H_
