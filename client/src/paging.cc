#include "hearth/client/paging.h"

namespace hearth::client {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

absl::Status EachPage(const Client& client, const google::protobuf::MethodDescriptor& method, const Message& request,
                      const std::function<bool(Message& page)>& page, const CallOptions& options) {
  const FieldDescriptor* token = method.input_type()->FindFieldByName("page_token");
  const FieldDescriptor* next = method.output_type()->FindFieldByName("next_page_token");
  if (token == nullptr || next == nullptr || request.GetDescriptor() != method.input_type()) {
    return absl::InvalidArgumentError("This is not a list method and its request.");
  }
  std::unique_ptr<Message> ask(request.New());
  ask->CopyFrom(request);
  std::unique_ptr<Message> response(MessageFactory::generated_factory()->GetPrototype(method.output_type())->New());
  for (;;) {
    absl::Status status = client.Invoke(method, *ask, response.get(), options);
    if (!status.ok()) return status;
    const std::string next_token = response->GetReflection()->GetString(*response, next);
    if (!page(*response) || next_token.empty()) return absl::OkStatus();
    if (next_token == ask->GetReflection()->GetString(*ask, token)) {
      return absl::InternalError("The server gave out the same page twice.");
    }
    ask->GetReflection()->SetString(ask.get(), token, next_token);
  }
}

}  // namespace hearth::client
