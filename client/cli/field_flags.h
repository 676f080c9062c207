// A flag for every field of a request that people may set, made from its descriptor.
#ifndef HEARTH_CLIENT_CLI_FIELD_FLAGS_H_
#define HEARTH_CLIENT_CLI_FIELD_FLAGS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "names.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hearth::cli {

// Left out: what the server sets, secrets (SecretFlags), pages, names, and what the command fills in from its
// arguments.
class FieldFlags {
 public:
  // `taken`: paths that the command fills in itself, such as "user.user_principal_name". `command` outlives
  // this.
  FieldFlags(CLI::App* command, const google::protobuf::Descriptor& request, const std::set<std::string>& taken);

  // Sets the fields whose flags were given, and in updates the update_mask: what is given as "none" is only in there, and so gets its default. Ids in
  // the place of names are names of `directory`, which may be empty; `lookup` finds people by their principal names. Fails with a usage error for a
  // value that a field cannot hold, a file that cannot be read, and an update that changes nothing; and as `lookup` does.
  absl::Status Fill(const std::string& directory, const Lookup& lookup, google::protobuf::Message* request) const;

 private:
  struct Flag {
    std::string path;
    CLI::Option* option;
    bool is_file;
    bool inverted;
  };
  void Add(CLI::App* command, const google::protobuf::Descriptor& type, const std::string& path,
           const std::string& prefix, bool required);
  void AddFlag(CLI::App* command, const google::protobuf::FieldDescriptor& field, const std::string& path,
               const std::string& prefix, bool required);
  absl::Status FillOne(const Flag& flag, const std::string& directory, const Lookup& lookup, std::string value,
                       google::protobuf::Message* request) const;
  bool CanBeNone(const google::protobuf::FieldDescriptor& field) const;
  bool IsLeftOut(const google::protobuf::FieldDescriptor& field, const std::string& path) const;
  absl::Status FillMask(google::protobuf::Message* request) const;

  std::string request_;  // The name of its message.
  std::set<std::string> taken_;
  bool is_create_;
  bool is_update_;
  std::vector<Flag> flags_;
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_FIELD_FLAGS_H_
