#include "channel.h"

#include <arpa/inet.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "file.h"

namespace hearth::client {
namespace {

constexpr size_t kMaxPemBytes = 1024 * 1024;
// How long a broken connection is left alone before it is tried again; gRPC's own default of a second
// outlasts short calls.
constexpr int kMinReconnectMs = 100;
constexpr int kMaxReconnectMs = 5000;
// While calls are under way, how long nothing may come before the server is asked whether it is there, and how long that may take: a machine that is
// gone, or a process that is stuck, is noticed also by calls without a response to wait for. hearthd allows questions half a minute apart.
constexpr int kKeepaliveMs = 40'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

bool IsLoopbackHost(const std::string& host) {
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "localhost" || host == "[::1]";
}

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  return ReadFile(path, kMaxPemBytes);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const Options& options) {
  if (options.plaintext) {
    if (!options.ca_file.empty() || !options.cert_file.empty() || !options.key_file.empty()) {
      return absl::InvalidArgumentError("Certificates and plaintext exclude each other.");
    }
    if (!StaysOnThisMachine(options.server)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Plaintext is only for this machine (127.0.0.1, [::1], localhost or ", "unix:/path), not for ",
                       options.server, "."));
    }
    return grpc::InsecureChannelCredentials();
  }
  if (options.cert_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("A client certificate needs its key, and a key its certificate.");
  }
  const absl::StatusOr<std::string> roots = ReadPem(options.ca_file);
  const absl::StatusOr<std::string> certificate = ReadPem(options.cert_file);
  const absl::StatusOr<std::string> key = ReadPem(options.key_file);
  for (const auto* file : {&roots, &certificate, &key}) {
    if (!file->ok()) return file->status();
  }
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = *roots;
  tls.pem_cert_chain = *certificate;
  tls.pem_private_key = *key;
  return grpc::SslCredentials(tls);
}

grpc::ChannelArguments Arguments(const Options& options) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(
      absl::StrCat(options.user_agent, options.user_agent.empty() ? "" : " ", "hearth-client/", HEARTH_CLIENT_VERSION));
  // Replicas are alike: use all that the name stands for. Nobody who controls DNS texts may change how calls
  // are made.
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kMinReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // However long a stream only listens.
  if (options.plaintext) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!options.server_name.empty()) arguments.SetSslTargetNameOverride(options.server_name);
  return arguments;
}

}  // namespace

bool StaysOnThisMachine(const std::string& server) {
  if (absl::StartsWith(server, "unix:") || absl::StartsWith(server, "unix-abstract:")) return true;
  const size_t colon = server.rfind(':');
  if (colon == std::string::npos || server.find_first_of(",/%") != std::string::npos) return false;
  return IsLoopbackHost(server.substr(0, colon));
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const Options& options) {
  if (options.server.empty()) return absl::InvalidArgumentError("No server is given.");
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  return grpc::CreateCustomChannel(options.server, *credentials, Arguments(options));
}

}  // namespace hearth::client
