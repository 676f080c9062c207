// Permissions as requests give them: to service accounts and to custom roles.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "hearth/v1/options.pb.h"

namespace hearth {

// The permissions of a request, each once and in order. Fails with INVALID_FIELDS that names `field` for what is no permission, for platform.admin,
// and when there is none.
absl::StatusOr<std::vector<v1::Permission>> GivablePermissions(const google::protobuf::RepeatedField<int>& numbers,
                                                               const std::string& field);

}  // namespace hearth
