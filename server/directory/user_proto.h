// A person as a resource of the contract.
#pragma once

#include "google/protobuf/timestamp.pb.h"
#include "hearth/v1/resources.pb.h"
#include "server/directory/user.h"

namespace hearth {

// The resource. Password status is shown for people homed in the directory only.
v1::User ToProto(const User& user);

v1::Home ToProto(const Home& home);

// A point in time with microseconds.
google::protobuf::Timestamp ToProto(absl::Time time);

}  // namespace hearth
