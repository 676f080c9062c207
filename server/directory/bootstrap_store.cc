#include "server/directory/bootstrap_store.h"

namespace hearth {
namespace {

constexpr Statement kRead{
    "bootstrap_read",
    "SELECT EXISTS (SELECT 1 FROM hearth.trusted_issuers i JOIN hearth.role_assignments r USING (directory_id)"
    " WHERE i.directory_id = d.directory_id AND i.issuer = $1 AND i.audience = $2 AND i.jwks = $3 AND r.user_id = $4"
    " AND r.role = 'platform_operator') FROM hearth.directories d WHERE d.directory_id = 'platform'"};
constexpr Statement kDirectory{
    "bootstrap_directory",
    "INSERT INTO hearth.directories (directory_id, display_name) VALUES ('platform', 'Platform')"};
constexpr Statement kIssuer{"bootstrap_issuer",
                            "INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks)"
                            " VALUES ('platform', 'primary', $1, $2, $3)"};
// The platform has no domain, so its people have principal names in one that nobody can own (RFC 2606).
constexpr Statement kOperator{
    "bootstrap_operator",
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)"
    " VALUES ('platform', $1, $1 || '@platform.invalid', 'Platform operator', 1, 'platform')"};
constexpr Statement kRole{
    "bootstrap_role",
    "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('platform', $1, 'platform_operator')"};

}  // namespace

PlatformState ReadPlatform(Tx& tx, const PlatformBootstrap& bootstrap) {
  const pqxx::result rows = tx.Exec(kRead, bootstrap.issuer, bootstrap.audience, bootstrap.jwks, bootstrap.operator_id);
  if (rows.empty()) return PlatformState::kAbsent;
  return rows[0][0].as<bool>() ? PlatformState::kSame : PlatformState::kOther;
}

void InsertPlatform(Tx& tx, const PlatformBootstrap& bootstrap) {
  tx.Exec(kDirectory);
  tx.Exec(kIssuer, bootstrap.issuer, bootstrap.audience, bootstrap.jwks);
  tx.Exec(kOperator, bootstrap.operator_id);
  tx.Exec(kRole, bootstrap.operator_id);
}

}  // namespace hearth
