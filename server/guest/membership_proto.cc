#include "server/guest/membership_proto.h"

#include "server/base/resource_name.h"
#include "server/directory/time_proto.h"

namespace hearth {

v1::Membership ToProto(const Membership& membership) {
  v1::Membership proto;
  proto.set_name(MembershipName(membership.home, membership.user, membership.directory));
  proto.set_guest_user(UserName(membership.directory, membership.guest));
  proto.set_directory_display_name(membership.display_name);
  proto.set_directory_domain(membership.domain);
  *proto.mutable_create_time() = ToProto(membership.create_time);
  return proto;
}

}  // namespace hearth
