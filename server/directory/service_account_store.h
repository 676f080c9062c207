// All SQL about service accounts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/options.pb.h"
#include "server/storage/tx.h"

namespace hearth {

// A backend service as a caller of one directory: one row of hearth.service_accounts.
struct ServiceAccount {
  std::string directory;
  std::string id;
  std::string display_name;
  std::vector<v1::Permission> permissions;
  absl::Time create_time;
};

std::optional<ServiceAccount> FindServiceAccount(Tx& tx, std::string_view directory, std::string_view id);
// One page of the directory's service accounts by id, after `after`.
std::vector<ServiceAccount> ListServiceAccounts(Tx& tx, std::string_view directory, const std::string& after,
                                                int limit);

// Inserts the account; false when the id is taken, by an account or by a person.
bool InsertServiceAccount(Tx& tx, const ServiceAccount& account);
// Removes the account; false when there is none.
bool DeleteServiceAccount(Tx& tx, std::string_view directory, std::string_view id);

}  // namespace hearth
