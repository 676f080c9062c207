// Failures as gRPC carries them.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace hearth {

// The gRPC status: code, message, and a google.rpc.Status with all details in `grpc-status-details-bin`; for a caller who wishes a language, as
// `accept_language` says, google.rpc.LocalizedMessage is among them. Of a failure without a reason of the contract nothing leaves the server: it
// becomes INTERNAL with an incident number, under which the text is logged.
grpc::Status ToGrpc(const absl::Status& status, const std::string& accept_language);

// The call's `accept-language` metadata; empty without.
std::string AcceptLanguageOf(const grpc::CallbackServerContext& context);

// How long the receiver is asked to wait before it tries again (google.rpc.RetryInfo); nullopt when trying again does not help.
std::optional<absl::Duration> RetryAfter(const absl::Status& status);

// Gives a failure that has no reason of the contract the reason INTERNAL, and logs its text; others are returned as they are.
absl::Status WithReason(const absl::Status& status);

}  // namespace hearth
