#include "server/directory/service_account_store.h"

#include "absl/strings/str_split.h"
#include "server/authz/permissions.h"
#include "server/base/text.h"

namespace hearth {
namespace {

// Neither permissions nor identities have a comma.
#define HEARTH_SELECT_SERVICE_ACCOUNT                                                                                \
  "SELECT s.directory_id, s.service_account_id, s.display_name, array_to_string(s.permissions, ',') AS permissions," \
  " array_to_string(ARRAY(SELECT c.identity FROM hearth.certificate_identities c WHERE c.directory_id = "            \
  "s.directory_id"                                                                                                   \
  " AND c.service_account_id = s.service_account_id ORDER BY c.identity COLLATE \"C\"), ',') AS identities, "        \
  "s.disabled,"                                                                                                      \
  " s.revision, hearth.micros(s.create_time) AS create_time, hearth.micros(s.update_time) AS update_time"            \
  " FROM hearth.service_accounts s WHERE s.directory_id = $1"

constexpr Statement kFind{"service_account_find", HEARTH_SELECT_SERVICE_ACCOUNT " AND s.service_account_id = $2"};
constexpr Statement kLock{"service_account_lock",
                          HEARTH_SELECT_SERVICE_ACCOUNT " AND s.service_account_id = $2 FOR NO KEY UPDATE OF s"};
constexpr Statement kList{"service_account_list", HEARTH_SELECT_SERVICE_ACCOUNT
                          " AND s.service_account_id > $2 ORDER BY s.service_account_id LIMIT $3"};
constexpr Statement kInsert{
    "service_account_insert",
    "INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
    " SELECT $1::text, $2::text, $3::text, $4::text[] WHERE hearth.claim_subject($1::text, $2::text)"
    " ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{"service_account_update",
                            "UPDATE hearth.service_accounts SET display_name = $3, permissions = $4::text[],"
                            " disabled = $5, update_time = now(), revision = revision + 1"
                            " WHERE directory_id = $1 AND service_account_id = $2"};
constexpr Statement kDropIdentities{"service_account_drop_identities",
                                    "DELETE FROM hearth.certificate_identities WHERE directory_id = $1"
                                    " AND service_account_id = $2 AND NOT identity = ANY ($3::text[])"};
constexpr Statement kAddIdentities{
    "service_account_add_identities",
    "INSERT INTO hearth.certificate_identities (directory_id, service_account_id, identity)"
    " SELECT $1::text, $2::text, i FROM unnest($3::text[]) i ON CONFLICT DO NOTHING"};
constexpr Statement kCountIdentities{
    "service_account_count_identities",
    "SELECT count(*) FROM hearth.certificate_identities WHERE directory_id = $1 AND service_account_id = $2"};
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
  for (const absl::string_view identity : absl::StrSplit(row["identities"].c_str(), ',', absl::SkipEmpty())) {
    account.identities.emplace_back(identity);
  }
  account.disabled = row["disabled"].as<bool>();
  account.revision = row["revision"].as<int64_t>();
  account.create_time = ToTime(row["create_time"]);
  account.update_time = ToTime(row["update_time"]);
  return account;
}

std::optional<ServiceAccount> FindBy(Tx& tx, const Statement& statement, std::string_view directory,
                                     std::string_view id) {
  const pqxx::result rows = tx.Exec(statement, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(ServiceAccountOf(rows[0]));
}

std::string PermissionArray(const ServiceAccount& account) {
  std::vector<std::string> permissions;
  for (const v1::Permission permission : account.permissions) permissions.push_back(PermissionName(permission));
  return TextArray(permissions);
}

}  // namespace

std::optional<ServiceAccount> FindServiceAccount(Tx& tx, std::string_view directory, std::string_view id) {
  return FindBy(tx, kFind, directory, id);
}

std::optional<ServiceAccount> LockServiceAccount(Tx& tx, std::string_view directory, std::string_view id) {
  return FindBy(tx, kLock, directory, id);
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
  return tx.Exec(kInsert, account.directory, account.id, account.display_name, PermissionArray(account))
             .affected_rows() == 1;
}

void UpdateServiceAccount(Tx& tx, const ServiceAccount& account) {
  tx.Exec(kUpdate, account.directory, account.id, account.display_name, PermissionArray(account), account.disabled);
}

bool SetCertificateIdentities(Tx& tx, const ServiceAccount& account) {
  const std::string identities = TextArray(account.identities);
  tx.Exec(kDropIdentities, account.directory, account.id, identities);
  tx.Exec(kAddIdentities, account.directory, account.id, identities);
  return tx.Exec(kCountIdentities, account.directory, account.id)[0][0].as<size_t>() == account.identities.size();
}

bool DeleteServiceAccount(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kDelete, std::string(directory), std::string(id)).affected_rows() == 1;
}

}  // namespace hearth
