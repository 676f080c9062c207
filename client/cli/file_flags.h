// Flags that write fields of a response to files.
#ifndef HEARTH_CLIENT_CLI_FILE_FLAGS_H_
#define HEARTH_CLIENT_CLI_FILE_FLAGS_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hearth::cli {

// For fields that are files by nature, such as the HTML of a mail; which those are stands in file_flags.cc.
class FileFlags {
 public:
  // `command` outlives this.
  FileFlags(CLI::App* command, const google::protobuf::Descriptor& response);

  // Writes the fields whose flags were given, and takes them out of the response. Fails with a usage error for a file that cannot be written.
  absl::Status Save(google::protobuf::Message* response) const;

 private:
  std::vector<std::pair<const google::protobuf::FieldDescriptor*, CLI::Option*>> flags_;
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_FILE_FLAGS_H_
