#include "server/rpc/stream_outlet.h"

#include "absl/time/clock.h"
#include "server/rpc/status_mapping.h"

namespace hearth {

// The response before is on its way, so this does not wait.
void StreamOutlet::Send(const google::protobuf::Message& response) { stream_.Write(response, absl::Now()); }

// Nobody waits for a caller that does not read: what is under way is given up.
void StreamOutlet::End(const absl::Status& status) { stream_.End(ToGrpc(status, accept_language_), absl::Now()); }

}  // namespace hearth
