// Reads the registration of an issuer, and keeps the keys of those that publish them.
#pragma once

#include <string>
#include <vector>

namespace hearth {

class Tx;

// What is registered for an issuer.
struct IssuerRegistration {
  std::string directory;         // The directory that it vouches for, for this audience.
  bool external_guests = false;  // Its subjects are guests from outside Hearth, or nobody yet.
  std::string audience;
  std::string jwks;      // Empty: none yet, or none any more.
  std::string jwks_uri;  // Where the keys are fetched from; empty: they were given.
  int64_t revision = 0;  // Rises with each registration in the whole server, and when keys change.
};

// The registrations of the issuer with this `iss` for any of the audiences: none, one, or, of an issuer that several directories trust with guests
// from outside, several.
std::vector<IssuerRegistration> FindIssuers(Tx& tx, const std::string& issuer,
                                            const std::vector<std::string>& audiences);

// An issuer whose keys are to be fetched.
struct IssuerToFetch {
  std::string directory;
  std::string id;
  std::string jwks_uri;
};

// Those whose time has come, longest waiting first; of live directories. For transactions without scope.
std::vector<IssuerToFetch> IssuersToFetch(Tx& tx, int limit);
// Takes one, so that no other replica does for a minute; false when another was faster.
bool ClaimFetch(Tx& tx, const IssuerToFetch& issuer);
// Makes the issuer's time come now, when its keys were last asked for 30 seconds ago or more. For the scope of its directory.
void HastenFetch(Tx& tx, const std::string& issuer);

// What came of a fetch; nothing when the issuer has another jwks_uri by now. Keys are trusted for 24 hours after they were last seen; failed attempts are
// repeated after 5 seconds, twice as long each time, up to 10 minutes.
void StoreKeys(Tx& tx, const IssuerToFetch& issuer, const std::string& jwks);
void StoreProblem(Tx& tx, const IssuerToFetch& issuer, const std::string& problem);

}  // namespace hearth
