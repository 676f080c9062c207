// How long a call takes for two kinds of people, call after call: for tests/bench/timing. Each pair is one call of either kind, in an order that a
// coin decides, on one warm connection, and each for somebody who was not asked for before. Prints a line a pair: the nanoseconds of the first kind
// and of the second.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "hearth/v1/credential_service.grpc.pb.h"
#include "hearth/v1/request_reset_service.grpc.pb.h"

namespace {

using Clock = std::chrono::steady_clock;

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One method; whether a call ended as all of its calls have to end, whoever they are for.
using Method = std::function<bool(grpc::ClientContext& context, const std::string& identifier)>;

Method RequestReset(const std::shared_ptr<grpc::Channel>& channel) {
  const std::shared_ptr stub = hearth::v1::RequestResetService::NewStub(channel);
  return [stub](grpc::ClientContext& context, const std::string& identifier) {
    hearth::v1::RequestResetRequest request;
    hearth::v1::RequestResetResponse response;
    request.set_identifier(identifier);
    const grpc::Status status = stub->RequestReset(&context, request, &response);
    if (!status.ok()) std::fprintf(stderr, "%s: %s\n", identifier.c_str(), status.error_message().c_str());
    return status.ok();
  };
}

// Whether a call was refused with the bytes of the first.
bool IsRefusedAlike(const grpc::Status& status, grpc::Status& first, const std::string& identifier) {
  if (first.ok()) first = status;
  const bool same = !status.ok() && status.error_code() == first.error_code() &&
                    status.error_message() == first.error_message() && status.error_details() == first.error_details();
  if (!same) std::fprintf(stderr, "%s: answered otherwise: %s\n", identifier.c_str(), status.error_message().c_str());
  return same && status.error_message().find("not accepted") != std::string::npos;
}

// With wrong passwords, each another one. Every refusal has to have the bytes of the first.
Method VerifyPassword(const std::shared_ptr<grpc::Channel>& channel) {
  const std::shared_ptr stub = hearth::v1::CredentialService::NewStub(channel);
  const auto first = std::make_shared<grpc::Status>();
  return [stub, first, number = 1'000'000](grpc::ClientContext& context, const std::string& identifier) mutable {
    hearth::v1::VerifyPasswordRequest request;
    hearth::v1::VerifyPasswordResponse response;
    request.set_user_principal_name(identifier);
    request.set_password(absl::StrCat("not the password of anybody ", number++));
    return IsRefusedAlike(stub->VerifyPassword(&context, request, &response), *first, identifier);
  };
}

// With tokens that nobody may use any more, or never could. Every refusal has to have the bytes of the first.
Method CompleteReset(const std::shared_ptr<grpc::Channel>& channel) {
  const std::shared_ptr stub = hearth::v1::RequestResetService::NewStub(channel);
  const auto first = std::make_shared<grpc::Status>();
  return [stub, first](grpc::ClientContext& context, const std::string& token) {
    hearth::v1::CompleteResetRequest request;
    hearth::v1::CompleteResetResponse response;
    request.set_reset_token(token);
    request.set_new_password("a new one that nobody will have");
    return IsRefusedAlike(stub->CompleteReset(&context, request, &response), *first, token);
  };
}

const std::map<std::string, Method (*)(const std::shared_ptr<grpc::Channel>&)> kMethods = {
    {"complete", CompleteReset}, {"request", RequestReset}, {"verify", VerifyPassword}};

// Takes turns through all numbers below `people`, in an order of its own. A form has {} for a number, or is @ and a file whose lines they number.
class Numbers {
 public:
  Numbers(size_t people, std::mt19937_64& random) : order_(people) {
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::shuffle(order_.begin(), order_.end(), random);
  }
  std::string In(const std::string& form) {
    const size_t number = order_[next_++ % order_.size()];
    if (form.empty() || form[0] != '@') return absl::StrReplaceAll(form, {{"{}", absl::StrCat(number)}});
    auto& lines = files_[form];
    if (lines.empty()) lines = absl::StrSplit(Content(form.substr(1)), '\n', absl::SkipEmpty());
    return lines.at(number);
  }

 private:
  std::map<std::string, std::vector<std::string>> files_;
  std::vector<size_t> order_;
  size_t next_ = 0;
};

void SpinFor(std::chrono::nanoseconds time) {
  for (const auto end = Clock::now() + time; Clock::now() < end;) {
  }
}

// One call, and then the delay; nanoseconds, or -1 when the call did not end as it has to.
int64_t Time(const Method& method, const std::string& token, const std::string& identifier, int64_t delay) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + token);
  const auto start = Clock::now();
  const bool good = method(context, identifier);
  if (delay > 0) SpinFor(std::chrono::nanoseconds(delay));
  const auto end = Clock::now();
  return good ? std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count() : -1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string target, ca, token_file, first, second, method_name = "request";
  int pairs = 5000;
  size_t people = 10'000;
  int64_t delay = 0;
  CLI::App app("Pairs of calls.");
  app.add_option("--target", target, "host:port")->required();
  app.add_option("--ca", ca, "PEM file of the certificate to trust")->required();
  app.add_option("--token", token_file, "File with a bearer token")->required();
  app.add_option("--method", method_name, "complete: CompleteReset; request: RequestReset; verify: VerifyPassword")
      ->check(CLI::IsMember(kMethods));
  app.add_option("--first", first, "Identifier with {} for a number, or @FILE of tokens")->required();
  app.add_option("--second", second, "As --first")->required();
  app.add_option("--second-delay", delay, "Nanoseconds that each call of the second kind is made to take longer");
  app.add_option("--pairs", pairs);
  app.add_option("--people", people, "The numbers are below this")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = Content(ca);
  const auto channel = grpc::CreateChannel(target, grpc::SslCredentials(tls));
  const Method method = kMethods.at(method_name)(channel);
  std::string token = Content(token_file);
  while (!token.empty() && token.back() == '\n') token.pop_back();
  std::mt19937_64 random(std::random_device{}());
  Numbers numbers(people, random);
  for (int i = -pairs / 20; i < pairs; ++i) {  // The first ones warm up.
    const bool swapped = random() % 2 == 1;
    const std::string a = numbers.In(first), b = numbers.In(second);
    const int64_t one = Time(method, token, swapped ? b : a, swapped ? delay : 0);
    const int64_t two = Time(method, token, swapped ? a : b, swapped ? 0 : delay);
    if (one < 0 || two < 0) return 1;
    if (i >= 0)
      std::printf("%lld %lld\n", static_cast<long long>(swapped ? two : one),
                  static_cast<long long>(swapped ? one : two));
  }
  return 0;
}
