// Our own accept loop.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace hearth {

// Accepts TCP connections and hands them to gRPC. gRPC 1.51's own listener stops for ever when accept runs out of file descriptors
// (CVE-2023-4785); this one closes what is beyond the limit, waits, and goes on.
class Listener {
 public:
  // Binds `address`, host:port with a numeric host; port 0 picks a free one. Fails with a text for the operator.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(const std::string& address);
  // Stops accepting.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The port that is bound.
  int port() const { return port_; }
  // True when the address reaches this machine only.
  bool loopback() const { return loopback_; }

  // Begins to accept; once. gRPC closes what it is handed after its server is shut down.
  void Start(std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor);
  // Stops accepting; connections that are open stay.
  void Stop();

 private:
  Listener(int fd, int port, bool loopback) : fd_(fd), port_(port), loopback_(loopback) {}
  void Run();

  const int fd_;
  const int port_;
  const bool loopback_;
  int wake_[2] = {-1, -1};  // A pipe that ends the loop.
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::thread thread_;
};

}  // namespace hearth
