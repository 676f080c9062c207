#include "hearth/client/client.h"

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cancellation_state.h"
#include "channel.h"
#include "connection.h"
#include "request_id.h"
#include "retry.h"
#include "status.h"
#include "token_source.h"

namespace hearth::client {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// For methods whose policy names no deadline, and for those outside the contract.
constexpr absl::Duration kTimeoutOfLastResort = absl::Seconds(5);

absl::Duration DefaultTimeout(const MethodDescriptor& method) {
  const auto& deadline = PolicyOf(method).default_deadline();
  return absl::Seconds(deadline.seconds()) + absl::Nanoseconds(deadline.nanos());
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", std::string(method.service()->full_name()), "/", std::string(method.name()));
}

// The request with a new request_id, where the method takes one and the caller gave none; else null.
std::unique_ptr<Message> Named(const MethodDescriptor& method, const Message& request) {
  const bool takes_id = PolicyOf(method).idempotency() == v1::IDEMPOTENCY_REQUEST_ID;
  return takes_id && RequestIdOf(request).empty() ? WithNewRequestId(request) : nullptr;
}

absl::Status CheckTypes(const MethodDescriptor& method, const Message& request, const Message& response,
                        bool streaming) {
  if (method.client_streaming() || method.server_streaming() != streaming) {
    return absl::UnimplementedError(absl::StrCat(
        std::string(method.name()), streaming ? " does not stream; use Invoke." : " streams; use InvokeStreaming."));
  }
  if (request.GetDescriptor() != method.input_type() || response.GetDescriptor() != method.output_type()) {
    return absl::InvalidArgumentError(absl::StrCat("These are not the messages of ", std::string(method.name()), "."));
  }
  return absl::OkStatus();
}

}  // namespace

// What the copies of a Client share. Thread-safe.
class Client::Impl {
 public:
  Impl(std::shared_ptr<grpc::Channel> channel, const Options& options)
      : connection_(std::move(channel)),
        token_(options.token, options.token_file),
        timeout_(options.timeout),
        silence_(options.silence),
        retry_(options.retry) {}

  // How the caller, the client or the method bounds a call, in this order.
  absl::Time Deadline(const CallOptions& options, absl::Duration of_method) const {
    for (const absl::Duration timeout : {options.timeout, timeout_, of_method}) {
      if (timeout > absl::ZeroDuration()) return absl::Now() + timeout;
    }
    return absl::Now() + kTimeoutOfLastResort;
  }

  absl::Status Attempt(const std::string& path, const Message& request, Message* response, absl::Time deadline,
                       const CallOptions& options) const {
    absl::StatusOr<Metadata> metadata = MetadataOf(options);
    if (!metadata.ok()) return metadata.status();
    return connection_.CallOnce(path, request, response, *metadata, deadline, options.cancellation);
  }

  // `watches`: the server promises to show every ten seconds that it is there.
  absl::Status Stream(const std::string& path, const Message& request, Message* response,
                      const std::function<bool()>& each, absl::Time deadline, bool watches,
                      const CallOptions& options) const {
    absl::StatusOr<Metadata> metadata = MetadataOf(options);
    if (!metadata.ok()) return metadata.status();
    return connection_.StreamOnce(path, request, response, each, *metadata, deadline,
                                  watches ? silence_ : absl::InfiniteDuration(), options.cancellation);
  }

  absl::Status Upload(const std::string& path, const Requests& next, Message* response, absl::Time deadline,
                      const CallOptions& options) const {
    absl::StatusOr<Metadata> metadata = MetadataOf(options);
    if (!metadata.ok()) return metadata.status();
    return connection_.UploadOnce(path, next, response, *metadata, deadline, options.cancellation);
  }

  // Makes attempts until one succeeds or fails for good; `safe`: whether a failure of such a kind may be tried again at all.
  absl::Status Repeat(const std::function<absl::Status()>& make, const std::function<bool(const absl::Status&)>& safe,
                      absl::Time deadline, const CallOptions& options) const {
    absl::BitGen random;
    for (int attempt = 1;; ++attempt) {
      const absl::Status status = make();
      if (status.ok() || !safe(status)) return status;
      const std::optional<absl::Duration> delay = DelayBeforeRetry(status, attempt, retry_, random);
      if (!delay.has_value() || absl::Now() + *delay >= deadline) return status;
      if (!options.cancellation.state().Sleep(*delay)) return absl::CancelledError("The call was cancelled.");
    }
  }

