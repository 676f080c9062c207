// Acts on what RequestReset left behind.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/base/random.h"
#include "server/reset/intent.h"
#include "server/reset/request_rules.h"
#include "server/reset/reset_keys.h"
#include "server/reset/reset_mail.h"
#include "server/reset/wish_box.h"
#include "server/storage/database.h"

namespace hearth {

// Takes intents, finds out whom they are about, and mails a proof, opens a request in the queue, or does nothing: each in one transaction with its
// audit event and its mail. Any number of relays may run at once, in any number of servers; what a dead one had taken is taken over when its lease
// ends. Thread-safe.
class IntentRelay {
 public:
  // What is passed in outlives the relay.
  IntentRelay(Database* database, const Keyring* keyring, Random* random)
      : database_(*database), keyring_(*keyring), random_(*random), keys_(*keyring), box_(*keyring) {}

  // Takes some intents that are due and acts on each; how many were taken. One that fails is logged and comes again; after many times it is given
  // up. Fails as Database::ReadAlone does.
  absl::StatusOr<int> Work(absl::Time deadline);

  // Sends the digests that are due.
  absl::Status SendDigests(absl::Time deadline);

 private:
  // What is known before the deed: where the person is listed and where home is.
  struct Place {
    ResetWish wish;
    std::string other_directory;  // That the deed also serves; empty: none.
  };

  static std::string OtherOf(const Intent& intent, const Place& place);
  absl::Status Act(const IntentKey& key, absl::Time deadline);
  absl::StatusOr<std::optional<Place>> Locate(const IntentKey& key, absl::Time deadline);
  // Decides and does it. OK, or why nothing came of it; ALREADY_EXISTS where that was told before.
  absl::Status Carry(Tx& tx, const Intent& intent, const Place& place, Call& call);
  // Opens a request in the administrators' queue, and tells them.
  void Open(Tx& tx, const Intent& intent, const User& user, const Asked& asked, const v1::ResetPolicy& policy);
  void Mint(Tx& tx, const Intent& intent, const ResetPlan& plan, const User& user, const Asked& asked,
            const v1::ResetPolicy& policy);
  absl::Status SendHome(Tx& tx, const Intent& intent, const Place& place, const User& guest, const Asked& asked);
  absl::Status GiveUp(const IntentKey& key, absl::Time deadline);

  Database& database_;
  const Keyring& keyring_;
  Random& random_;
  const ResetKeys keys_;
  const WishBox box_;
};

}  // namespace hearth
