// Enum values as people write them: member, helpdesk_administrator, users.read.
#ifndef HEARTH_CLIENT_CLI_ENUMS_H_
#define HEARTH_CLIENT_CLI_ENUMS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace hearth::cli {

// Lower case without the enum's prefix; permissions with their dot, error reasons in capitals. Empty for the zero value.
std::string EnumText(const google::protobuf::EnumValueDescriptor& value);

// The value that `text` means; case, spaces, hyphens, dots and the prefix do not matter: "Helpdesk
// Administrator", helpdesk-administrator and ROLE_HELPDESK_ADMINISTRATOR are one. The zero value is refused.
absl::StatusOr<int> ParseEnum(const google::protobuf::EnumDescriptor& type, const std::string& text);

// All values but zero, as EnumText, for people to choose from: without platform.admin, which no server gives to anybody.
std::vector<std::string> EnumTexts(const google::protobuf::EnumDescriptor& type);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_ENUMS_H_
