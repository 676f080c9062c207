#include "tests/unit/client/fake_hearth.h"

#include <thread>

#include "google/rpc/status.pb.h"
#include "hearth/v1/audit_service.grpc.pb.h"
#include "hearth/v1/credential_service.grpc.pb.h"
#include "hearth/v1/directory_service.grpc.pb.h"
#include "hearth/v1/event_receiver_service.grpc.pb.h"
#include "hearth/v1/guest_user_service.grpc.pb.h"
#include "hearth/v1/mail_service.grpc.pb.h"
#include "hearth/v1/request_reset_service.grpc.pb.h"
#include "hearth/v1/reset_password_service.grpc.pb.h"

namespace hearth::client {
namespace {

using google::protobuf::Message;

#define METHOD(Name)                                                                                              \
  grpc::Status Name(grpc::ServerContext* context, const v1::Name##Request* request, v1::Name##Response* response) \
      override {                                                                                                  \
    return fake_->Handle(context, *request, response);                                                            \
  }

class FakeResets final : public v1::ResetPasswordService::Service {
 public:
  explicit FakeResets(FakeHearth* fake) : fake_(fake) {}
  METHOD(ResetPassword)
  METHOD(CheckResetPassword)
  grpc::Status BatchResetPasswords(grpc::ServerContext* context, const v1::BatchResetPasswordsRequest* request,
                                   grpc::ServerWriter<v1::BatchResetPasswordsResponse>* writer) override {
    return fake_->HandleStream(context, *request, [writer](const Message& response) {
      writer->Write(static_cast<const v1::BatchResetPasswordsResponse&>(response));
    });
  }

 private:
  FakeHearth* const fake_;
};

class FakeCredentials final : public v1::CredentialService::Service {
 public:
  explicit FakeCredentials(FakeHearth* fake) : fake_(fake) {}
  METHOD(VerifyPassword)
  METHOD(ChangePassword)
  METHOD(CheckPassword)
  METHOD(GetPasswordPolicy)
  METHOD(UpdatePasswordPolicy)
  METHOD(GetSignInLockout)
  METHOD(ClearSignInLockout)
  METHOD(GetSignInPolicy)
  METHOD(UpdateSignInPolicy)
  grpc::Status ImportCredentials(grpc::ServerContext* context, grpc::ServerReader<v1::ImportCredentialsRequest>* reader,
                                 v1::ImportCredentialsResponse* response) override {
    v1::ImportCredentialsRequest request;
    return fake_->HandleUpload(
        context, [&]() -> const Message* { return reader->Read(&request) ? &request : nullptr; }, response);
  }

 private:
  FakeHearth* const fake_;
};

class FakeGuests final : public v1::GuestUserService::Service {
 public:
  explicit FakeGuests(FakeHearth* fake) : fake_(fake) {}
  METHOD(ResolveHomeDirectory)
  METHOD(GetGuestUser)
  METHOD(ListGuestUsers)
  METHOD(InviteGuestUser)
  METHOD(ResendInvitation)
  METHOD(RevokeInvitation)
  METHOD(RedeemInvitation)
  METHOD(ResetRedemption)
  METHOD(UpdateGuestUser)
  METHOD(DeleteGuestUser)
  METHOD(UndeleteGuestUser)
  METHOD(ConvertGuestUser)
  METHOD(ListMemberships)
  METHOD(LeaveDirectory)
  METHOD(GetGuestPolicy)
  METHOD(UpdateGuestPolicy)

 private:
  FakeHearth* const fake_;
};

class FakeDirectories final : public v1::DirectoryService::Service {
 public:
  explicit FakeDirectories(FakeHearth* fake) : fake_(fake) {}
  METHOD(CreateDirectory)
  METHOD(GetDirectory)
  METHOD(ListDirectories)
  METHOD(UpdateDirectory)
  METHOD(DeleteDirectory)
  METHOD(UndeleteDirectory)
  METHOD(SuspendDirectory)
  METHOD(ResumeDirectory)
  METHOD(CreateDomain)
  METHOD(GetDomain)
  METHOD(ListDomains)
  METHOD(UpdateDomain)
  METHOD(DeleteDomain)
  METHOD(UndeleteDomain)
  METHOD(CreateUser)
  METHOD(GetUser)
  METHOD(ListUsers)
  METHOD(UpdateUser)
  METHOD(DeleteUser)
  METHOD(UndeleteUser)
  METHOD(DisableUser)
  METHOD(EnableUser)
  METHOD(CreateRoleAssignment)
  METHOD(ListRoleAssignments)
  METHOD(DeleteRoleAssignment)
  METHOD(CreateAdministrativeUnit)
  METHOD(GetAdministrativeUnit)
  METHOD(ListAdministrativeUnits)
  METHOD(UpdateAdministrativeUnit)
  METHOD(DeleteAdministrativeUnit)
  METHOD(AddAdministrativeUnitMember)
  METHOD(ListAdministrativeUnitMembers)
  METHOD(RemoveAdministrativeUnitMember)
  METHOD(CreateGroup)
  METHOD(GetGroup)
  METHOD(ListGroups)
  METHOD(UpdateGroup)
  METHOD(DeleteGroup)
  METHOD(AddGroupMember)
  METHOD(ListGroupMembers)
  METHOD(RemoveGroupMember)
  METHOD(CreateCustomRole)
  METHOD(GetCustomRole)
  METHOD(ListCustomRoles)
  METHOD(UpdateCustomRole)
  METHOD(DeleteCustomRole)
  METHOD(CreateTrustedIssuer)
  METHOD(GetTrustedIssuer)
  METHOD(ListTrustedIssuers)
  METHOD(DeleteTrustedIssuer)
  METHOD(CreateServiceAccount)
  METHOD(GetServiceAccount)
  METHOD(ListServiceAccounts)
  METHOD(UpdateServiceAccount)
  METHOD(DeleteServiceAccount)

 private:
  FakeHearth* const fake_;
};

class FakeAudits final : public v1::AuditService::Service {
 public:
  explicit FakeAudits(FakeHearth* fake) : fake_(fake) {}
  METHOD(ListAuditEvents)
  METHOD(GetAuditCheckpoint)
  METHOD(GetAuditPolicy)
  METHOD(UpdateAuditPolicy)
  grpc::Status VerifyAudit(grpc::ServerContext* context, const v1::VerifyAuditRequest* request,
                           grpc::ServerWriter<v1::VerifyAuditResponse>* writer) override {
    return fake_->HandleStream(context, *request, [writer](const Message& response) {
      writer->Write(static_cast<const v1::VerifyAuditResponse&>(response));
    });
  }
  grpc::Status WatchEvents(grpc::ServerContext* context, const v1::WatchEventsRequest* request,
                           grpc::ServerWriter<v1::WatchEventsResponse>* writer) override {
    return fake_->HandleStream(context, *request, [writer](const Message& response) {
      writer->Write(static_cast<const v1::WatchEventsResponse&>(response));
    });
  }

 private:
  FakeHearth* const fake_;
};

class FakeReceivers final : public v1::EventReceiverService::Service {
 public:
  explicit FakeReceivers(FakeHearth* fake) : fake_(fake) {}
  METHOD(PollEvents)

 private:
  FakeHearth* const fake_;
};

class FakeRequests final : public v1::RequestResetService::Service {
 public:
  explicit FakeRequests(FakeHearth* fake) : fake_(fake) {}
  METHOD(RequestReset)
  METHOD(VerifyResetCode)
  METHOD(CompleteReset)
  METHOD(ListResetRequests)
  METHOD(GetResetRequest)
  METHOD(ApproveResetRequest)
  METHOD(DenyResetRequest)
  METHOD(CancelResetRequest)
  METHOD(GetResetLimits)
  METHOD(ClearResetLimits)
  METHOD(GetResetPolicy)
  METHOD(UpdateResetPolicy)

 private:
  FakeHearth* const fake_;
};

class FakeMails final : public v1::MailService::Service {
 public:
  explicit FakeMails(FakeHearth* fake) : fake_(fake) {}
  METHOD(GetMailSettings)
  METHOD(UpdateMailSettings)
  METHOD(PreviewMail)
  METHOD(ListSetAsideMails)
  METHOD(RetryMail)
  METHOD(DiscardMail)

 private:
  FakeHearth* const fake_;
};

#undef METHOD

// GetUserRequest: GetUser
std::string MethodName(const Message& request) {
  const std::string type(request.GetDescriptor()->name());
  return type.substr(0, type.size() - std::string("Request").size());
}

}  // namespace

FakeHearth::FakeHearth(std::shared_ptr<grpc::ServerCredentials> credentials) {
  grpc::EnableDefaultHealthCheckService(true);
  services_.push_back(std::make_unique<FakeResets>(this));
  services_.push_back(std::make_unique<FakeCredentials>(this));
  services_.push_back(std::make_unique<FakeGuests>(this));
  services_.push_back(std::make_unique<FakeDirectories>(this));
  services_.push_back(std::make_unique<FakeAudits>(this));
  services_.push_back(std::make_unique<FakeReceivers>(this));
  services_.push_back(std::make_unique<FakeRequests>(this));
  services_.push_back(std::make_unique<FakeMails>(this));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", std::move(credentials), &port);
  for (const auto& service : services_) builder.RegisterService(service.get());
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeHearth::~FakeHearth() { server_->Shutdown(std::chrono::system_clock::now()); }

void FakeHearth::Answer(const grpc::Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  script_.push_back({status, nullptr});
}

void FakeHearth::Answer(const Message& response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<Message> copy(response.New());
  copy->CopyFrom(response);
  script_.push_back({grpc::Status::OK, std::move(copy)});
}

void FakeHearth::Hang() {
  const std::lock_guard<std::mutex> lock(mutex_);
  script_.push_back({grpc::Status::CANCELLED, nullptr, true});
}

std::vector<FakeHearth::Call> FakeHearth::calls() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return calls_;
}

FakeHearth::Scripted FakeHearth::Next() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (script_.empty()) return {};
  Scripted next = script_.front();
  script_.pop_front();
  return next;
}

void FakeHearth::Note(grpc::ServerContext* context, const Message& request) {
  context->AddTrailingMetadata("hearth-call-id", kCallId);
  Call call = {MethodName(request), std::shared_ptr<Message>(request.New()), {}, std::chrono::steady_clock::now(), {}};
  call.request->CopyFrom(request);
  call.time_left =
      std::chrono::duration_cast<std::chrono::milliseconds>(context->deadline() - std::chrono::system_clock::now());
  for (const auto& [name, value] : context->client_metadata()) {
    call.metadata[std::string(name.data(), name.size())] = std::string(value.data(), value.size());
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  calls_.push_back(std::move(call));
}

grpc::Status FakeHearth::HandleStream(grpc::ServerContext* context, const Message& request,
                                      const std::function<void(const Message&)>& write) {
  Note(context, request);
  for (Scripted next = Next();; next = Next()) {
    while (next.hangs && !context->IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (next.response == nullptr) return next.status;
    write(*next.response);
  }
}

grpc::Status FakeHearth::HandleUpload(grpc::ServerContext* context, const std::function<const Message*()>& read,
                                      Message* response) {
  while (const Message* request = read()) Note(context, *request);
  const Scripted next = Next();
  if (next.response != nullptr) response->CopyFrom(*next.response);
  return next.status;
}

grpc::Status FakeHearth::Handle(grpc::ServerContext* context, const Message& request, Message* response) {
  Note(context, request);
  const Scripted next = Next();
  while (next.hangs && !context->IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (next.response != nullptr) response->CopyFrom(*next.response);
  return next.status;
}

grpc::Status Refusal(grpc::StatusCode code, const std::string& message, const std::string& reason,
                     const std::map<std::string, std::string>& metadata, const std::vector<Message*>& details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_domain("hearth");
  info.set_reason(reason);
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  if (!reason.empty()) status.add_details()->PackFrom(info);
  for (const Message* detail : details) status.add_details()->PackFrom(*detail);
  return grpc::Status(code, message, status.SerializeAsString());
}

grpc::Status RefusalWithDelay(grpc::StatusCode code, std::chrono::milliseconds delay) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(delay.count() / 1000);
  info.mutable_retry_delay()->set_nanos(static_cast<int>(delay.count() % 1000) * 1'000'000);
  return Refusal(code, "later", "", {}, {&info});
}

}  // namespace hearth::client
