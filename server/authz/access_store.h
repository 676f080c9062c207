// Reads what callers hold.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/authz/access.h"
#include "server/authz/call.h"
#include "server/authz/principal.h"

namespace hearth {

class Tx;

// A caller to look up: who a token's issuer vouches for.
struct CallerKey {
  std::string directory;  // That the issuer is registered for.
  std::string issuer;
  std::string subject;
  std::vector<std::string> other_audiences{};  // Of the token; for none of these another directory trusts the issuer.
  auto operator<=>(const CallerKey&) const = default;
};

// What is known of a caller.
struct CallerRow {
  std::string directory;    // The key's.
  std::string subject;      // The caller's id there; empty: an outsider who is no guest.
  bool external;            // The issuer vouches for outsiders: its subjects are no ids.
  int64_t issuer_revision;  // Of the issuer's registration.
  Access access;
};

// Looks up many callers with one statement. The result is parallel to `keys`; nullopt where the directory has not registered the issuer, or the token
// is for another, too.
std::vector<std::optional<CallerRow>> ReadCallers(Tx& tx, const std::vector<CallerKey>& keys);

// A service account that a certificate is bound to, and what it holds.
struct CertificateCaller {
  Principal principal;
  Access access;
};

// The service accounts of these certificate identities, by identity; nothing for an identity that nobody registered.
std::map<std::string, CertificateCaller> ReadCertificateCallers(Tx& tx, const std::vector<std::string>& identities);

// What the caller holds, locked until the transaction ends: nobody can take a role or disable the caller
// before it commits.
Access LockAccess(Tx& tx, const Principal& principal);

// For transactions that change something on behalf of a call: locks the caller, and the service it comes
// through, and checks again that both are active and that the caller holds the permission of the method's policy; to `self` (the caller is the
// person it acts on) a policy that allows self needs none. An outsider (Call::outsider) has no row to lock, and holds nothing. Returns the access
// that holds now. Fails with CALLER_NOT_ACTIVE or PERMISSION_MISSING.
absl::Status CheckAccessAgain(Tx& tx, const Call& call, bool self, Access& access);

// The same without locks, for streams that go on after their call was admitted: whether the caller may still read what it reads.
absl::Status CheckAccessStill(Tx& tx, const Call& call);

// The same check on an access that was read already. What is held on an administrative unit suffices where the policy says so; how far it
// reaches is then asked of each person (home_rule.h, unit_reach.h). Pure.
absl::Status CheckPermission(const v1::MethodPolicy& policy, const Access& access, bool self);

}  // namespace hearth
