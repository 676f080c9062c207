// How a row of Verbs() becomes a command, and runs.
#ifndef HEARTH_CLIENT_CLI_VERB_COMMAND_H_
#define HEARTH_CLIENT_CLI_VERB_COMMAND_H_

#include <memory>

#include "field_flags.h"
#include "file_flags.h"
#include "list.h"
#include "secrets.h"
#include "session.h"
#include "verbs.h"

namespace hearth::cli {

// Lives as long as the session.
class VerbCommand {
 public:
  // Adds the command to `session`.
  VerbCommand(Session* session, const Verb& verb);

 private:
  absl::Status Run() const;
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Request(const Settings& settings) const;
  absl::Status FillArguments(const Settings& settings, google::protobuf::Message* request) const;
  absl::Status FillSecond(const Settings& settings, google::protobuf::Message* request) const;
  Lookup LookupFor(const Settings& settings) const;
  absl::Status FillParent(const Settings& settings, google::protobuf::Message* request) const;
  absl::StatusOr<std::string> RoleAssignmentName(const Settings& settings) const;
  absl::StatusOr<std::string> MembershipName(const Settings& settings) const;
  absl::Status RunOnce(const Settings& settings, const google::protobuf::Message& request) const;

  Session* const session_;
  const Verb verb_;
  const google::protobuf::MethodDescriptor* const method_;
  CLI::App* const command_;
  CLI::Option* argument_ = nullptr;
  CLI::Option* second_ = nullptr;
  CLI::Option* unit_ = nullptr;  // Of the role that completes a name.
  std::unique_ptr<FieldFlags> fields_;
  std::unique_ptr<SecretFlags> secrets_;
  std::unique_ptr<FileFlags> files_;
  std::unique_ptr<ListFlags> list_;  // Null for methods that are no lists.
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_VERB_COMMAND_H_
