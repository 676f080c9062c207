// What the flags of fields are called, and what their help says.
#ifndef HEARTH_CLIENT_CLI_FLAG_TEXTS_H_
#define HEARTH_CLIENT_CLI_FLAG_TEXTS_H_

#include <string>

namespace hearth::cli {

struct FlagText {
  std::string names;      // Without --, with commas between.
  std::string help;       // May be empty.
  bool is_file = false;   // The value is the content of a file.
  bool inverted = false;  // The flag says that the field is false.
};

// For the field at this path, which begins with the name of the request: "ListUsersRequest.filter". A field without an entry is called as in the contract.
FlagText FlagTextOf(const std::string& path);

// What the flags of the fields in a message field of this name begin with: "home-"; nothing for the thing
// that a command is about.
std::string GroupPrefix(const std::string& field);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_FLAG_TEXTS_H_
