// A membership as a resource of the contract.
#pragma once

#include "hearth/v1/resources.pb.h"
#include "server/guest/membership_store.h"

namespace hearth {

v1::Membership ToProto(const Membership& membership);

}  // namespace hearth
