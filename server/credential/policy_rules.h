// What a directory's password policy can be. Pure functions.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/password_policy.pb.h"

namespace hearth {

// The policy of a directory that has set none: NIST. Without name, etag and times; effective_min_length is set.
const v1::PasswordPolicy& DefaultPasswordPolicy();

// The fewest code points by the policy: NIST SP 800-63B-4, 3.1.1.2: 15, or 8 where a second factor always follows; Microsoft Entra ID: 8.
int EffectiveMinLength(const v1::PasswordPolicy& policy);

// OK when all is within the bounds that password_policy.proto states; else INVALID_FIELDS that names the field.
absl::Status CheckPasswordPolicy(const v1::PasswordPolicy& policy);

// `current` as the request wants it. A field that the mask names and the request leaves out gets its default. Fails with INVALID_FIELDS.
absl::StatusOr<v1::PasswordPolicy> UpdatedPasswordPolicy(const v1::PasswordPolicy& current,
                                                         const v1::UpdatePasswordPolicyRequest& request);

}  // namespace hearth
