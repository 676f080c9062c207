// How long RequestReset takes for two kinds of people, call after call: for tests/bench/timing. Each pair is one call of either kind, in an order
// that a coin decides, on one warm connection. Prints a line a pair: the nanoseconds of the first kind and of the second.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "hearth/v1/request_reset_service.grpc.pb.h"

namespace {

using Stub = hearth::v1::RequestResetService::Stub;

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One call; its nanoseconds, or -1 when it failed.
int64_t Ask(Stub& stub, const std::string& token, const std::string& identifier) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + token);
  hearth::v1::RequestResetRequest request;
  hearth::v1::RequestResetResponse response;
  request.set_identifier(identifier);
  const auto start = std::chrono::steady_clock::now();
  const grpc::Status status = stub.RequestReset(&context, request, &response);
  const auto end = std::chrono::steady_clock::now();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error_message().c_str());
  return status.ok() ? std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count() : -1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string target, ca, token_file, first, second;
  int pairs = 5000;
  uint64_t people = 10'000;
  CLI::App app("Pairs of RequestReset.");
  app.add_option("--target", target, "host:port")->required();
  app.add_option("--ca", ca, "PEM file of the certificate to trust")->required();
  app.add_option("--token", token_file, "File with a bearer token")->required();
  app.add_option("--first", first, "Identifier with {} for a random number")->required();
  app.add_option("--second", second, "Identifier with {} for a random number")->required();
  app.add_option("--pairs", pairs);
  app.add_option("--people", people, "The numbers are below this");
  CLI11_PARSE(app, argc, argv);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = Content(ca);
  Stub stub(grpc::CreateChannel(target, grpc::SslCredentials(tls)));
  std::string token = Content(token_file);
  while (!token.empty() && token.back() == '\n') token.pop_back();
  std::mt19937_64 random(std::random_device{}());
  const auto of = [&](const std::string& form) {
    return absl::StrReplaceAll(form, {{"{}", absl::StrCat(random() % people)}});
  };
  for (int i = -pairs / 20; i < pairs; ++i) {  // The first ones warm up.
    const bool swapped = random() % 2 == 1;
    const std::string a = of(first), b = of(second);
    const int64_t one = Ask(stub, token, swapped ? b : a), two = Ask(stub, token, swapped ? a : b);
    if (one < 0 || two < 0) return 1;
    if (i >= 0)
      std::printf("%lld %lld\n", static_cast<long long>(swapped ? two : one),
                  static_cast<long long>(swapped ? one : two));
  }
  return 0;
}
