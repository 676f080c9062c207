// What holds for every command: where to call, as whom, and how to print. A flag wins over the environment,
// that over the context, that over the default.
#ifndef HEARTH_CLIENT_CLI_SETTINGS_H_
#define HEARTH_CLIENT_CLI_SETTINGS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "contexts.h"
#include "hearth/client/options.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hearth::cli {

// The settings of one run.
struct Settings {
  client::Options client;
  // An id or directories/{id}; may be empty.
  std::string directory;
};

// One setting under its four names.
struct SettingKey {
  const char* key;   // In a context.
  const char* flag;  // On the command line.
  const char* environment;
  const char* type;  // What the flag takes; empty: nothing.
  const char* help;
};
const std::vector<SettingKey>& SettingKeys();

// The global flags, and what they resolve to.
class SettingFlags {
 public:
  // Adds the flags to `app`, which outlives this.
  explicit SettingFlags(CLI::App* app);

  // Fails with a usage error for a context that does not exist or a value that cannot be understood.
  absl::StatusOr<Settings> Resolve() const;

  // Whether `-o json` was asked for; known even when nothing else can be resolved.
  bool json() const;
  // What was given on the command line, by key; file names made absolute. For `hearth context set`.
  Contexts::Values Given() const;

 private:
  // The value from flag, environment, `context` or `fallback`.
  std::string Value(const std::string& key, const Contexts::Values& context, const std::string& fallback = "") const;
  absl::StatusOr<Contexts::Values> Context() const;

  std::map<std::string, CLI::Option*> flags_;
  CLI::Option* context_;
  CLI::Option* output_;
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_SETTINGS_H_
