// The RPCs of GuestUserService about invitations, as the inviting directory sees them.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Invites guests. Each method is described in guest_user_service.proto. Thread-safe. What is passed in outlives the desk.
class InvitationDesk {
 public:
  InvitationDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::InviteGuestUserResponse> InviteGuestUser(const Call& call,
                                                              const v1::InviteGuestUserRequest& request);
  absl::StatusOr<v1::ResendInvitationResponse> ResendInvitation(const Call& call,
                                                                const v1::ResendInvitationRequest& request);
  absl::StatusOr<v1::RevokeInvitationResponse> RevokeInvitation(const Call& call,
                                                                const v1::RevokeInvitationRequest& request);
  absl::StatusOr<v1::ResetRedemptionResponse> ResetRedemption(const Call& call,
                                                              const v1::ResetRedemptionRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
