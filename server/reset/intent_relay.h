// Acts on what RequestReset left behind.
#pragma once

#include <string>
#include <tuple>
#include <vector>

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

// Takes intents, finds out whom they are about, and mails a proof, opens a request in the queue, or does nothing: some of one directory in one
// transaction, with their audit events and their mails. Where that fails, each is done in one of its own, so that one cannot hold up the others. Any
// number of relays may run at once, in any number of servers; what a dead one had taken is taken over when its lease ends. Thread-safe.
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
  // What is known of an intent before the deed: where the person is listed and where home is.
  struct Place {
    IntentKey key;
    ResetWish wish;
    std::string person;           // Id of whom the identifier belongs to; empty: nobody.
    std::string other_directory;  // That the deed also serves; empty: none.
    // In what order they are carried out: people are locked in the order of their ids, and what one asked for first is done first.
    std::tuple<bool, std::string, absl::Time> order;
  };

  // Acts on intents of one directory: together, and where that fails, one by one.
  void ActOn(const std::string& directory, const std::vector<IntentKey>& keys, absl::Time deadline);
  absl::Status Act(const std::string& directory, const std::vector<IntentKey>& keys, absl::Time deadline);
  absl::StatusOr<std::vector<Place>> Locate(const std::string& directory, const std::vector<IntentKey>& keys,
                                            absl::Time deadline);
  // Does what there is to do at these places, which have the same directories, in one transaction.
  absl::Status Carry(const std::string& directory, const std::vector<Place>& places, absl::Time deadline);
  // Decides about one and does it. OK, or why nothing came of it; ALREADY_EXISTS where that was told before.
  absl::Status CarryOne(Tx& tx, const Intent& intent, const Place& place, const v1::ResetPolicy& policy, Call& call);
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
