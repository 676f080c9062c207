#include "server/authn/issuer_key_store.h"

#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr Statement kFind{
    "issuer_find", "SELECT directory_id, audience, jwks, revision FROM hearth.trusted_issuers WHERE issuer = $1"};

}  // namespace

std::optional<IssuerRegistration> FindIssuer(Tx& tx, const std::string& issuer) {
  const pqxx::result rows = tx.Exec(kFind, issuer);
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  return IssuerRegistration{row["directory_id"].c_str(), row["audience"].c_str(), row["jwks"].c_str(),
                            row["revision"].as<int64_t>()};
}

}  // namespace hearth
