#include "tests/bench/plans.h"

#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"

namespace hearth::bench {
namespace {

using google::protobuf::Message;

constexpr char kGuestService[] = "/hearth.v1.GuestUserService/";
constexpr char kRequestService[] = "/hearth.v1.RequestResetService/";
constexpr char kEchoService[] = "/hearth.bench.v1.EchoService/";
constexpr char kHome[] = "forthcoffee";

std::string NameOf(uint64_t person, const std::string& directory = kHome) {
  return absl::StrCat("directories/", directory, "/users/user", person);
}
std::string PasswordOf(uint64_t person) { return absl::StrCat("correct horse battery staple ", person); }

// A UUID of version 4.
std::string NewRequestId(Random& random) {
  const uint64_t high = random(), low = random();
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xfff),
                static_cast<unsigned>(0x8000 | (low >> 48 & 0x3fff)),
                static_cast<unsigned long long>(low & 0xffffffffffff));
  return text;
}

// A plan of functions on the types of one method.
template <class Request, class Response, class Fill, class MakesSense>
Plan Make(const std::string& path, Fill fill, MakesSense makes_sense) {
  return {path, &Request::default_instance(), &Response::default_instance(),
          [fill](Random& random, Message& request) { fill(random, static_cast<Request&>(request)); },
          [makes_sense](const Message& response) { return makes_sense(static_cast<const Response&>(response)); }};
}

Plan Resolve(const std::string& service, uint64_t people) {
  return Make<v1::ResolveHomeDirectoryRequest, v1::ResolveHomeDirectoryResponse>(
      service + "ResolveHomeDirectory",
      [people](Random& random, auto& request) {
        request.set_user_principal_name(absl::StrCat("user", random() % people, "@forthcoffee.com"));
      },
      [](const auto& response) { return response.home().kind() == v1::Home::KIND_OTHER_DIRECTORY; });
}

Plan Get(const std::string& service, uint64_t people) {
  return Make<v1::GetGuestUserRequest, v1::GetGuestUserResponse>(
      service + "GetGuestUser",
      [people](Random& random, auto& request) {
        request.set_name(absl::StrCat("directories/contoso/users/guest", random() % people));
      },
      [](const auto& response) { return response.guest_user().user_type() == v1::USER_TYPE_GUEST; });
}

Plan Request(const std::string& service, uint64_t people) {
  return Make<v1::RequestResetRequest, v1::RequestResetResponse>(
      service + "RequestReset",
      [people](Random& random, auto& request) {
        request.set_identifier(absl::StrCat("user", random() % people, "@forthcoffee.com"));
        request.set_request_id(NewRequestId(random));
      },
      [](const auto& response) { return response.handle().size() == 43; });
}

Plan Verify(const std::string& directory, uint64_t passwords) {
  return Make<v1::VerifyPasswordRequest, v1::VerifyPasswordResponse>(
      "/hearth.v1.CredentialService/VerifyPassword",
      [directory, passwords](Random& random, auto& request) {
        const uint64_t person = random() % passwords;
        request.set_name(NameOf(person, directory));
        request.set_password(PasswordOf(person));
      },
      [](const auto& response) { return response.credential_version() > 0; });
}

Plan Reset(uint64_t people, uint64_t passwords) {
  return Make<v1::ResetPasswordRequest, v1::ResetPasswordResponse>(
      "/hearth.v1.ResetPasswordService/ResetPassword",
      [people, passwords](Random& random, auto& request) {
        request.set_name(NameOf(passwords + random() % (people - passwords)));
        request.mutable_generated();
        request.set_request_id(NewRequestId(random));
      },
      [](const auto& response) { return !response.generated_password().empty(); });
}

Plan GivePasswords(const std::string& directory) {
  return Make<v1::ResetPasswordRequest, v1::ResetPasswordResponse>(
      "/hearth.v1.ResetPasswordService/ResetPassword",
      [directory, next = std::make_shared<uint64_t>(0)](Random&, auto& request) {
        const uint64_t person = (*next)++;
        request.set_name(NameOf(person, directory));
        request.set_given(PasswordOf(person));
        request.set_require_change_at_next_sign_in(false);
      },
      [](const auto& response) { return response.credential_version() > 0; });
}

// Tokens that are good once. A call that is refused for overload has not spent its token, which is used again.
class TokenPool {
 public:
  explicit TokenPool(const std::vector<std::string>& tokens) : tokens_(tokens.begin(), tokens.end()) {}

  std::string Take() {
    const std::lock_guard lock(mutex_);
    if (tokens_.empty()) return "";  // Then the call is refused as malformed, and seen as an error.
    std::string token = std::move(tokens_.front());
    tokens_.pop_front();
    return token;
  }
  void PutBack(const std::string& token) {
    const std::lock_guard lock(mutex_);
    tokens_.push_back(token);
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> tokens_;
};

Plan Complete(const std::vector<std::string>& tokens) {
  const auto pool = std::make_shared<TokenPool>(tokens);
  Plan plan = Make<v1::CompleteResetRequest, v1::CompleteResetResponse>(
      absl::StrCat(kRequestService, "CompleteReset"),
      [pool](Random& random, auto& request) {
        request.set_reset_token(pool->Take());
        request.set_new_password(PasswordOf(random()));
        request.set_request_id(NewRequestId(random));
      },
      [](const auto& response) { return response.credential_version() > 0; });
  plan.refused = [pool](const Message& request) {
    pool->PutBack(static_cast<const v1::CompleteResetRequest&>(request).reset_token());
  };
  return plan;
}

}  // namespace

std::optional<Plan> PlanOf(const std::string& name, const World& world) {
  const size_t at = name.find('@');
  const std::string method = name.substr(0, at), directory = at == std::string::npos ? kHome : name.substr(at + 1);
  if (method == "verify") return Verify(directory, world.passwords);
  if (method == "give-passwords") return GivePasswords(directory);
  if (at != std::string::npos) return std::nullopt;
  if (name == "resolve") return Resolve(kGuestService, world.people);
  if (name == "get") return Get(kGuestService, world.people);
  if (name == "request") return Request(kRequestService, world.people);
  if (name == "echo-request") return Request(kEchoService, world.people);
  if (name == "echo-resolve") return Resolve(kEchoService, world.people);
  if (name == "echo-get") return Get(kEchoService, world.people);
  if (name == "reset") return Reset(world.people, world.passwords);
  if (name == "complete") return Complete(world.reset_tokens);
  return std::nullopt;
}

}  // namespace hearth::bench
