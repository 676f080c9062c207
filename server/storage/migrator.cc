#include "server/storage/migrator.h"

#include <sodium.h>

#include <array>
#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "server/base/status_macros.h"
#include "server/base/text.h"
#include "server/storage/pqxx_compat.h"

namespace hearth {
namespace {

constexpr char kBookkeeping[] =
    "CREATE SCHEMA IF NOT EXISTS hearth;"
    "CREATE TABLE IF NOT EXISTS hearth.migrations (number integer PRIMARY KEY, name text NOT NULL, checksum "
    "text NOT NULL,"
    " apply_time timestamptz NOT NULL DEFAULT now());";
constexpr char kTryLock[] = "SELECT pg_try_advisory_lock(4847324783)";
constexpr absl::Duration kLockPatience = absl::Seconds(60);

std::string Checksum(std::string_view sql) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(sql.data()), sql.size());
  std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

pqxx::result Exec(pqxx::connection& connection, const std::string& sql) {
  pqxx::nontransaction tx(connection);
  return tx.exec(sql);
}

absl::Status TakeLock(pqxx::connection& connection) {
  const absl::Time deadline = absl::Now() + kLockPatience;
  while (!Exec(connection, kTryLock)[0][0].as<bool>()) {
    if (absl::Now() > deadline) {
      return absl::UnavailableError("another `hearthd migrate` holds the lock for more than a minute; is it stuck?");
    }
    absl::SleepFor(absl::Milliseconds(200));
  }
  return absl::OkStatus();
}

absl::Status CheckRole(pqxx::connection& connection, const std::string& role) {
  pqxx::nontransaction tx(connection);
  const std::string name = tx.quote(role);
  const pqxx::result rows = tx.exec(absl::StrCat("SELECT rolsuper OR rolbypassrls, pg_has_role(", name,
                                                 ", current_user, 'MEMBER') FROM pg_roles WHERE rolname = ", name));
  if (rows.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the role ", role, " does not exist. Create it: CREATE ROLE ", role, " LOGIN;"));
  }
  if (rows[0][0].as<bool>() || rows[0][1].as<bool>()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the role ", role,
                     " must own nothing and bypass nothing: not a superuser, no BYPASSRLS, not a member of "
                     "the owner's role"));
  }
  return absl::OkStatus();
}

absl::Status CheckApplied(const pqxx::result& applied) {
  const auto& migrations = Migrations();
  for (const auto& row : applied) {
    const int number = row["number"].as<int>();
    if (number > NeededVersion()) {
      return absl::FailedPreconditionError(absl::StrCat("the schema has version ", number,
                                                        ", this hearthd knows up to ", NeededVersion(),
                                                        ". Use the newer hearthd."));
    }
    const Migration& migration = migrations[static_cast<size_t>(number) - 1];
    if (row["checksum"].as<std::string>() != Checksum(migration.sql)) {
      return absl::FailedPreconditionError(
          absl::StrCat("migration ", ToAbsl(migration.name), " was applied with other contents than this hearthd has"));
    }
  }
  return absl::OkStatus();
}

void Apply(pqxx::connection& connection, const Migration& migration, const std::string& app_role) {
  pqxx::work tx(connection);
  tx.exec(absl::StrReplaceAll(ToAbsl(migration.sql), {{":app_role", tx.quote_name(app_role)}}));
  tx.exec(absl::StrCat("INSERT INTO hearth.migrations (number, name, checksum) VALUES (", migration.number, ", ",
                       tx.quote(std::string(migration.name)), ", ", tx.quote(Checksum(migration.sql)), ")"));
  tx.commit();
}

}  // namespace

int NeededVersion() { return static_cast<int>(Migrations().size()); }

absl::Status Migrate(const std::string& conninfo, const std::string& app_role,
                     absl::FunctionRef<void(const Migration&)> report) {
  try {
    pqxx::connection connection(conninfo);
    RETURN_IF_ERROR(CheckRole(connection, app_role));
    RETURN_IF_ERROR(TakeLock(connection));
    Exec(connection, "SET client_min_messages = warning");
    Exec(connection, kBookkeeping);
    const pqxx::result applied = Exec(connection, "SELECT number, checksum FROM hearth.migrations ORDER BY number");
    RETURN_IF_ERROR(CheckApplied(applied));
    for (const Migration& migration : Migrations()) {
      if (migration.number <= static_cast<int>(applied.size())) continue;
      Apply(connection, migration, app_role);
      report(migration);
    }
    Exec(connection, absl::StrCat("GRANT SELECT ON hearth.migrations TO \"", app_role, "\""));
  } catch (const std::exception& exception) {
    return absl::UnavailableError(absl::StrCat("the database refused: ", exception.what()));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> SchemaVersion(const std::string& conninfo) {
  try {
    pqxx::connection connection(conninfo);
    if (Exec(connection, "SELECT to_regclass('hearth.migrations') IS NULL")[0][0].as<bool>()) return 0;
    return Exec(connection, "SELECT coalesce(max(number), 0) FROM hearth.migrations")[0][0].as<int>();
  } catch (const std::exception& exception) {
    return absl::UnavailableError(absl::StrCat("the database cannot be reached: ", exception.what()));
  }
}

}  // namespace hearth
