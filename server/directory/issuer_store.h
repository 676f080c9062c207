// All SQL about trusted issuers, as what administrators see. Tokens are checked with the keys that authn reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/storage/tx.h"

namespace hearth {

// An identity provider whose tokens are accepted for one directory: one row of hearth.trusted_issuers.
struct TrustedIssuer {
  std::string directory;
  std::string id;
  std::string issuer;
  std::string audience;
  std::string jwks;      // Given, or fetched from jwks_uri.
  std::string jwks_uri;  // Empty: jwks was given.
  std::string keys_problem;
  int64_t revision = 0;
  absl::Time create_time;
  absl::Time keys_fetch_time;    // The infinite past: not fetched.
  bool external_guests = false;  // It vouches for guests from outside Hearth, not for the directory's people.
};

std::optional<TrustedIssuer> FindIssuer(Tx& tx, std::string_view directory, std::string_view id);
// One page of the directory's issuers by id, after `after`.
std::vector<TrustedIssuer> ListIssuers(Tx& tx, std::string_view directory, const std::string& after, int limit);
// The directory's registration of the issuer with this `iss`, which cannot be removed before the transaction ends; nullopt when it has none.
std::optional<TrustedIssuer> KeepIssuerNamed(Tx& tx, std::string_view directory, const std::string& issuer);

// Inserts the issuer; false when the id or the issuer is taken in the directory, or the issuer in another: both trust it with guests from outside, by
// different audiences, or it is taken.
bool InsertIssuer(Tx& tx, const TrustedIssuer& issuer);
// Nobody else changes the issuer before this transaction ends; nullopt when there is none.
std::optional<TrustedIssuer> LockIssuer(Tx& tx, std::string_view directory, std::string_view id);
// Writes audience, jwks and jwks_uri; a new jwks_uri is fetched soon. The revision rises. False when another directory has the issuer with that audience.
bool UpdateIssuer(Tx& tx, const TrustedIssuer& issuer);
// Removes the issuer; false when there is none.
bool DeleteIssuer(Tx& tx, std::string_view directory, std::string_view id);

}  // namespace hearth
