// The rules by which a person is added to a directory.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "hearth/v1/resources.pb.h"
#include "server/directory/user.h"

namespace hearth {

class Tx;

// What follows the @ of a principal name, in lower case.
std::string DomainOfPrincipalName(const std::string& user_principal_name);

// OK when the domain of the principal name is a live one of the directory, which it then stays until the transaction ends; else
// DOMAIN_NOT_VERIFIED.
absl::Status HoldDomainOf(Tx& tx, const std::string& directory, const std::string& user_principal_name);

// OK when this is a way to regard a person; else INVALID_FIELDS that names `field`.
absl::Status CheckUserType(v1::UserType type, const std::string& field);

// The alternate addresses that `proto` asks for, ASCII letters in lower case, each once. Fails with INVALID_FIELDS for people homed elsewhere,
// whose addresses are their home's.
absl::StatusOr<std::vector<std::string>> AlternateMails(const v1::User& proto, bool homed_here,
                                                        const std::string& field);

// The person that `proto` asks for, with id `id`, as `directory` will list them; `field` is where `proto` stands in the request. Fails with
// INVALID_FIELDS (also for a home elsewhere: such people are invited) and DOMAIN_NOT_VERIFIED.
absl::StatusOr<User> NewUser(Tx& tx, const std::string& directory, const std::string& id, const v1::User& proto,
                             const std::string& field);

}  // namespace hearth
