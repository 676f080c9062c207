// One run of the command line.
#ifndef HEARTH_CLIENT_CLI_SESSION_H_
#define HEARTH_CLIENT_CLI_SESSION_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "hearth/client/client.h"
#include "settings.h"

namespace hearth::cli {

// The commands, the global flags and the one action that parsing chose. Commands add themselves to `app` and
// keep a pointer to the session, which outlives them.
class Session {
 public:
  explicit Session(client::Cancellation cancellation);

  CLI::App& app() { return app_; }
  const SettingFlags& flags() const { return flags_; }

  // Adds a noun, the first word of commands; and gives it back.
  void AddNoun(const std::string& name, const std::string& summary, const std::string& group);
  CLI::App* NounOf(const std::string& name) const { return nouns_.at(name); }
  // A command that runs `action` when it is chosen.
  CLI::App* Command(CLI::App* parent, const std::string& name, const std::string& summary, const std::string& examples,
                    std::function<absl::Status()> action);

  // Keeps what a command needs until the session ends.
  void Keep(std::shared_ptr<void> thing) { kept_.push_back(std::move(thing)); }

  // Parses, runs, prints; the exit code.
  int Run(int argc, const char* const* argv);

  // A client for the settings; a usage error when they do not fit together.
  absl::StatusOr<client::Client> Connect(const Settings& settings);
  // As client::Client::Invoke, ended by Ctrl-C.
  absl::Status Invoke(const client::Client& client, const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, google::protobuf::Message* response);
  absl::Status InvokeStreaming(const client::Client& client, const google::protobuf::MethodDescriptor& method,
                               const google::protobuf::Message& request, google::protobuf::Message* response,
                               const std::function<bool()>& each);
  absl::Status InvokeUploading(const client::Client& client, const google::protobuf::MethodDescriptor& method,
                               const std::function<client::Client::Requests()>& begin,
                               google::protobuf::Message* response);
  // Prints a response, as `-o` asks for it, with `note` below a table.
  absl::Status Print(const google::protobuf::Message& response, const std::string& note = "") const;
  // Ends with this code although nothing failed: the answer was no.
  void ExitWith(int code) { exit_code_ = code; }
  int exit_code() const { return exit_code_; }
  // For calls made otherwise.
  client::CallOptions call_options() const;

 private:
  int RunParsed();
  int Fail(const absl::Status& status);
  absl::Status Misunderstood(const CLI::ParseError& error);
  const CLI::App& Deepest() const;

  CLI::App app_;
  SettingFlags flags_;
  std::map<std::string, CLI::App*> nouns_;
  client::Cancellation cancellation_;
  std::vector<std::shared_ptr<void>> kept_;
  std::function<absl::Status()> action_;
  int exit_code_ = 0;
  std::string server_;  // Whom Connect was for.
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_SESSION_H_
