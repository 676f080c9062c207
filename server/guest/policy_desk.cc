#include "server/guest/policy_desk.h"

#include <google/protobuf/util/time_util.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/person_rules.h"
#include "server/directory/role_store.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"
#include "server/guest/policy_store.h"

namespace hearth {
namespace {

using google::protobuf::util::TimeUtil;

const std::vector<std::string>& Changeable() {
  static const auto* const fields = new std::vector<std::string>{
      "invite_from", "inbound_rule",  "inbound_domains",     "outbound_rule",   "outbound_domains",
      "redeem_uri",  "redirect_uris", "invitation_lifetime", "restrict_guests", "tell_refused_resets"};
  return *fields;
}

v1::GuestPolicy PolicyProto(const std::string& directory, const GuestPolicy& policy) {
  v1::GuestPolicy proto;
  proto.set_name(GuestPolicyName(directory));
  proto.set_invite_from(policy.invite_from);
  proto.set_inbound_rule(policy.inbound_rule);
  proto.mutable_inbound_domains()->Assign(policy.inbound_domains.begin(), policy.inbound_domains.end());
  proto.set_outbound_rule(policy.outbound_rule);
  proto.mutable_outbound_domains()->Assign(policy.outbound_domains.begin(), policy.outbound_domains.end());
  proto.set_redeem_uri(policy.redeem_uri);
  proto.mutable_redirect_uris()->Assign(policy.redirect_uris.begin(), policy.redirect_uris.end());
  *proto.mutable_invitation_lifetime() = TimeUtil::SecondsToDuration(absl::ToInt64Seconds(policy.invitation_lifetime));
  proto.set_restrict_guests(policy.restrict_guests);
  proto.set_tell_refused_resets(policy.tell_refused_resets);
  if (policy.update_time != absl::InfinitePast()) *proto.mutable_update_time() = ToProto(policy.update_time);
  proto.set_etag(std::to_string(policy.revision));
  return proto;
}

std::vector<std::string> LowerCase(const google::protobuf::RepeatedPtrField<std::string>& domains) {
  std::vector<std::string> lower;
  for (const std::string& domain : domains) lower.push_back(absl::AsciiStrToLower(domain));
  return lower;
}

// The policy as the request wants it.
absl::StatusOr<GuestPolicy> Updated(GuestPolicy policy, const v1::UpdateGuestPolicyRequest& request) {
  const v1::GuestPolicy& proto = request.guest_policy();
  ASSIGN_OR_RETURN(const std::set<std::string> fields, FieldsToUpdate(proto, request.update_mask(), Changeable()));
  const GuestPolicy defaults;
  if (fields.contains("invite_from")) {
    policy.invite_from =
        proto.invite_from() == v1::INVITE_FROM_UNSPECIFIED ? defaults.invite_from : proto.invite_from();
  }
  if (fields.contains("inbound_rule")) {
    policy.inbound_rule =
        proto.inbound_rule() == v1::DOMAIN_RULE_UNSPECIFIED ? defaults.inbound_rule : proto.inbound_rule();
  }
  if (fields.contains("inbound_domains")) policy.inbound_domains = LowerCase(proto.inbound_domains());
  if (fields.contains("outbound_rule")) {
    policy.outbound_rule =
        proto.outbound_rule() == v1::DOMAIN_RULE_UNSPECIFIED ? defaults.outbound_rule : proto.outbound_rule();
  }
  if (fields.contains("outbound_domains")) policy.outbound_domains = LowerCase(proto.outbound_domains());
  if (fields.contains("redeem_uri")) policy.redeem_uri = proto.redeem_uri();
  if (fields.contains("redirect_uris")) {
    policy.redirect_uris.assign(proto.redirect_uris().begin(), proto.redirect_uris().end());
  }
  if (fields.contains("invitation_lifetime")) {
    policy.invitation_lifetime = proto.has_invitation_lifetime()
                                     ? absl::Seconds(TimeUtil::DurationToSeconds(proto.invitation_lifetime()))
                                     : defaults.invitation_lifetime;
  }
  if (fields.contains("restrict_guests")) policy.restrict_guests = proto.restrict_guests();
  if (policy.redeem_uri.find('#') != std::string::npos) {
    return InvalidField("guest_policy.redeem_uri", "must have no fragment: that is where the token goes");
  }
  if (fields.contains("tell_refused_resets")) policy.tell_refused_resets = proto.tell_refused_resets();
  return policy;
}

}  // namespace

absl::StatusOr<v1::GetGuestPolicyResponse> GuestPolicyDesk::GetGuestPolicy(const Call& call,
                                                                           const v1::GetGuestPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const std::string directory(name.directory);
  return Look<v1::GetGuestPolicyResponse>(
      database_, call, directory, [&](Tx& tx, v1::GetGuestPolicyResponse& response) {
        *response.mutable_guest_policy() = PolicyProto(directory, FindGuestPolicy(tx, directory));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateGuestPolicyResponse> GuestPolicyDesk::UpdateGuestPolicy(
    const Call& call, const v1::UpdateGuestPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.guest_policy().name()));
  const std::string directory(name.directory);
  return Change<v1::UpdateGuestPolicyResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access&, v1::UpdateGuestPolicyResponse& response) -> absl::Status {
        const GuestPolicy policy = LockGuestPolicy(tx, directory);
        RETURN_IF_ERROR(CheckEtag(request.guest_policy().etag(), policy.revision, "guest policy"));
        ASSIGN_OR_RETURN(const GuestPolicy updated, Updated(policy, request));
        const bool takes_roles = updated.restrict_guests && !policy.restrict_guests;
        const bool administered = takes_roles && HasGlobalAdministrator(tx, directory);
        hearth::UpdateGuestPolicy(tx, directory, updated);
        if (administered) RETURN_IF_ERROR(CheckGlobalAdministratorRemains(tx, directory));
        *response.mutable_guest_policy() = PolicyProto(directory, FindGuestPolicy(tx, directory));
        return absl::OkStatus();
      });
}

}  // namespace hearth
