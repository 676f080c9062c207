// The RPC with which an invited person becomes a guest.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Lets people redeem invitations, as principals of their home, or as whom an issuer outside Hearth vouches for. Thread-safe. What is passed in outlives the desk.
class RedemptionDesk {
 public:
  RedemptionDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::RedeemInvitationResponse> RedeemInvitation(const Call& call,
                                                                const v1::RedeemInvitationRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
