// A real PostgreSQL for tests, thrown away afterwards.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"

namespace hearth::test {

// The roles of the cluster, as in production: who owns the schema, and who serves with it and owns nothing.
inline constexpr char kOwnerRole[] = "hearth_owner";
inline constexpr char kAppRole[] = "hearth_app";

// One cluster a process, started when first asked for (about a second) by tests/support/postgres, and gone
// when the process is, however it ends. It holds databases that are made once and copied for each test. A
// failure to start ends the process with a message. Thread-safe.
class PostgresCluster {
 public:
  static PostgresCluster& Get();

  // Makes the template `name` (letters and underscores), unless this process has: a database owned by
  // kOwnerRole with all migrations applied, then filled by `fill`, which is given a superuser's connection
  // string.
  void EnsureTemplate(const std::string& name, absl::FunctionRef<void(const std::string&)> fill);

  // Makes an empty database owned by kOwnerRole, or a copy of a template; returns its name. Nobody is
  // connected to the template then.
  std::string CreateDatabase(const std::string& from_template = "template0");
  // Removes a database, with whoever is connected.
  void DropDatabase(const std::string& name);

  // How to connect to a database (libpq key=value form).
  std::string Conninfo(const std::string& database, const std::string& role) const;
  // The same for the superuser, who sees the rows of all directories.
  std::string SuperuserConninfo(const std::string& database) const { return Conninfo(database, "postgres"); }

 private:
  PostgresCluster();

  std::string directory_;  // Of the cluster; its socket is there.
};

}  // namespace hearth::test
