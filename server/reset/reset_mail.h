// The mails of this folder. Each goes to stored addresses only, and is sent if and only if the transaction commits.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/base/keyring.h"
#include "server/base/secret.h"
#include "server/directory/user.h"

namespace hearth {

class Tx;

// What a mail about a request tells of it.
struct Asked {
  absl::Time time;
  std::string through;   // The service that asked.
  std::string language;  // BCP 47, or empty.
};

// The address of the page on which a person chooses a password: the token stands in the fragment, which browsers send to nobody.
Secret LinkOf(const v1::ResetPolicy& policy, const Secret& token);

// A link, a code, or both, to one address. An empty secret is left out; one is there.
void MailProof(Tx& tx, const Keyring& keyring, const User& user, const std::string& to, const Asked& asked,
               const v1::ResetPolicy& policy, const Secret& token, const Secret& code);
// Where home is, to a guest.
void MailHome(Tx& tx, const Keyring& keyring, const User& guest, const Asked& asked);
// That somebody waits, to an administrator.
void MailRequested(Tx& tx, const Keyring& keyring, const User& administrator, const User& user,
                   const std::string& request, const Asked& asked, absl::Duration lifetime);
// How many wait, to an administrator.
void MailDigest(Tx& tx, const Keyring& keyring, const User& administrator, int count, absl::Time oldest);
// That a request was denied, to the person.
void MailDenied(Tx& tx, const Keyring& keyring, const User& user, const Asked& asked, const std::string& reason);
// A link to choose a password, from an administrator.
void MailLink(Tx& tx, const Keyring& keyring, const User& user, const std::string& to, const std::string& administrator,
              const Secret& link, absl::Duration lifetime);
// The generated password itself.
void MailPassword(Tx& tx, const Keyring& keyring, const User& user, const std::string& to,
                  const std::string& administrator, const Secret& password, absl::Duration lifetime);
// That the password was changed, to all addresses of the person. `administrator`: the name of who did it, or empty for the person.
void MailChanged(Tx& tx, const Keyring& keyring, const User& user, absl::Time time, const std::string& administrator,
                 const std::string& language);

}  // namespace hearth
