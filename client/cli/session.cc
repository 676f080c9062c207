#include "session.h"

#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "interrupts.h"
#include "render.h"
#include "report.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kSummary[] =
    "Hearth: identity for organisations that share people.\n"
    "A guest's password is reset in the guest's home directory, and nowhere else.";

constexpr char kFooter[] =
    "Examples:\n"
    "  hearth context set local --server 127.0.0.1:7443 --ca ca.pem --token-file token --directory "
    "forthcoffee\n"
    "  hearth user check-reset user1@forthcoffee.com     may I, and if not, why?\n"
    "  hearth user reset-password user1@forthcoffee.com  a generated password, shown once\n"
    "  hearth guest resolve user1@forthcoffee.com        where is this person at home?\n"
    "  hearth user list -o json                          everything, for scripts\n"
    "  hearth call GetUser --data '{\"name\": \"directories/forthcoffee/users/user1\"}'\n"
    "\n"
    "People are named as user1@forthcoffee.com, directories/forthcoffee/users/user1, or user1 with "
    "--directory.\n"
    "Passwords and tokens are never given on the command line: they are asked for, or read from a file or "
    "standard input.\n"
    "Settings come from flags, then the environment, then the context (`hearth context`), then the "
    "defaults.\n"
    "\n";

constexpr char kMoreFlags[] = "\nFlags of every command (--server, --directory, -o json, …): hearth --help\n";

std::vector<std::string> NamesOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

std::string PathOf(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : absl::StrCat(PathOf(*parent), " ", app.get_name());
}

}  // namespace

Session::Session(client::Cancellation cancellation)
    : app_(kSummary, "hearth"), flags_(&app_), cancellation_(std::move(cancellation)) {
  app_.footer(absl::StrCat(kFooter, kExitCodesHelp));
  app_.require_subcommand(0, 1);
  app_.fallthrough();
  app_.set_version_flag("--version", absl::StrCat("hearth ", HEARTH_CLI_VERSION));
}

void Session::AddNoun(const std::string& name, const std::string& summary, const std::string& group) {
  CLI::App* noun = app_.add_subcommand(name, summary)->group(group);
  noun->footer(kMoreFlags);
  noun->require_subcommand(0, 1);
  nouns_[name] = noun;
}

CLI::App* Session::Command(CLI::App* parent, const std::string& name, const std::string& summary,
                           const std::string& examples, std::function<absl::Status()> action) {
  CLI::App* command = parent->add_subcommand(name, summary);
  command->require_subcommand(0, 1);
  command->footer(absl::StrCat(examples.empty() ? "" : "Examples:\n", examples, kMoreFlags));
  command->callback([this, action = std::move(action)] { action_ = action; });
  return command;
}

int Session::Run(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& success) {  // Help or version.
    return app_.exit(success);
  } catch (const CLI::ParseError& error) {
    return Fail(Misunderstood(error));
  }
  return RunParsed();
}

int Session::RunParsed() {
  if (!action_) {
    std::cerr << Deepest().help();
    return ExitCode(UsageError("No command."));
  }
  if (absl::Status status = action_(); !status.ok()) return Fail(status);
  std::cout.flush();
  return std::cout ? exit_code_ : Fail(absl::UnknownError("Cannot write the output."));
}

int Session::Fail(const absl::Status& status) {
  std::cout.flush();
  std::cerr << (flags_.json() ? FailureJson(status) : FailureText(status, server_));
  return ExitCode(status);
}

const CLI::App& Session::Deepest() const {
  const CLI::App* deepest = &app_;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  return *deepest;
}

absl::Status Session::Misunderstood(const CLI::ParseError& error) {
  const CLI::App& where = Deepest();
  const std::vector<std::string> rest = app_.remaining(true);
  if (rest.empty()) return UsageError(error.what(), absl::StrCat(PathOf(where), " --help"));
  const std::string nearest = Nearest(rest.front(), NamesOf(where));
  return UsageError(absl::StrCat("\"", rest.front(), "\" is not known here."),
                    nearest.empty() ? absl::StrCat(PathOf(where), " --help")
                                    : absl::StrCat("Did you mean ", PathOf(where), " ", nearest, "?"));
}

absl::StatusOr<client::Client> Session::Connect(const Settings& settings) {
  server_ = settings.client.server;
  absl::StatusOr<client::Client> client = client::Client::Create(settings.client);
  if (!client.ok())
    return UsageError(std::string(client.status().message()), "See hearth --help for --server, --ca, --token-file.");
  return client;
}

absl::Status Session::Invoke(const client::Client& client, const google::protobuf::MethodDescriptor& method,
                             const google::protobuf::Message& request, google::protobuf::Message* response) {
  const CallRunning running;
  return client.Invoke(method, request, response, call_options());
}

absl::Status Session::InvokeStreaming(const client::Client& client, const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request, google::protobuf::Message* response,
                                      const std::function<bool()>& each) {
  const CallRunning running;
  return client.InvokeStreaming(method, request, response, each, call_options());
}

absl::Status Session::InvokeUploading(const client::Client& client, const google::protobuf::MethodDescriptor& method,
                                      const std::function<client::Client::Requests()>& begin,
                                      google::protobuf::Message* response) {
  const CallRunning running;
  return client.InvokeUploading(method, begin, response, call_options());
}

absl::Status Session::Print(const google::protobuf::Message& response, const std::string& note) const {
  if (flags_.json()) {
    absl::StatusOr<std::string> json = Json(response);
    if (!json.ok()) return json.status();
    std::cout << *json;
    return absl::OkStatus();
  }
  const std::string details = Details(response);
  std::cout << (details.empty() ? "Done.\n" : details) << note;
  return absl::OkStatus();
}

client::CallOptions Session::call_options() const {
  client::CallOptions options;
  options.cancellation = cancellation_;
  return options;
}

}  // namespace hearth::cli