 private:
  // What is sent along with a call: the caller's metadata and the token.
  absl::StatusOr<Metadata> MetadataOf(const CallOptions& options) const {
    absl::StatusOr<std::string> token = options.token.empty() ? token_.Get() : options.token;
    if (!token.ok()) return token.status();
    if (absl::Status status = CheckToken(*token); !status.ok()) return status;
    if (absl::Status status = CheckMetadata(options.metadata); !status.ok()) return status;
    Metadata metadata = options.metadata;
    if (!token->empty()) metadata.emplace_back("authorization", absl::StrCat("Bearer ", *token));
    return metadata;
  }

  mutable Connection connection_;
  mutable TokenSource token_;
  const absl::Duration timeout_;
  const absl::Duration silence_;
  const RetryOptions retry_;
};

absl::StatusOr<Client> Client::Create(const Options& options) {
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = MakeChannel(options);
  if (!channel.ok()) return channel.status();
  return OverChannel(*std::move(channel), options);
}

absl::StatusOr<Client> Client::OverChannel(std::shared_ptr<grpc::Channel> channel, const Options& options) {
  if (!options.token.empty() && !options.token_file.empty()) {
    return absl::InvalidArgumentError("Give a token or a token file, not both.");
  }
  if (absl::StatusOr<std::string> token = TokenSource(options.token, options.token_file).Get(); !token.ok()) {
    return token.status();
  }
  if (absl::Status status = CheckToken(options.token); !status.ok()) return status;
  return Client(std::make_shared<const Impl>(std::move(channel), options));
}

absl::Status Client::Invoke(const MethodDescriptor& method, const Message& request, Message* response,
                            const CallOptions& options) const {
  if (absl::Status status = CheckTypes(method, request, *response, /*streaming=*/false); !status.ok()) {
    return status;
  }
  const v1::Idempotency idempotency = PolicyOf(method).idempotency();
  const std::unique_ptr<Message> named = Named(method, request);
  const Message& sent = named == nullptr ? request : *named;
  const std::string request_id = RequestIdOf(sent);

  const std::string path = PathOf(method);
  const absl::Time deadline = impl_->Deadline(options, DefaultTimeout(method));
  const bool safe = SafeToRepeat(idempotency, !request_id.empty());
  absl::Status status = impl_->Repeat([&] { return impl_->Attempt(path, sent, response, deadline, options); },
                                      [safe](const absl::Status&) { return safe; }, deadline, options);
  NoteRequestId(request_id, &status);
  return status;
}

absl::Status Client::InvokeStreaming(const MethodDescriptor& method, const Message& request, Message* response,
                                     const std::function<bool()>& each, const CallOptions& options) const {
  if (absl::Status status = CheckTypes(method, request, *response, /*streaming=*/true); !status.ok()) return status;
  const std::unique_ptr<Message> named = Named(method, request);
  const Message& sent = named == nullptr ? request : *named;
  const absl::Time deadline = impl_->Deadline(options, DefaultTimeout(method));
  const bool watches = PolicyOf(method).work_class() == v1::WORK_CLASS_WATCH;
  absl::Status status = impl_->Stream(PathOf(method), sent, response, each, deadline, watches, options);
  NoteRequestId(RequestIdOf(sent), &status);
  return status;
}

absl::Status Client::InvokeUploading(const MethodDescriptor& method, const std::function<Requests()>& begin,
                                     Message* response, const CallOptions& options) const {
  if (!method.client_streaming()) {
    return absl::UnimplementedError(absl::StrCat(std::string(method.name()), " takes one request; use Invoke."));
  }
  if (response->GetDescriptor() != method.output_type()) {
    return absl::InvalidArgumentError(absl::StrCat("This is not the answer of ", std::string(method.name()), "."));
  }
  const absl::Time deadline = impl_->Deadline(options, DefaultTimeout(method));
  const std::string path = PathOf(method);
  const bool safe = SafeToRepeat(PolicyOf(method).idempotency(), /*has_request_id=*/false);
  return impl_->Repeat([&] { return impl_->Upload(path, begin(), response, deadline, options); },
                       [safe](const absl::Status& status) { return safe || WasTurnedAway(status); }, deadline, options);
}

absl::Status Client::InvokeOnce(const std::string& path, const Message& request, Message* response,
                                const CallOptions& options) const {
  return impl_->Attempt(path, request, response, impl_->Deadline(options, kTimeoutOfLastResort), options);
}

}  // namespace hearth::client
