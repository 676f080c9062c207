#include <google/protobuf/util/json_util.h>

#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fields.h"
#include "hearth/client/methods.h"
#include "options.h"
#include "render.h"
#include "secrets.h"
#include "text.h"
#include "text_file.h"
#include "tool_commands.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr char kExamples[] =
    "  hearth call ResolveHomeDirectory --data '{\"user_principal_name\": \"user1@forthcoffee.com\"}'\n"
    "  hearth call ResetPasswordService/CheckResetPassword -f request.json\n"
    "  echo '{\"parent\": \"directories/forthcoffee\"}' | hearth call ListUsers -\n"
    "A request that holds a password is read from a file or standard input only.\n";

struct CallOptions {
  CLI::Option* method;
  CLI::Option* dash;
  CLI::Option* data;
  CLI::Option* file;
};

absl::StatusOr<std::string> ReadInput(const CallOptions& options) {
  if (options.dash->count() + options.data->count() + options.file->count() > 1) {
    return UsageError("The request is given twice.", "Give one of --data JSON, -f FILE, and - for standard input.");
  }
  if (options.dash->count() > 0 && ValueOf(options.dash) != "-") {
    return UsageError(absl::StrCat("\"", ValueOf(options.dash), "\" is not known here."),
                      "Give the request with --data JSON, -f FILE, or - for standard input.");
  }
  const std::string path = options.dash->count() > 0 ? "-" : ValueOf(options.file);
  if (path.empty()) return options.data->count() > 0 ? ValueOf(options.data) : "{}";
  return ReadTextFile(path);
}

absl::StatusOr<const MethodDescriptor*> Method(const std::string& name) {
  if (const MethodDescriptor* method = client::FindMethod(name); method != nullptr) return method;
  std::vector<std::string> names;
  for (const MethodDescriptor* method : client::Methods()) names.emplace_back(method->name());
  const std::string nearest = Nearest(name, names);
  return UsageError(absl::StrCat("There is no method \"", name, "\"."),
                    nearest.empty() ? "List them: hearth methods" : absl::StrCat("Did you mean ", nearest, "?"));
}

absl::StatusOr<std::unique_ptr<Message>> Parse(const MethodDescriptor& method, const std::string& json) {
  std::unique_ptr<Message> request = NewMessage(method.input_type());
  const auto status = google::protobuf::util::JsonStringToMessage(json, request.get());
  if (status.ok()) return request;
  return UsageError(
      absl::StrCat("The request is no ", std::string(method.input_type()->name()), ": ", status.ToString()),
      "Fields are named as in the contract: proto/hearth/v1.");
}

// Every response of a stream, as it comes.
absl::Status PrintStream(Session* session, const client::Client& client, const MethodDescriptor& method,
                         const Message& request) {
  const std::unique_ptr<Message> response = NewMessage(method.output_type());
  absl::Status printed;
  const auto print = [&] {
    absl::StatusOr<std::string> json = Json(*response);
    printed = json.status();
    if (json.ok()) std::cout << *json << std::flush;
    return json.ok();
  };
  absl::Status status = session->InvokeStreaming(client, method, request, response.get(), print);
  return printed.ok() ? status : printed;
}

absl::Status Run(Session* session, const CallOptions& options) {
  absl::StatusOr<const MethodDescriptor*> method = Method(ValueOf(options.method));
  if (!method.ok()) return method.status();
  absl::StatusOr<std::string> input = ReadInput(options);
  if (!input.ok()) return input.status();
  absl::StatusOr<std::unique_ptr<Message>> request = Parse(**method, *input);
  if (!request.ok()) return request.status();
  if (options.data->count() > 0 && HoldsSecret(**request)) {
    return UsageError("The request holds a password, and everybody on this machine can read command lines.",
                      "Change that password if it was real; give such requests with -f FILE or on standard input.");
  }
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  if ((*method)->server_streaming()) return PrintStream(session, *client, **method, **request);
  const std::unique_ptr<Message> response = NewMessage((*method)->output_type());
  const auto only = [&request] {
    return [one = static_cast<const Message*>(request->get())]() mutable { return std::exchange(one, nullptr); };
  };
  absl::Status status = (*method)->client_streaming()
                            ? session->InvokeUploading(*client, **method, only, response.get())
                            : session->Invoke(*client, **method, **request, response.get());
  if (!status.ok()) return status;
  absl::StatusOr<std::string> json = Json(*response);
  if (!json.ok()) return json.status();
  std::cout << *json;
  return absl::OkStatus();
}

}  // namespace

void AddCall(Session* session) {
  auto options = std::make_shared<CallOptions>();
  CLI::App* command = session->Command(&session->app(), "call", "call any method with JSON, answer in JSON", kExamples,
                                       [session, options] { return Run(session, *options); });
  command->group(kToolGroup);
  options->method = AddValue(command, "METHOD", "", "such as GetUser; see hearth methods")->required();
  options->dash = AddValue(command, "INPUT", "", "- reads the request from standard input");
  options->data = AddValue(command, "--data", "JSON", "the request (default: an empty one)");
  options->file = AddValue(command, "-f,--file", "FILE", "read the request from a file; - is standard input");
}

}  // namespace hearth::cli
