// TLS of the listener.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "server/app/config.h"

namespace hearth {

// The server's side of TLS, as configured: its certificate, and whether callers show one and by whose roots it is verified. All files are read
// again within two seconds of a change, for connections made from then on; those that are open live on, for at most 30 minutes (server.cc). While
// certificate and key do not fit each other no connection is made, so replace both at once: by renaming a link to the folder they are in. Null
// TLS, for plaintext, only when the configuration says so.
std::shared_ptr<grpc::ServerCredentials> ListenerCredentials(const Config& config);

}  // namespace hearth
