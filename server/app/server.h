// The server on the network: start, drain, stop.
#pragma once

#include <grpcpp/grpcpp.h>
#include <prometheus/exposer.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/app/environment.h"
#include "server/app/intent_runner.h"
#include "server/app/janitor.h"
#include "server/app/key_thread.h"
#include "server/app/seal_thread.h"
#include "server/app/signal_thread.h"
#include "server/audit/head_file.h"
#include "server/base/random.h"
#include "server/mail/relay.h"
#include "server/rpc/grpc_service.h"
#include "server/rpc/health_monitor.h"
#include "server/rpc/listener.h"
#include "server/storage/notice.h"

namespace hearth {

// A running server.
class Server {
 public:
  // Checks the schema's version, binds, and serves. `environment` outlives the server. Fails with a text for the operator.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Config& config, Environment* environment);
  // Stop, if that was not called.
  ~Server();

  // The port it listens on.
  int port() const { return listener_->port(); }

  // Says NOT_SERVING, stops accepting, lets running calls finish for at most the configured time, then cancels them.
  void Stop();

 private:
  Server(const Config& config, Environment* environment, std::unique_ptr<Listener> listener);
  absl::Status Serve();
  absl::Status StartRelay();
  absl::Status StartTrail();

  const Config config_;
  Environment& environment_;
  Database health_database_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::unique_ptr<GrpcService>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HealthMonitor> health_;
  std::unique_ptr<Janitor> janitor_;
  std::unique_ptr<KeyThread> key_thread_;
  SystemRandom random_;           // For the relay.
  std::unique_ptr<Relay> relay_;  // Null without a mail server.
  std::unique_ptr<IntentRunner> intent_runner_;
  std::unique_ptr<HeadFile> head_file_;  // Null when heads go to no file.
  std::unique_ptr<SealThread> seal_thread_;
  std::unique_ptr<NoticeListener> event_listener_;
  std::unique_ptr<SignalThread> signal_thread_;  // Null without an issuer of event tokens.
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace hearth
