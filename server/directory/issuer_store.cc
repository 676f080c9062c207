#include "server/directory/issuer_store.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_ISSUER                                                                                       \
  "SELECT directory_id, issuer_id, issuer, audience, jwks, jwks_uri, keys_problem, revision,"                      \
  " hearth.micros(keys_fetch_time) AS keys_fetch_time, hearth.micros(create_time) AS create_time, external_guests" \
  " FROM hearth.trusted_issuers WHERE directory_id = $1"

constexpr Statement kFind{"issuer_find", HEARTH_SELECT_ISSUER " AND issuer_id = $2"};
constexpr Statement kLock{"issuer_lock", HEARTH_SELECT_ISSUER " AND issuer_id = $2 FOR NO KEY UPDATE"};
constexpr Statement kList{"issuer_list", HEARTH_SELECT_ISSUER " AND issuer_id > $2 ORDER BY issuer_id LIMIT $3"};
constexpr Statement kKeepNamed{"issuer_keep_named", HEARTH_SELECT_ISSUER " AND issuer = $2 FOR KEY SHARE"};
constexpr Statement kInsert{"issuer_insert",
                            "INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks,"
                            " jwks_uri, external_guests) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                            " ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{
    "issuer_update",
    "UPDATE hearth.trusted_issuers i SET audience = $3::text, jwks = $4, jwks_uri = $5, keys_problem = '', "
    "fetch_failures = 0,"
    " keys_fetch_time = CASE WHEN jwks_uri = $5 THEN keys_fetch_time END,"
    " next_fetch_time = CASE WHEN jwks_uri = $5 THEN next_fetch_time ELSE now() END,"
    " revision = nextval('hearth.issuer_revision') WHERE directory_id = $1 AND issuer_id = $2"
    " AND NOT EXISTS (SELECT 1 FROM hearth.trusted_issuers o WHERE o.issuer = i.issuer AND o.audience = $3::text"
    " AND o.directory_id <> i.directory_id)"};
constexpr Statement kDelete{"issuer_delete",
                            "DELETE FROM hearth.trusted_issuers WHERE directory_id = $1 AND issuer_id = $2"};

TrustedIssuer IssuerOf(const pqxx::row& row) {
  return {.directory = row["directory_id"].c_str(),
          .id = row["issuer_id"].c_str(),
          .issuer = row["issuer"].c_str(),
          .audience = row["audience"].c_str(),
          .jwks = row["jwks"].c_str(),
          .jwks_uri = row["jwks_uri"].c_str(),
          .keys_problem = row["keys_problem"].c_str(),
          .revision = row["revision"].as<int64_t>(),
          .create_time = ToTime(row["create_time"]),
          .keys_fetch_time = ToTime(row["keys_fetch_time"]),
          .external_guests = row["external_guests"].as<bool>()};
}

}  // namespace

std::optional<TrustedIssuer> FindIssuer(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(IssuerOf(rows[0]));
}

std::optional<TrustedIssuer> LockIssuer(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kLock, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(IssuerOf(rows[0]));
}

std::vector<TrustedIssuer> ListIssuers(Tx& tx, std::string_view directory, const std::string& after, int limit) {
  std::vector<TrustedIssuer> issuers;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit)) issuers.push_back(IssuerOf(row));
  return issuers;
}

std::optional<TrustedIssuer> KeepIssuerNamed(Tx& tx, std::string_view directory, const std::string& issuer) {
  const pqxx::result rows = tx.Exec(kKeepNamed, std::string(directory), issuer);
  return rows.empty() ? std::nullopt : std::optional(IssuerOf(rows[0]));
}

bool InsertIssuer(Tx& tx, const TrustedIssuer& issuer) {
  return tx.Exec(kInsert, issuer.directory, issuer.id, issuer.issuer, issuer.audience, issuer.jwks, issuer.jwks_uri,
                 issuer.external_guests)
             .affected_rows() == 1;
}

bool UpdateIssuer(Tx& tx, const TrustedIssuer& issuer) {
  return tx.Exec(kUpdate, issuer.directory, issuer.id, issuer.audience, issuer.jwks, issuer.jwks_uri).affected_rows() ==
         1;
}

bool DeleteIssuer(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kDelete, std::string(directory), std::string(id)).affected_rows() == 1;
}

}  // namespace hearth
