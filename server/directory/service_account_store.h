// All SQL about service accounts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/directory/service_account.h"
#include "server/storage/tx.h"

namespace hearth {

std::optional<ServiceAccount> FindServiceAccount(Tx& tx, std::string_view directory, std::string_view id);
// The same, and nobody else changes it before this transaction ends.
std::optional<ServiceAccount> LockServiceAccount(Tx& tx, std::string_view directory, std::string_view id);
// One page of the directory's service accounts by id, after `after`.
std::vector<ServiceAccount> ListServiceAccounts(Tx& tx, std::string_view directory, const std::string& after,
                                                int limit);

// Inserts the account without its identities; false when the id is taken, by an account or by a person.
bool InsertServiceAccount(Tx& tx, const ServiceAccount& account);
// Writes display name, permissions and whether it is disabled; the revision rises.
void UpdateServiceAccount(Tx& tx, const ServiceAccount& account);
// Makes the account's certificate identities those of `account`; false when one belongs to another service account, of any directory.
bool SetCertificateIdentities(Tx& tx, const ServiceAccount& account);
// Removes the account with its identities; false when there is none.
bool DeleteServiceAccount(Tx& tx, std::string_view directory, std::string_view id);

}  // namespace hearth
