#include "server/directory/issuer_store.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_ISSUER                                \
  "SELECT directory_id, issuer_id, issuer, audience, jwks," \
  " hearth.micros(create_time) AS create_time FROM hearth.trusted_issuers WHERE directory_id = $1"

constexpr Statement kFind{"issuer_find", HEARTH_SELECT_ISSUER " AND issuer_id = $2"};
constexpr Statement kList{"issuer_list", HEARTH_SELECT_ISSUER " AND issuer_id > $2 ORDER BY issuer_id LIMIT $3"};
constexpr Statement kIsIssuerOf{"issuer_is_of",
                                "SELECT 1 FROM hearth.trusted_issuers WHERE directory_id = $1 AND issuer = $2"};
constexpr Statement kInsert{"issuer_insert",
                            "INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks)"
                            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"};
constexpr Statement kDelete{"issuer_delete",
                            "DELETE FROM hearth.trusted_issuers WHERE directory_id = $1 AND issuer_id = $2"};

TrustedIssuer IssuerOf(const pqxx::row& row) {
  return {.directory = row["directory_id"].c_str(),
          .id = row["issuer_id"].c_str(),
          .issuer = row["issuer"].c_str(),
          .audience = row["audience"].c_str(),
          .jwks = row["jwks"].c_str(),
          .create_time = ToTime(row["create_time"])};
}

}  // namespace

std::optional<TrustedIssuer> FindIssuer(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(IssuerOf(rows[0]));
}

std::vector<TrustedIssuer> ListIssuers(Tx& tx, std::string_view directory, const std::string& after, int limit) {
  std::vector<TrustedIssuer> issuers;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit)) issuers.push_back(IssuerOf(row));
  return issuers;
}

bool IsIssuerOf(Tx& tx, std::string_view directory, const std::string& issuer) {
  return !tx.Exec(kIsIssuerOf, std::string(directory), issuer).empty();
}

bool InsertIssuer(Tx& tx, const TrustedIssuer& issuer) {
  return tx.Exec(kInsert, issuer.directory, issuer.id, issuer.issuer, issuer.audience, issuer.jwks).affected_rows() ==
         1;
}

bool DeleteIssuer(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kDelete, std::string(directory), std::string(id)).affected_rows() == 1;
}

}  // namespace hearth
