// Passwords: from a terminal, a file or standard input; never from the command line.
#ifndef HEARTH_CLIENT_CLI_SECRETS_H_
#define HEARTH_CLIENT_CLI_SECRETS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hearth::cli {

// The flags for the fields of a request that the contract calls sensitive.
class SecretFlags {
 public:
  // Adds the flags to `command`, which outlives this; none when the request holds no secrets.
  SecretFlags(CLI::App* command, const google::protobuf::Descriptor& request);

  // Reads the secrets into `request`: those that are required, and those that were asked for. New ones that
  // are typed are asked for twice. Fails with a usage error when there is nothing to read from, or what is
  // read is empty or longer than 4 KiB.
  absl::Status Fill(google::protobuf::Message* request) const;

 private:
  struct Secret {
    const google::protobuf::FieldDescriptor* field;
    bool required;
    CLI::Option* file;
  };
  absl::StatusOr<std::string> Read(const Secret& secret) const;

  std::vector<Secret> secrets_;
  CLI::Option* stdin_ = nullptr;
  CLI::Option* ask_ = nullptr;
};

// Whether `message` holds a non-empty field that the contract calls sensitive.
bool HoldsSecret(const google::protobuf::Message& message);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_SECRETS_H_
