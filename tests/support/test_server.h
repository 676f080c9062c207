// A real server on a loopback port, over the world of fixture.h, with generated stubs to call it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "hearth/v1/credential_service.grpc.pb.h"
#include "hearth/v1/directory_service.grpc.pb.h"
#include "hearth/v1/guest_user_service.grpc.pb.h"
#include "hearth/v1/reset_password_service.grpc.pb.h"
#include "server/app/environment.h"
#include "server/app/server.h"
#include "server/base/clock.h"
#include "server/base/random.h"
#include "tests/support/fixture.h"
#include "tests/support/token_maker.h"

namespace hearth::test {

// The key with which the directory's issuer signs in tests, and the key set that is registered for it.
const SigningKey& KeyOf(const std::string& directory);
std::string KeySetOf(const std::string& directory);

// A bearer token for `principal`, of its directory's issuer in the world; valid for an hour.
std::string TokenFor(const Principal& principal);

// What a caller got, as an absl::Status with the details that travelled as payloads, for the matchers of status_matchers.h.
absl::Status FromGrpc(const grpc::Status& status);

// The stubs, for naming methods.
using Reset = v1::ResetPasswordService::Stub;
using Guest = v1::GuestUserService::Stub;
using Passwords = v1::CredentialService::Stub;
using Directories = v1::DirectoryService::Stub;

// A test with a server. Password hashing is set to cost little; plaintext on loopback unless a test configures TLS.
class ServerFixture : public Fixture {
 protected:
  ServerFixture();
  ~ServerFixture() override;

  // The configuration the server starts with; change it before Start.
  Config config;
  // Starts (or after Stop starts again) the server.
  void Start();
  void Stop();
  // Stops the server as SIGTERM does, with callers still connected.
  void StopServer() { server_->Stop(); }
  int port() const { return server_->port(); }
  Environment& environment() { return *environment_; }

  // A channel to the server.
  std::shared_ptr<grpc::Channel> Channel();

  // Calls as `principal`, through a generated stub: Call(ForthAdmin(), &Reset::ResetPassword, request, &response), with the aliases below.
  template <class Stub, class Request, class Response>
  absl::Status Call(const Principal& principal,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    return CallWith(TokenFor(principal), method, request, response);
  }
  // The same with any token; empty: none.
  template <class Stub, class Request, class Response>
  absl::Status CallWith(const std::string& token,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    Stub stub(Channel());
    return FromGrpc((stub.*method)(&context, request, response));
  }

  // Calls any method with bytes as the request, as no generated stub would; what came back is in `response`, if it is not null.
  grpc::Status CallRaw(const std::string& token, const google::protobuf::MethodDescriptor* method,
                       const std::string& request, std::string* response = nullptr,
                       absl::Duration timeout = absl::Seconds(20));

 private:
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Environment> environment_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace hearth::test
