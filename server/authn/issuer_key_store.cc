#include "server/authn/issuer_key_store.h"

#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr Statement kFind{
    "issuer_registration",
    "SELECT directory_id, external_guests, audience, jwks, jwks_uri, revision FROM hearth.trusted_issuers"
    " WHERE issuer = $1 AND audience = ANY ($2::text[])"};
constexpr Statement kToFetch{"issuer_to_fetch",
                             "SELECT i.directory_id, i.issuer_id, i.jwks_uri FROM hearth.trusted_issuers i"
                             " JOIN hearth.directories d ON d.directory_id = i.directory_id"
                             " WHERE i.jwks_uri <> '' AND i.next_fetch_time <= now() AND d.delete_time IS NULL"
                             " ORDER BY i.next_fetch_time LIMIT $1"};

#define HEARTH_THIS_ISSUER " WHERE directory_id = $1 AND issuer_id = $2 AND jwks_uri = $3"
constexpr Statement kClaim{
    "issuer_claim_fetch",
    "UPDATE hearth.trusted_issuers SET next_fetch_time = now() + interval '1 minute'" HEARTH_THIS_ISSUER
    " AND next_fetch_time <= now()"};
constexpr Statement kHasten{
    "issuer_hasten_fetch",
    "UPDATE hearth.trusted_issuers SET next_fetch_time = now() WHERE issuer = $1 AND jwks_uri <> ''"
    " AND directory_id = ANY (hearth.served()) AND fetch_failures = 0 AND next_fetch_time > now()"
    " AND keys_fetch_time < now() - interval '30 seconds'"};
// A changed set makes what was verified under the old one worthless. Spread over a tenth, so that replicas and issuers do not march in step.
constexpr Statement kStoreKeys{
    "issuer_store_keys",
    "UPDATE hearth.trusted_issuers SET jwks = $4, keys_fetch_time = now(), keys_problem = '', fetch_failures = 0,"
    " next_fetch_time = now() + interval '5 minutes' * (0.95 + random() / 10),"
    " revision = CASE WHEN jwks = $4 THEN revision ELSE nextval('hearth.issuer_revision') END" HEARTH_THIS_ISSUER};
constexpr Statement kStoreProblem{
    "issuer_store_problem",
    "UPDATE hearth.trusted_issuers SET keys_problem = $4, fetch_failures = fetch_failures + 1,"
    " next_fetch_time = now() + least(interval '5 seconds' * 2 ^ least(fetch_failures, 10), interval '10 minutes'),"
    " jwks = CASE WHEN keys_fetch_time < now() - interval '24 hours' THEN '' ELSE jwks END,"
    " revision = CASE WHEN keys_fetch_time < now() - interval '24 hours' AND jwks <> ''"
    " THEN nextval('hearth.issuer_revision') ELSE revision END" HEARTH_THIS_ISSUER};

}  // namespace

std::vector<IssuerRegistration> FindIssuers(Tx& tx, const std::string& issuer,
                                            const std::vector<std::string>& audiences) {
  std::vector<IssuerRegistration> registrations;
  for (const auto& row : tx.Exec(kFind, issuer, TextArray(audiences))) {
    registrations.push_back({.directory = row["directory_id"].c_str(),
                             .external_guests = row["external_guests"].as<bool>(),
                             .audience = row["audience"].c_str(),
                             .jwks = row["jwks"].c_str(),
                             .jwks_uri = row["jwks_uri"].c_str(),
                             .revision = row["revision"].as<int64_t>()});
  }
  return registrations;
}

std::vector<IssuerToFetch> IssuersToFetch(Tx& tx, int limit) {
  std::vector<IssuerToFetch> issuers;
  for (const auto& row : tx.Exec(kToFetch, limit)) {
    issuers.push_back({row["directory_id"].c_str(), row["issuer_id"].c_str(), row["jwks_uri"].c_str()});
  }
  return issuers;
}

bool ClaimFetch(Tx& tx, const IssuerToFetch& issuer) {
  return tx.Exec(kClaim, issuer.directory, issuer.id, issuer.jwks_uri).affected_rows() == 1;
}

void HastenFetch(Tx& tx, const std::string& issuer) { tx.Exec(kHasten, issuer); }

void StoreKeys(Tx& tx, const IssuerToFetch& issuer, const std::string& jwks) {
  tx.Exec(kStoreKeys, issuer.directory, issuer.id, issuer.jwks_uri, jwks);
}

void StoreProblem(Tx& tx, const IssuerToFetch& issuer, const std::string& problem) {
  tx.Exec(kStoreProblem, issuer.directory, issuer.id, issuer.jwks_uri, problem);
}

}  // namespace hearth
