// Events as signed Security Event Tokens.
#pragma once

#include <string>

#include "server/base/keyring.h"
#include "server/event/event_store.h"

namespace hearth {

// Signs Security Event Tokens (RFC 8417) with keys for ES256 (RFC 7518, 3.4) that follow from the master keys: so they are in the keys file and not in the
// database, and a new current master key signs from then on. Immutable, so thread-safe.
class EventTokens {
 public:
  // `issuer`: the `iss` of the tokens. `keyring` outlives this.
  EventTokens(const Keyring* keyring, std::string issuer);

  // The token of an event for a receiver: JWS in compact form (RFC 7515), typ secevent+jwt. The subject is complex: tenant the directory, user the person
  // there (RFC 9493; SSF 1.0); of identifier-changed, by the e-mail address before it. `now` is its iat. Throws std::runtime_error when the library fails.
  std::string Sign(const Event& event, const std::string& directory, const std::string& audience, absl::Time now) const;

  // The token of a verification event (SSF 1.0, 8.1.4): the subject is the receiver itself, by its resource name. `state` may be empty.
  std::string SignVerification(const std::string& id, const std::string& state, const std::string& receiver_name,
                               const std::string& audience, absl::Time now) const;

  // The public keys, the current one first: a JSON Web Key Set.
  std::string PublicKeys() const;
  const std::string& issuer() const { return issuer_; }

 private:
  std::string SignClaims(const std::string& claims) const;

  const Keyring& keyring_;
  const std::string issuer_;
};

// The claims of the token, as JSON. Pure.
std::string EventClaims(const Event& event, const std::string& issuer, const std::string& directory,
                        const std::string& audience, absl::Time now);
// The same of a verification event.
std::string VerificationClaims(const std::string& id, const std::string& state, const std::string& issuer,
                               const std::string& receiver_name, const std::string& audience, absl::Time now);

}  // namespace hearth
