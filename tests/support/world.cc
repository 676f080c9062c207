#include "tests/support/world.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/authz/permissions.h"
#include "server/storage/pqxx_compat.h"
#include "tests/support/fixture.h"

namespace hearth::test {
namespace {

constexpr char kDirectory[] =
    "INSERT INTO hearth.directories (directory_id, display_name, help_uri) VALUES ('{d}', '{name}', "
    "'{help}');"
    "INSERT INTO hearth.domains (domain, directory_id, is_primary) VALUES ('{here}', '{d}', true);"
    "INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks)"
    " VALUES ('{d}', 'primary', '{issuer}', '{audience}', '{\"keys\":[]}');";

constexpr char kMember[] =
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
    "home_directory_id)"
    " VALUES ('{d}', '{u}', '{u}@{here}', '{u}', 1, '{d}');";
constexpr char kRole[] =
    "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('{d}', '{u}', '{role}');";

constexpr char kOthers[] =
    "INSERT INTO hearth.domains (domain, directory_id) VALUES ('{d}.net', '{d}');"
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
    "home_directory_id, disabled, delete_time) VALUES"
    " ('{d}', 'contractor', 'contractor@{here}', 'A guest homed here', 2, '{d}', false, NULL),"
    " ('{d}', 'partner-at-home', 'partner@{here}', 'A member of the other organisation', 1, '{d}', false, NULL),"
    " ('{d}', 'disabled', 'disabled@{here}', 'A disabled member', 1, '{d}', true, NULL),"
    " ('{d}', 'deleted', 'deleted@{here}', 'A deleted member', 1, '{d}', false, now() - interval '1 day');"
    "INSERT INTO hearth.administrative_units (directory_id, unit_id, display_name, restricted)"
    " VALUES ('{d}', 'north', 'The north', false);"
    "INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable)"
    " VALUES ('{d}', 'baristas', 'Those who make the coffee', true);"
    "INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions)"
    " VALUES ('{d}', 'auditor', 'Auditor', '{directory.read,users.read}');"
    "INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
    " VALUES ('{d}', 'backend', 'A service', '{users.read,resets.perform,passwords.verify,resets.request,"
    "passwords.check}');";

constexpr char kGuests[] =
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
    "home_directory_id, home_issuer, invitation_state, home_identity) VALUES"
    " ('{d}', 'pending', 'pending@{there}', 'A guest who has not accepted', 2, '{o}', NULL, 1, NULL),"
    " ('{d}', 'external', 'external@example.org', 'A guest from outside Hearth', 2, NULL, '{external}', 2, NULL);"
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
    "home_directory_id, invitation_state, home_identity)"
    " SELECT '{d}', g.id, h.user_principal_name, g.display_name, g.user_type, '{o}', 2, h.identity FROM hearth.users h"
    " JOIN (VALUES ('partner', 'partner@{there}', 'A member homed elsewhere', 1),"
    "              ('visitor', 'user1@{there}', 'A guest homed elsewhere', 2)) g (id, name, display_name, user_type)"
    "   ON g.name = h.user_principal_name WHERE h.directory_id = '{o}';";

// Replaces the {…} of a statement for one directory, and the person in it that it is about.
std::string For(const std::string& directory, const std::string& sql, const std::string& user = "",
                const std::string& role = "") {
  const std::string other = OtherOf(directory);
  return absl::StrReplaceAll(sql, {{"{d}", directory},
                                   {"{o}", other},
                                   {"{u}", user},
                                   {"{role}", role},
                                   {"{here}", DomainOf(directory)},
                                   {"{there}", other.empty() ? "" : DomainOf(other)},
                                   {"{name}", directory == kForth     ? "Forth Coffee"
                                              : directory == kContoso ? "Contoso"
                                                                      : "Platform"},
                                   {"{help}", directory == kPlatform ? "" : "https://help." + DomainOf(directory)},
                                   {"{issuer}", IssuerOf(directory)},
                                   {"{audience}", kAudience},
                                   {"{external}", kExternalIssuer}});
}

std::string Holder(const std::string& directory, const std::string& user, v1::Role role) {
  return For(directory, std::string(kMember) + kRole, user, RoleId(role));
}

std::string Organisation(const std::string& directory) {
  std::string sql = For(directory, kOthers) + For(directory, kMember, "user1") + For(directory, kMember, "user2");
  for (const v1::Role role : DirectoryRoles()) sql += Holder(directory, AdminId(role), role);
  return sql;
}

}  // namespace

void FillWorld(const std::string& superuser_conninfo) {
  pqxx::connection connection(superuser_conninfo);
  pqxx::work tx(connection);
  for (const std::string directory : {kPlatform, kForth, kContoso}) tx.exec(For(directory, kDirectory));
  for (const std::string directory : {kForth, kContoso}) tx.exec(Organisation(directory));
  for (const std::string directory : {kForth, kContoso}) tx.exec(For(directory, kGuests));
  tx.exec(Holder(kPlatform, "operator", v1::ROLE_PLATFORM_OPERATOR) +
          Holder(kPlatform, "global-administrator", v1::ROLE_GLOBAL_ADMINISTRATOR));
  tx.commit();
}

}  // namespace hearth::test
