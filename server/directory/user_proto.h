// A person as a resource of the contract.
#pragma once

#include "hearth/v1/resources.pb.h"
#include "server/directory/time_proto.h"
#include "server/directory/user.h"

namespace hearth {

// The resource. Password status is shown for people homed in the directory only.
v1::User ToProto(const User& user);

v1::Home ToProto(const Home& home);

}  // namespace hearth
