#include "connection.h"

#include <grpcpp/client_context.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "cancellation_state.h"
#include "status.h"

namespace hearth::client {
namespace {

bool IsGoodName(const std::string& name) {
  for (const char c : name) {
    const bool good = absl::ascii_islower(static_cast<unsigned char>(c)) ||
                      absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
    if (!good) return false;
  }
  return !name.empty() && !absl::StartsWith(name, "grpc-") && !absl::EndsWith(name, "-bin");
}

bool IsGoodValue(const std::string& value) {
  for (const char c : value) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

}  // namespace

absl::Status CheckMetadata(const Metadata& metadata) {
  for (const auto& [name, value] : metadata) {
    if (!IsGoodName(name) || !IsGoodValue(value)) {
      return absl::InvalidArgumentError(absl::StrCat("The metadata \"", name,
                                                     "\" cannot be sent: names are lower case and not ",
                                                     "grpc-… or …-bin, values printable ASCII."));
    }
  }
  return absl::OkStatus();
}

absl::Status Connection::CallOnce(const std::string& path, const google::protobuf::Message& request,
                                  google::protobuf::Message* response, const Metadata& metadata, absl::Time deadline,
                                  const Cancellation& cancellation) {
  if (cancellation.cancelled()) return absl::CancelledError("The call was cancelled before it began.");
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);

  response->Clear();
  grpc::Status result;
  absl::Notification done;
  stub_.UnaryCall(&context, path, grpc::StubOptions(), &request, response, [&](grpc::Status status) {
    result = std::move(status);
    done.Notify();
  });
  cancellation.state().Enter(&context);
  done.WaitForNotification();
  cancellation.state().Leave(&context);
  return FromGrpc(result);
}

}  // namespace hearth::client
