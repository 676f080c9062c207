// Brings the schema to the version that this binary needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hearth {

// One file of migrations/, embedded at build time.
struct Migration {
  int number;
  std::string_view name;  // "0002_directories"
  std::string_view sql;   // With :app_role where the application's role stands.
};

// All migrations, in order, without gaps.
const std::vector<Migration>& Migrations();

// The version that `hearthd serve` needs: the number of the last migration.
int NeededVersion();

// Applies what is missing, each file in a transaction of its own, under an advisory lock that is polled,
// never waited for (a waiter would block CREATE INDEX CONCURRENTLY). `conninfo` is the owner's, in key=value
// form; `app_role` must exist. `report` is told each file that is applied. Fails with a text for the
// operator: no connection, a missing role, a file that was edited after it was applied, a schema newer than
// this binary.
absl::Status Migrate(const std::string& conninfo, const std::string& app_role,
                     absl::FunctionRef<void(const Migration&)> report);

// The version of the schema; 0 when there is none.
absl::StatusOr<int> SchemaVersion(const std::string& conninfo);

}  // namespace hearth
