// The subcommands of hearthd. Each returns the exit status: 0 done, 1 failed (the reason is on standard error), 2 misconfigured.
#pragma once

#include <cstdint>
#include <string>

#include "server/app/config.h"

namespace hearth {

// Serves until SIGTERM or SIGINT, then drains.
int RunServe(const Config& config);

// Checks the configuration and prints what is wrong, or that nothing is.
int RunCheckConfig(const Config& config);

// Brings the schema to this binary's version.
int RunMigrate(const std::string& database, const std::string& app_role);

// How `hearthd bootstrap` makes a token.
struct BootstrapOptions {
  std::string database;  // As the owner.
  std::string keys_file;
  int minutes = 60;  // How long it is good.
};
// Prints a single-use token with which an operator of the platform registers: `hearth platform bootstrap`.
int RunBootstrap(const BootstrapOptions& options);

// How `hearthd breached build` makes a filter.
struct BreachedOptions {
  std::string list;  // As breach_source.h says.
  std::string output;
  int64_t min_count = 1;
};
// Makes a filter of breached passwords, and says how large and how sharp it is.
int RunBuildBreached(const BreachedOptions& options);
// Prints "<id> <public key in hexadecimal>" of each key, a line each, the current one first: what `hearth audit verify` trusts.
int RunShowAuditKeys(const std::string& path);

// Makes a keys file.
int RunGenerateKeys(const std::string& path);
// The two steps of a rotation of keys: a key that is known, and then current.
int RunAddKey(const std::string& path);
int RunPromoteKey(const std::string& path);

}  // namespace hearth
