// Under which names a Client leaves details in an absl::Status.
#ifndef HEARTH_CLIENT_SRC_PAYLOADS_H_
#define HEARTH_CLIENT_SRC_PAYLOADS_H_

namespace hearth::client {

// A serialised google.rpc.Status.
inline constexpr char kDetailsPayload[] = "type.googleapis.com/google.rpc.Status";
// The request_id of the failed call, as text.
inline constexpr char kRequestIdPayload[] = "hearth.v1/request_id";
// The id that the server gave the failed call, as text.
inline constexpr char kCallIdPayload[] = "hearth.v1/call_id";

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_PAYLOADS_H_
