// Whether a server is ready to serve.
#ifndef HEARTH_CLIENT_HEALTH_H_
#define HEARTH_CLIENT_HEALTH_H_

#include <string>

#include "absl/status/statusor.h"
#include "hearth/client/client.h"

namespace hearth::client {

// The answers of grpc.health.v1.Health/Check.
enum class Health { kUnknown = 0, kServing = 1, kNotServing = 2, kServiceUnknown = 3 };

// Asks once, without retries, with `options.timeout` or 5 seconds. `service` empty: the server as a whole.
// Fails with NOT_FOUND for a service that the server does not know, UNIMPLEMENTED for a server without health
// service.
absl::StatusOr<Health> CheckHealth(const Client& client, const std::string& service = "",
                                   const CallOptions& options = {});

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_HEALTH_H_
