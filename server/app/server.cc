#include "server/app/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/resource_quota.h>

#include <exception>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/app/tls.h"
#include "server/base/log.h"
#include "server/base/status_macros.h"
#include "server/mail/smtp_transport.h"
#include "server/storage/migrator.h"

namespace hearth {
namespace {

constexpr int kMaxMessageBytes = 1 << 20;     // No request of the contract comes near; bounds what a call can hold.
constexpr int kMaxMetadataBytes = 16 * 1024;  // A token is at most 8 KiB.
constexpr int kMaxStreams = 1024;             // Calls at once on one connection.
constexpr int kHandshakeMillis = 10'000;      // A peer that does not finish TLS is dropped (default 120 s).
constexpr int kIdleMillis = 15 * 60'000;
constexpr int kAgeMillis =
    30 * 60'000;  // Spreads load over replicas, and bounds how long an old certificate is in use.
constexpr int kKeepaliveMillis = 60'000;
constexpr size_t kTransportMemory = 512u << 20;  // What gRPC may hold for transport in all.

// gRPC's reflection library adds itself to every server of a process that links it. This takes it out again.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
  }
};

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // gRPC inflates a message before it looks at its size: a megabyte on the wire would take a gigabyte, before anybody knows who calls.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kAgeMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kKeepaliveMillis / 2);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.SetResourceQuota(grpc::ResourceQuota("hearthd").Resize(kTransportMemory));
}

std::string CertificatesAskedOf(const Config& config) {
  if (config.insecure_plaintext || config.client_certificates == ClientCertificates::kNone) return "none";
  return config.client_certificates == ClientCertificates::kRequired ? "required" : "optional";
}

absl::Status CheckSchema(const Config& config) {
  ASSIGN_OR_RETURN(const int version, SchemaVersion(config.database));
  if (version == NeededVersion()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the schema has version ", version, ", this hearthd needs ", NeededVersion(),
                   version < NeededVersion() ? ". Run `hearthd migrate`." : ". Use the newer hearthd."));
}

}  // namespace

Server::Server(const Config& config, Environment* environment, std::unique_ptr<Listener> listener)
    : config_(config),
      environment_(*environment),
      health_database_({.conninfo = config.database, .connections = 1}),
      listener_(std::move(listener)) {}

Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Config& config, Environment* environment) {
  RETURN_IF_ERROR(CheckSchema(config));
  ASSIGN_OR_RETURN(auto listener, Listener::Bind(config.listen));
  if (config.insecure_plaintext && !listener->loopback()) {
    return absl::FailedPreconditionError("plaintext is served on loopback addresses only");
  }
  std::unique_ptr<Server> server(new Server(config, environment, std::move(listener)));
  RETURN_IF_ERROR(server->Serve());
  return server;
}

absl::Status Server::Serve() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  if (!config_.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  SetLimits(builder);
  std::vector<std::string> names;
  for (const auto* descriptor : environment_.table().Services()) {
    services_.push_back(std::make_unique<GrpcService>(descriptor, environment_.table(), &environment_.dispatcher(),
                                                      absl::Seconds(config_.stream_stall_seconds)));
    builder.RegisterService(services_.back().get());
    names.push_back(descriptor->full_name());
  }
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, ListenerCredentials(config_));
  server_ = builder.BuildAndStart();
  if (server_ == nullptr)
    return absl::InternalError("gRPC did not start; are the TLS certificate and key a pair of PEM files?");
  health_ = std::make_unique<HealthMonitor>(&health_database_, server_->GetHealthCheckService(), names);
  janitor_ = std::make_unique<Janitor>(&environment_.database());
  key_thread_ = std::make_unique<KeyThread>(&environment_.database(), &environment_.tokens(), config_.key_fetch);
  RETURN_IF_ERROR(StartTrail());
  RETURN_IF_ERROR(StartRelay());
  intent_runner_ = std::make_unique<IntentRunner>(&environment_.intent_relay());
  try {
    if (!config_.metrics_listen.empty()) {
      exposer_ = std::make_unique<prometheus::Exposer>(config_.metrics_listen, 1);
      exposer_->RegisterCollectable(environment_.metrics().registry());
    }
  } catch (const std::exception& exception) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve metrics on ", config_.metrics_listen, ": ", exception.what()));
  }
  listener_->Start(std::move(acceptor));
  Log(LogLevel::kInfo, "listening",
      {{"port", int64_t{port()}},
       {"tls", !config_.insecure_plaintext},
       {"client_certificates", CertificatesAskedOf(config_)}});
  return absl::OkStatus();
}

absl::Status Server::StartRelay() {
  if (config_.smtp.url.empty()) {
    Log(LogLevel::kWarning, "no --smtp-url: mails wait in the outbox until they expire");
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const SmtpOptions smtp, SmtpOf(config_));
  relay_ = std::make_unique<Relay>(
      &environment_.database(), &environment_.keyring(), &random_, *environment_.metrics().registry(),
      [smtp] { return std::make_unique<SmtpTransport>(smtp); }, CourierOptions{.from = smtp.from},
      config_.mail_couriers);
  return absl::OkStatus();
}

absl::Status Server::StartTrail() {
  if (config_.audit_heads.empty()) {
    Log(LogLevel::kWarning, "no --audit-heads: whoever owns the database can rewrite the audit unseen by this server");
  } else {
    ASSIGN_OR_RETURN(head_file_, HeadFile::Open(config_.audit_heads));
  }
  seal_thread_ = std::make_unique<SealThread>(&environment_.database(), &environment_.head_signer(), head_file_.get());
  event_listener_ = std::make_unique<NoticeListener>(config_.database, "hearth_events", [this] {
    environment_.event_hub().Wake();
    environment_.poll_hub().Wake();
  });
  if (!config_.event_issuer.empty()) {
    signal_thread_ = std::make_unique<SignalThread>(&environment_.database(), &environment_.event_tokens(),
                                                    PostOver(config_.receivers));
  }
  return absl::OkStatus();
}

void Server::Stop() {
  if (server_ == nullptr) return;
  Log(LogLevel::kInfo, "draining");
  if (health_ != nullptr) health_->Drain();
  listener_->Stop();
  environment_.event_hub().Stop();  // Its streams would outlast the drain.
  environment_.poll_hub().Stop();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(config_.drain_seconds));
  server_->Wait();
  server_.reset();
  intent_runner_.reset();
  signal_thread_.reset();
  event_listener_.reset();
  seal_thread_.reset();
  head_file_.reset();
  key_thread_.reset();
  relay_.reset();
  janitor_.reset();
  exposer_.reset();
  Log(LogLevel::kInfo, "stopped");
  FlushLog();
}

}  // namespace hearth
