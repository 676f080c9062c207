#include "hearth/client/methods.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "hearth/v1/audit_service.pb.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/directory_service.pb.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "hearth/v1/mail_service.pb.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"

namespace hearth::client {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

// One line a service file, by any message of it.
std::vector<const FileDescriptor*> Files() {
  return {
      v1::ResetPasswordRequest::descriptor()->file(),        v1::RequestResetRequest::descriptor()->file(),
      v1::ResolveHomeDirectoryRequest::descriptor()->file(), v1::CreateDirectoryRequest::descriptor()->file(),
      v1::VerifyPasswordRequest::descriptor()->file(),       v1::PreviewMailRequest::descriptor()->file(),
      v1::ListAuditEventsRequest::descriptor()->file(),      v1::GetEventKeysRequest::descriptor()->file(),
  };
}

std::vector<const MethodDescriptor*> MethodsIn(const FileDescriptor& file) {
  std::vector<const MethodDescriptor*> methods;
  for (int s = 0; s < file.service_count(); ++s) {
    for (int m = 0; m < file.service(s)->method_count(); ++m) methods.push_back(file.service(s)->method(m));
  }
  return methods;
}

}  // namespace

std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> all;
  for (const FileDescriptor* file : Files()) {
    for (const MethodDescriptor* method : MethodsIn(*file)) all.push_back(method);
  }
  return all;
}

const MethodDescriptor* FindMethod(const std::string& name) {
  std::string wanted = absl::AsciiStrToLower(name);
  std::replace(wanted.begin(), wanted.end(), '/', '.');
  if (wanted.empty() || wanted.front() != '.') wanted.insert(wanted.begin(), '.');
  for (const MethodDescriptor* method : Methods()) {
    const std::string full = absl::StrCat(".", absl::AsciiStrToLower(std::string(method->full_name())));
    if (absl::EndsWith(full, wanted)) return method;
  }
  return nullptr;
}

const MethodDescriptor* MethodOf(const google::protobuf::Descriptor& request) {
  for (const MethodDescriptor* method : MethodsIn(*request.file())) {
    if (method->input_type() == &request) return method;
  }
  return nullptr;
}

const v1::MethodPolicy& PolicyOf(const MethodDescriptor& method) { return method.options().GetExtension(v1::policy); }

}  // namespace hearth::client
