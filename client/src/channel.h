// Channels: TLS by default, plaintext only within this machine.
#ifndef HEARTH_CLIENT_SRC_CHANNEL_H_
#define HEARTH_CLIENT_SRC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "hearth/client/options.h"

namespace hearth::client {

// Whether `server` can only be on this machine: a unix socket, localhost, 127.0.0.0/8 or ::1, each with a
// port. Names that are looked up, lists of addresses and everything unclear are not.
bool StaysOnThisMachine(const std::string& server);

// A channel as `options` ask for; connects when first used. Fails as Client::Create says.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const Options& options);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_CHANNEL_H_
