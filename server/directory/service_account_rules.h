// What a service account may be, and how it is shown. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/directory/service_account.h"

namespace hearth {

// The account that a request asks for in `directory`. Fails with INVALID_FIELDS for permissions that are none, unknown, or that no
// service can be given.
absl::StatusOr<ServiceAccount> NewServiceAccount(const std::string& directory,
                                                 const v1::CreateServiceAccountRequest& request);

// The account as the request wants it. Fails with INVALID_FIELDS as above, for an empty display name, and for a mask that names what
// cannot be changed.
absl::StatusOr<ServiceAccount> UpdatedServiceAccount(const ServiceAccount& account,
                                                     const v1::UpdateServiceAccountRequest& request);

v1::ServiceAccount ToProto(const ServiceAccount& account);

}  // namespace hearth
