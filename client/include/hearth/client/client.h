// hearth::client::Client: calls Hearth.
#ifndef HEARTH_CLIENT_CLIENT_H_
#define HEARTH_CLIENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "hearth/client/error.h"
#include "hearth/client/methods.h"
#include "hearth/client/options.h"
#include "hearth/v1/audit_service.pb.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/directory_service.pb.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "hearth/v1/mail_service.pb.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace hearth::client {

// A connection to Hearth. A value: copies share the connection, and all of it is thread-safe. Connects when
// first used.
//
// Calls block until the answer, the deadline or the cancellation. A call that the contract marks as safe to
// repeat (it changes nothing, or it has a request_id) is tried again on UNAVAILABLE, and on
// RESOURCE_EXHAUSTED and ABORTED when the server says so with RetryInfo; never beyond the deadline, never
// earlier than the server asks. A request_id that is absent is filled in with a random one, so that changes
// are safe to repeat; the caller's request is not altered. Other calls are made once (but see InvokeUploading).
//
// Failures are absl::Status with the server's code; Error::From(status) has the reason and the other details.
class Client {
 public:
  // Fails with INVALID_ARGUMENT for options that contradict each other, and for plaintext to anything but
  // this machine; with NOT_FOUND, PERMISSION_DENIED and the like for files that cannot be read. Makes no
  // connection yet.
  static absl::StatusOr<Client> Create(const Options& options);

  // Over a channel that the caller made, and whose security is the caller's business. Of `options` only
  // token, timeout, silence and retry count. Fails as Create does for those.
  static absl::StatusOr<Client> OverChannel(std::shared_ptr<grpc::Channel> channel, const Options& options);

  // Calls the one method that takes `Request`. Works for every method of the contract.
  template <class Response, class Request>
  absl::StatusOr<Response> Call(const Request& request, const CallOptions& options = {}) const {
    const google::protobuf::MethodDescriptor* method = MethodOf(*Request::descriptor());
    if (method == nullptr) return absl::InvalidArgumentError("No method of the contract takes this request.");
    Response response;
    absl::Status status = Invoke(*method, request, &response, options);
    if (!status.ok()) return status;
    return response;
  }

  // Calls `method` with messages whose types are known only at run time. `response` is non-null and is
  // overwritten. Fails with INVALID_ARGUMENT for messages of other types than the method's, UNIMPLEMENTED for
  // streaming methods.
  absl::Status Invoke(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                      google::protobuf::Message* response, const CallOptions& options = {}) const;

  // Calls a method that streams its responses, once: `each` gets them in order, on another thread, and says
  // whether to go on. A request_id that is absent is filled in; after a failure, Error::From(status).request_id
  // resumes what broke off. CANCELLED when `each` ended it; UNAVAILABLE when a stream that watches was silent for
  // Options::silence. FollowEvents (follow.h) opens such a stream again.
  template <class Response, class Request>
  absl::Status CallStreaming(const Request& request, const std::function<bool(const Response&)>& each,
                             const CallOptions& options = {}) const {
    const google::protobuf::MethodDescriptor* method = MethodOf(*Request::descriptor());
    if (method == nullptr) return absl::InvalidArgumentError("No method of the contract takes this request.");
    Response response;
    return InvokeStreaming(*method, request, &response, [&] { return each(response); }, options);
  }

  // The same with messages whose types are known only at run time: `each` is called after each response was read
  // into `response`. Fails with INVALID_ARGUMENT for messages of other types than the method's, UNIMPLEMENTED for
  // methods that do not stream their responses.
  absl::Status InvokeStreaming(const google::protobuf::MethodDescriptor& method,
                               const google::protobuf::Message& request, google::protobuf::Message* response,
                               const std::function<bool()>& each, const CallOptions& options = {}) const;

  // Gives the requests of a call in order, on another thread, each valid until the next; null at the end.
  using Requests = std::function<const google::protobuf::Message*()>;

  // Calls a method that streams its requests. `begin` is asked for them at each attempt, from the first on. Tried again as other calls are, but where
  // the contract does not mark the method as safe to repeat, only on RESOURCE_EXHAUSTED with RetryInfo, with which the server turns a call away before it
  // takes anything of it. Fails with INVALID_ARGUMENT for a response of another type than the method's, UNIMPLEMENTED for methods that do not stream
  // their requests.
  absl::Status InvokeUploading(const google::protobuf::MethodDescriptor& method, const std::function<Requests()>& begin,
                               google::protobuf::Message* response, const CallOptions& options = {}) const;

