// What guest policies allow.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/access.h"

namespace hearth {

// What a directory allows with guests: one row of hearth.guest_policies, or the defaults. The fields are described at hearth.v1.GuestPolicy.
struct GuestPolicy {
  v1::InviteFrom invite_from = v1::INVITE_FROM_ADMINS_AND_INVITERS;
  v1::DomainRule inbound_rule = v1::DOMAIN_RULE_ANY;
  std::vector<std::string> inbound_domains;  // Lower case.
  v1::DomainRule outbound_rule = v1::DOMAIN_RULE_ANY;
  std::vector<std::string> outbound_domains;  // Lower case.
  std::string redeem_uri;
  std::vector<std::string> redirect_uris;
  absl::Duration invitation_lifetime = absl::Hours(7 * 24);
  bool restrict_guests = false;
  bool tell_refused_resets = false;
  absl::Time update_time = absl::InfinitePast();  // InfinitePast: never changed.
  int64_t revision = 0;
};

// Another organisation, as rules see it: all domains of its directory, or the one domain that an address outside Hearth ends in.
using Domains = std::vector<std::string>;

// Whether the caller may invite; `type` is how the directory regards a caller who is a person. Fails with INVITING_NOT_ALLOWED, or with
// PERMISSION_MISSING for a service without guests.invite. Pure.
absl::Status CheckMayInvite(const GuestPolicy& policy, const Access& access, v1::UserType type);

// Whether an inviter learns nothing of whom the directory lists: a guest, where guests see only themselves. `type` as above. Pure.
bool InvitesBlindly(const GuestPolicy& policy, v1::UserType type);

// Whether such an inviter's request can be answered without telling anything: the guest's id is not chosen, and only a mail brings the token. Fails
// with INVALID_FIELDS, and with GUEST_POLICY where Hearth mails no invitations. Pure.
absl::Status CheckBlindInvitation(const GuestPolicy& policy, const v1::InviteGuestUserRequest& request);

// Whether people of an organisation may be guests of the policy's directory. Fails with GUEST_POLICY. Pure.
absl::Status CheckInbound(const GuestPolicy& policy, const Domains& home);

// Whether people of the policy's directory may be guests of an organisation. Fails with GUEST_POLICY. Pure.
absl::Status CheckOutbound(const GuestPolicy& policy, const Domains& inviting);

// Whether guests may be sent to this address after redeeming; empty: nowhere. Fails with GUEST_POLICY. Pure.
absl::Status CheckRedirect(const GuestPolicy& policy, const std::string& redirect_uri);

}  // namespace hearth
