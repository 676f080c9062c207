#include "server/directory/user_proto.h"

#include "server/base/resource_name.h"

namespace hearth {
namespace {

v1::UserState StateOf(const User& user) {
  if (user.deleted()) return v1::USER_STATE_DELETED;
  return user.disabled ? v1::USER_STATE_DISABLED : v1::USER_STATE_ACTIVE;
}

void FillPasswordStatus(const User& user, v1::PasswordStatus& status) {
  status.set_set(user.password_set);
  status.set_must_change(user.must_change);
  if (!user.password_set) return;
  *status.mutable_change_time() = ToProto(user.password_change_time);
  if (user.password_expire_time != absl::InfinitePast())
    *status.mutable_expire_time() = ToProto(user.password_expire_time);
}

}  // namespace

v1::Home ToProto(const Home& home) {
  v1::Home proto;
  proto.set_kind(home.kind);
  proto.set_domain(home.domain);
  proto.set_issuer(home.issuer);
  proto.set_help_uri(home.help_uri);
  proto.set_contact(home.contact);
  return proto;
}

v1::User ToProto(const User& user) {
  v1::User proto;
  proto.set_name(UserName(user.directory, user.id));
  proto.set_user_principal_name(user.user_principal_name);
  proto.set_display_name(user.display_name);
  proto.set_mail(user.mail);
  for (const std::string& address : user.alternate_mails) proto.add_alternate_mails(address);
  proto.set_preferred_language(user.preferred_language);
  proto.set_user_type(user.user_type);
  *proto.mutable_home() = ToProto(user.home);
  proto.set_state(StateOf(user));
  proto.set_invitation_state(user.invitation_state);
  for (const HeldRole& role : user.roles) {
    if (role.unit.empty() && !role.IsCustom()) proto.add_roles(role.role);
  }
  for (const UnitMembership& unit : user.units) {
    proto.add_administrative_units(AdministrativeUnitName(user.directory, unit.unit));
  }
  if (!user.sponsor.empty()) proto.set_sponsor(UserName(user.directory, user.sponsor));
  proto.set_disabled_at_home(user.disabled_at_home);
  if (user.invitation_expire_time != absl::InfinitePast()) {
    *proto.mutable_invitation_expire_time() = ToProto(user.invitation_expire_time);
  }
  if (user.homed_here()) FillPasswordStatus(user, *proto.mutable_password_status());
  *proto.mutable_sessions_valid_after_time() = ToProto(user.sessions_valid_after);
  FillLifetime(user, proto);
  return proto;
}

}  // namespace hearth
