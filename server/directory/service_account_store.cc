#include "server/directory/service_account_store.h"

#include "absl/strings/str_split.h"
#include "server/authz/permissions.h"
#include "server/base/text.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_SERVICE_ACCOUNT                                                                        \
  "SELECT directory_id, service_account_id, display_name, array_to_string(permissions, ',') AS permissions," \
  " hearth.micros(create_time) AS create_time FROM hearth.service_accounts WHERE directory_id = $1"

constexpr Statement kFind{"service_account_find", HEARTH_SELECT_SERVICE_ACCOUNT " AND service_account_id = $2"};
constexpr Statement kList{"service_account_list", HEARTH_SELECT_SERVICE_ACCOUNT
                          " AND service_account_id > $2 ORDER BY service_account_id LIMIT $3"};
constexpr Statement kInsert{
    "service_account_insert",
    "INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
    " SELECT $1::text, $2::text, $3::text, $4::text[] WHERE hearth.claim_subject($1::text, $2::text)"
    " ON CONFLICT DO NOTHING"};
constexpr Statement kDelete{"service_account_delete",
                            "DELETE FROM hearth.service_accounts WHERE directory_id = $1 AND service_account_id = $2"};

ServiceAccount ServiceAccountOf(const pqxx::row& row) {
  ServiceAccount account;
  account.directory = row["directory_id"].c_str();
  account.id = row["service_account_id"].c_str();
  account.display_name = row["display_name"].c_str();
  for (const absl::string_view name : absl::StrSplit(row["permissions"].c_str(), ',', absl::SkipEmpty())) {
    if (const auto permission = PermissionFromName(ToStd(name))) account.permissions.push_back(*permission);
  }
  account.create_time = ToTime(row["create_time"]);
  return account;
}

}  // namespace

std::optional<ServiceAccount> FindServiceAccount(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(ServiceAccountOf(rows[0]));
}

std::vector<ServiceAccount> ListServiceAccounts(Tx& tx, std::string_view directory, const std::string& after,
                                                int limit) {
  std::vector<ServiceAccount> accounts;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit)) {
    accounts.push_back(ServiceAccountOf(row));
  }
  return accounts;
}

bool InsertServiceAccount(Tx& tx, const ServiceAccount& account) {
  std::vector<std::string> permissions;
  for (const v1::Permission permission : account.permissions) permissions.push_back(PermissionName(permission));
  return tx.Exec(kInsert, account.directory, account.id, account.display_name, TextArray(permissions))
             .affected_rows() == 1;
}

bool DeleteServiceAccount(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kDelete, std::string(directory), std::string(id)).affected_rows() == 1;
}

}  // namespace hearth
