// The methods of the contract and their policies, read from the descriptors.
#ifndef HEARTH_CLIENT_METHODS_H_
#define HEARTH_CLIENT_METHODS_H_

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "hearth/v1/options.pb.h"

namespace hearth::client {

// All methods, in the order of the contract. They live as long as the program.
std::vector<const google::protobuf::MethodDescriptor*> Methods();

// The method with this name, without regard to case, or null: ResetPassword,
// ResetPasswordService/ResetPassword, hearth.v1.ResetPasswordService.ResetPassword and
// /hearth.v1.ResetPasswordService/ResetPassword are the same.
const google::protobuf::MethodDescriptor* FindMethod(const std::string& name);

// The method that takes this message, or null. Every method has a request of its own, so there is at most
// one.
const google::protobuf::MethodDescriptor* MethodOf(const google::protobuf::Descriptor& request);

// The policy that the contract states for the method; an empty one if it states none.
const v1::MethodPolicy& PolicyOf(const google::protobuf::MethodDescriptor& method);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_METHODS_H_