  // Calls a method outside the contract once, such as "/grpc.health.v1.Health/Check", with any messages of
  // the right form.
  absl::Status InvokeOnce(const std::string& path, const google::protobuf::Message& request,
                          google::protobuf::Message* response, const CallOptions& options = {}) const;

  // One line a method, for the reader's sake: client.ResetPassword(request) is
  // client.Call<v1::ResetPasswordResponse>(request).
#define HEARTH_CLIENT_METHOD(Name)                                                                                   \
  absl::StatusOr<v1::Name##Response> Name(const v1::Name##Request& request, const CallOptions& options = {}) const { \
    return Call<v1::Name##Response>(request, options);                                                               \
  }
  HEARTH_CLIENT_METHOD(ResetPassword)
  HEARTH_CLIENT_METHOD(CheckResetPassword)
  HEARTH_CLIENT_METHOD(RevokeSessions)
  HEARTH_CLIENT_METHOD(RequestReset)
  HEARTH_CLIENT_METHOD(VerifyResetCode)
  HEARTH_CLIENT_METHOD(CompleteReset)
  HEARTH_CLIENT_METHOD(ListResetRequests)
  HEARTH_CLIENT_METHOD(GetResetRequest)
  HEARTH_CLIENT_METHOD(ApproveResetRequest)
  HEARTH_CLIENT_METHOD(DenyResetRequest)
  HEARTH_CLIENT_METHOD(CancelResetRequest)
  HEARTH_CLIENT_METHOD(GetResetLimits)
  HEARTH_CLIENT_METHOD(ClearResetLimits)
  HEARTH_CLIENT_METHOD(GetResetPolicy)
  HEARTH_CLIENT_METHOD(UpdateResetPolicy)
  HEARTH_CLIENT_METHOD(VerifyPassword)
  HEARTH_CLIENT_METHOD(ChangePassword)
  HEARTH_CLIENT_METHOD(CheckPassword)
  HEARTH_CLIENT_METHOD(GetPasswordPolicy)
  HEARTH_CLIENT_METHOD(UpdatePasswordPolicy)
  HEARTH_CLIENT_METHOD(GetSignInLockout)
  HEARTH_CLIENT_METHOD(ClearSignInLockout)
  HEARTH_CLIENT_METHOD(GetSignInPolicy)
  HEARTH_CLIENT_METHOD(UpdateSignInPolicy)
  HEARTH_CLIENT_METHOD(ResolveHomeDirectory)
  HEARTH_CLIENT_METHOD(GetGuestUser)
  HEARTH_CLIENT_METHOD(ListGuestUsers)
  HEARTH_CLIENT_METHOD(BootstrapPlatform)
  HEARTH_CLIENT_METHOD(InviteGuestUser)
  HEARTH_CLIENT_METHOD(ResendInvitation)
  HEARTH_CLIENT_METHOD(RevokeInvitation)
  HEARTH_CLIENT_METHOD(RedeemInvitation)
  HEARTH_CLIENT_METHOD(ResetRedemption)
  HEARTH_CLIENT_METHOD(UpdateGuestUser)
  HEARTH_CLIENT_METHOD(DeleteGuestUser)
  HEARTH_CLIENT_METHOD(UndeleteGuestUser)
  HEARTH_CLIENT_METHOD(ConvertGuestUser)
  HEARTH_CLIENT_METHOD(ListMemberships)
  HEARTH_CLIENT_METHOD(LeaveDirectory)
  HEARTH_CLIENT_METHOD(GetGuestPolicy)
  HEARTH_CLIENT_METHOD(UpdateGuestPolicy)
  HEARTH_CLIENT_METHOD(CreateDirectory)
  HEARTH_CLIENT_METHOD(GetDirectory)
  HEARTH_CLIENT_METHOD(ListDirectories)
  HEARTH_CLIENT_METHOD(UpdateDirectory)
  HEARTH_CLIENT_METHOD(DeleteDirectory)
  HEARTH_CLIENT_METHOD(UndeleteDirectory)
  HEARTH_CLIENT_METHOD(SuspendDirectory)
  HEARTH_CLIENT_METHOD(ResumeDirectory)
  HEARTH_CLIENT_METHOD(CreateDomain)
  HEARTH_CLIENT_METHOD(GetDomain)
  HEARTH_CLIENT_METHOD(ListDomains)
  HEARTH_CLIENT_METHOD(UpdateDomain)
  HEARTH_CLIENT_METHOD(DeleteDomain)
  HEARTH_CLIENT_METHOD(UndeleteDomain)
  HEARTH_CLIENT_METHOD(CreateUser)
  HEARTH_CLIENT_METHOD(GetUser)
  HEARTH_CLIENT_METHOD(ListUsers)
  HEARTH_CLIENT_METHOD(UpdateUser)
  HEARTH_CLIENT_METHOD(DeleteUser)
  HEARTH_CLIENT_METHOD(UndeleteUser)
  HEARTH_CLIENT_METHOD(DisableUser)
  HEARTH_CLIENT_METHOD(EnableUser)
  HEARTH_CLIENT_METHOD(CreateRoleAssignment)
  HEARTH_CLIENT_METHOD(ListRoleAssignments)
  HEARTH_CLIENT_METHOD(DeleteRoleAssignment)
  HEARTH_CLIENT_METHOD(CreateAdministrativeUnit)
  HEARTH_CLIENT_METHOD(GetAdministrativeUnit)
  HEARTH_CLIENT_METHOD(ListAdministrativeUnits)
  HEARTH_CLIENT_METHOD(UpdateAdministrativeUnit)
  HEARTH_CLIENT_METHOD(DeleteAdministrativeUnit)
  HEARTH_CLIENT_METHOD(AddAdministrativeUnitMember)
  HEARTH_CLIENT_METHOD(ListAdministrativeUnitMembers)
  HEARTH_CLIENT_METHOD(RemoveAdministrativeUnitMember)
  HEARTH_CLIENT_METHOD(CreateGroup)
  HEARTH_CLIENT_METHOD(GetGroup)
  HEARTH_CLIENT_METHOD(ListGroups)
  HEARTH_CLIENT_METHOD(UpdateGroup)
  HEARTH_CLIENT_METHOD(DeleteGroup)
  HEARTH_CLIENT_METHOD(AddGroupMember)
  HEARTH_CLIENT_METHOD(ListGroupMembers)
  HEARTH_CLIENT_METHOD(RemoveGroupMember)
  HEARTH_CLIENT_METHOD(CreateCustomRole)
  HEARTH_CLIENT_METHOD(GetCustomRole)
  HEARTH_CLIENT_METHOD(ListCustomRoles)
  HEARTH_CLIENT_METHOD(UpdateCustomRole)
  HEARTH_CLIENT_METHOD(DeleteCustomRole)
  HEARTH_CLIENT_METHOD(CreateTrustedIssuer)
  HEARTH_CLIENT_METHOD(GetTrustedIssuer)
  HEARTH_CLIENT_METHOD(ListTrustedIssuers)
  HEARTH_CLIENT_METHOD(UpdateTrustedIssuer)
  HEARTH_CLIENT_METHOD(DeleteTrustedIssuer)
  HEARTH_CLIENT_METHOD(CreateServiceAccount)
  HEARTH_CLIENT_METHOD(GetServiceAccount)
  HEARTH_CLIENT_METHOD(ListServiceAccounts)
  HEARTH_CLIENT_METHOD(UpdateServiceAccount)
  HEARTH_CLIENT_METHOD(DisableServiceAccount)
  HEARTH_CLIENT_METHOD(EnableServiceAccount)
  HEARTH_CLIENT_METHOD(DeleteServiceAccount)
  HEARTH_CLIENT_METHOD(GetMailSettings)
  HEARTH_CLIENT_METHOD(UpdateMailSettings)
  HEARTH_CLIENT_METHOD(PreviewMail)
  HEARTH_CLIENT_METHOD(ListSetAsideMails)
  HEARTH_CLIENT_METHOD(RetryMail)
  HEARTH_CLIENT_METHOD(DiscardMail)
  HEARTH_CLIENT_METHOD(CreateEventReceiver)
  HEARTH_CLIENT_METHOD(GetEventReceiver)
  HEARTH_CLIENT_METHOD(ListEventReceivers)
  HEARTH_CLIENT_METHOD(UpdateEventReceiver)
  HEARTH_CLIENT_METHOD(VerifyEventReceiver)
  HEARTH_CLIENT_METHOD(PollEvents)
  HEARTH_CLIENT_METHOD(DeleteEventReceiver)
  HEARTH_CLIENT_METHOD(GetEventKeys)
  HEARTH_CLIENT_METHOD(ListAuditEvents)
  HEARTH_CLIENT_METHOD(GetAuditCheckpoint)
  HEARTH_CLIENT_METHOD(GetAuditPolicy)
  HEARTH_CLIENT_METHOD(UpdateAuditPolicy)
#undef HEARTH_CLIENT_METHOD

 private:
  class Impl;
  explicit Client(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Impl> impl_;  // Never null.
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_CLIENT_H_
