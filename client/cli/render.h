// Responses as tables.
#ifndef HEARTH_CLIENT_CLI_RENDER_H_
#define HEARTH_CLIENT_CLI_RENDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace hearth::cli {

// One response: a line a field, named as in the contract. A response that only wraps a resource is shown as
// the resource.
std::string Details(const google::protobuf::Message& response);

// Columns for a list of resources of this type, and the cells of one of them.
std::vector<std::string> Headings(const google::protobuf::Descriptor& resource);
std::vector<std::string> Cells(const google::protobuf::Message& resource);

// Protobuf's JSON with the field names of the contract. Plain fields are there also when they are false, 0 or empty, so that a program need not know
// which are; messages and alternatives only when they are set.
absl::StatusOr<std::string> Json(const google::protobuf::Message& message);
// The same as one line, which ends in a line feed.
absl::StatusOr<std::string> JsonLine(const google::protobuf::Message& message);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_RENDER_H_
