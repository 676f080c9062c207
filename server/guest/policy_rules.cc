#include "server/guest/policy_rules.h"

#include <algorithm>

#include "server/base/error.h"

namespace hearth {
namespace {

constexpr size_t kInviteFromPrefix = std::string_view("INVITE_FROM_").size();

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Whether the list names the organisation by any of its domains.
bool Names(const std::vector<std::string>& list, const Domains& domains) {
  return std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) { return Contains(list, domain); });
}

bool Allows(v1::DomainRule rule, const std::vector<std::string>& list, const Domains& domains) {
  switch (rule) {
    case v1::DOMAIN_RULE_UNSPECIFIED:
    case v1::DOMAIN_RULE_ANY:
      return true;
    case v1::DOMAIN_RULE_ONLY_LISTED:
      return Names(list, domains);
    case v1::DOMAIN_RULE_ALL_BUT_LISTED:
      return !Names(list, domains);
    default:
      return false;  // A rule of a newer server.
  }
}

std::string NameOf(v1::InviteFrom from) {
  const std::string& name = v1::InviteFrom_Name(from);
  return name.empty() ? std::to_string(from) : name.substr(kInviteFromPrefix);
}

absl::Status Forbidden(const std::string& rule, const std::string& what) {
  return Refuse(v1::ERROR_REASON_GUEST_POLICY, {{"rule", rule}, {"what", what}});
}

}  // namespace

absl::Status CheckMayInvite(const GuestPolicy& policy, const Access& access, v1::UserType type) {
  const bool holds = access.permissions.Has(v1::PERMISSION_GUESTS_INVITE);
  if (access.kind == PrincipalKind::kService && !holds) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", "guests.invite"}});
  }
  const bool member = access.kind == PrincipalKind::kPerson && type == v1::USER_TYPE_MEMBER;
  bool may = false;
  switch (policy.invite_from) {
    case v1::INVITE_FROM_ADMINS_AND_INVITERS:
      may = holds;
      break;
    case v1::INVITE_FROM_MEMBERS:
      may = holds || member;
      break;
    case v1::INVITE_FROM_EVERYONE:
      may = true;
      break;
    default:
      break;  // Nobody.
  }
  if (may) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_INVITING_NOT_ALLOWED, {{"invite_from", NameOf(policy.invite_from)}});
}

bool InvitesBlindly(const GuestPolicy& policy, v1::UserType type) {
  return policy.restrict_guests && type == v1::USER_TYPE_GUEST;
}

absl::Status CheckBlindInvitation(const GuestPolicy& policy, const v1::InviteGuestUserRequest& request) {
  if (!request.user_id().empty()) return InvalidField("user_id", "must be empty for guests who see only themselves");
  if (request.has_send_mail() && !request.send_mail()) {
    return InvalidField("send_mail", "must not be false for guests who see only themselves");
  }
  return policy.redeem_uri.empty() ? Forbidden("REDEEM_URI", "a mail without a page to redeem at") : absl::OkStatus();
}

absl::Status CheckInbound(const GuestPolicy& policy, const Domains& home) {
  if (Allows(policy.inbound_rule, policy.inbound_domains, home)) return absl::OkStatus();
  return Forbidden("INBOUND_DOMAINS", home.empty() ? "" : home.front());
}

absl::Status CheckOutbound(const GuestPolicy& policy, const Domains& inviting) {
  if (Allows(policy.outbound_rule, policy.outbound_domains, inviting)) return absl::OkStatus();
  return Forbidden("OUTBOUND_DOMAINS", inviting.empty() ? "" : inviting.front());
}

absl::Status CheckRedirect(const GuestPolicy& policy, const std::string& redirect_uri) {
  if (redirect_uri.empty() || Contains(policy.redirect_uris, redirect_uri)) return absl::OkStatus();
  return Forbidden("REDIRECT_URIS", redirect_uri);
}

}  // namespace hearth
