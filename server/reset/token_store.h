// All SQL about what was mailed to people.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "server/storage/tx.h"

namespace hearth {

// What is stored of a mailed link and code: digests of 32 bytes, empty for what was not mailed.
struct NewResetToken {
  std::string directory, user;
  std::string link_digest;
  std::string handle_digest;  // Of the request that the code belongs to.
  std::string code_digest;
  std::string person_digest;  // ResetKeys::OfState.
  bool needs_both = false;    // Link and code, not either.
  absl::Duration link_lifetime = absl::ZeroDuration(), code_lifetime = absl::ZeroDuration();
};

// Puts the token in the place of whatever the person had: only the newest works.
void PutResetToken(Tx& tx, const NewResetToken& token);
void DeleteResetToken(Tx& tx, const std::string& directory, const std::string& user);

// What a code is compared with.
struct CodeOffer {
  std::string user;
  std::string code_digest;
  std::string person_digest;
  std::string row;  // The digest that the code is bound to: of the handle or of the link.
};
// The code that was mailed for this handle, if a handle is enough; live by the database's clock, and not turned into a token before.
std::optional<CodeOffer> FindCodeOfHandle(Tx& tx, const std::string& directory, const std::string& handle_digest);
// The code that goes with this link. Counts an attempt; nullopt when there have been `most` already.
std::optional<CodeOffer> CountCodeOfLink(Tx& tx, const std::string& directory, const std::string& link_digest,
                                         int most);
// Stores the token that the code was turned into; when it expires. nullopt when the code has gone meanwhile.
std::optional<absl::Time> StoreVerified(Tx& tx, const std::string& directory, const CodeOffer& offer,
                                        const std::string& verified_digest, absl::Duration lifetime);

// What a token opens.
struct Redeemable {
  std::string user;
  std::string person_digest;
  bool by_link = false;
  bool needs_both = false;
};
// The row that the link or the verified token opens now, by the database's clock. `lock` holds it until the transaction ends.
std::optional<Redeemable> FindRedeemable(Tx& tx, const std::string& directory, const std::string& link_digest,
                                         const std::string& verified_digest, bool lock);

// Removes what has expired; returns how many. The transaction's scope says in which directories.
int SweepResetTokens(Tx& tx);

}  // namespace hearth
