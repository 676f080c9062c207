#include "server/directory/domain_store.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_DOMAIN                                                               \
  "SELECT directory_id, domain, is_primary, hearth.micros(create_time) AS create_time,"    \
  " hearth.micros(update_time) AS update_time, hearth.micros(delete_time) AS delete_time," \
  " coalesce(delete_time > now() - interval '30 days', false) AS restorable, revision"     \
  " FROM hearth.domains WHERE directory_id = $1"

constexpr Statement kFindDirectory{"domain_find_directory",
                                   "SELECT directory_id FROM hearth.domains WHERE domain = $1 AND delete_time IS NULL"};
constexpr Statement kFind{"domain_find", HEARTH_SELECT_DOMAIN " AND domain = $2"};
constexpr Statement kList{
    "domain_list", HEARTH_SELECT_DOMAIN " AND domain > $2 AND ($4 OR delete_time IS NULL) ORDER BY domain LIMIT $3"};
constexpr Statement kLock{"domain_lock",
                          "SELECT 1 FROM hearth.domains WHERE directory_id = $1 AND domain = $2"
                          " FOR NO KEY UPDATE"};
constexpr Statement kHold{"domain_hold",
                          "SELECT 1 FROM hearth.domains WHERE directory_id = $1 AND domain = $2"
                          " AND delete_time IS NULL FOR SHARE"};
constexpr Statement kInsert{"domain_insert",
                            "INSERT INTO hearth.domains (directory_id, domain, is_primary) VALUES ($1, $2, $3)"
                            " ON CONFLICT DO NOTHING"};
constexpr Statement kUnsetPrimary{"domain_unset_primary",
                                  "UPDATE hearth.domains SET is_primary = false, update_time = now(),"
                                  " revision = revision + 1 WHERE directory_id = $1 AND is_primary"};
constexpr Statement kSetPrimary{"domain_set_primary",
                                "UPDATE hearth.domains SET is_primary = true, update_time = now(),"
                                " revision = revision + 1 WHERE directory_id = $1 AND domain = $2"};
constexpr Statement kInUse{"domain_in_use",
                           "SELECT 1 FROM hearth.users WHERE directory_id = $1 AND home_directory_id = $1"
                           " AND delete_time IS NULL AND split_part(user_principal_name, '@', 2) = $2 LIMIT 1"};
constexpr Statement kMarkDeleted{"domain_delete",
                                 "UPDATE hearth.domains SET delete_time = now(), update_time = now(),"
                                 " revision = revision + 1 WHERE directory_id = $1 AND domain = $2"};
constexpr Statement kRestore{"domain_restore",
                             "UPDATE hearth.domains SET delete_time = NULL, update_time = now(),"
                             " revision = revision + 1 WHERE directory_id = $1 AND domain = $2"};
constexpr Statement kPurge{"domain_purge",
                           "DELETE FROM hearth.domains WHERE directory_id = ANY (hearth.served())"
                           " AND delete_time < now() - interval '30 days'"};

Domain DomainOf(const pqxx::row& row) {
  Domain domain;
  domain.directory = row["directory_id"].c_str();
  domain.domain = row["domain"].c_str();
  domain.primary = row["is_primary"].as<bool>();
  domain.create_time = ToTime(row["create_time"]);
  domain.update_time = ToTime(row["update_time"]);
  domain.delete_time = ToTime(row["delete_time"]);
  domain.restorable = row["restorable"].as<bool>();
  domain.revision = row["revision"].as<int64_t>();
  return domain;
}

}  // namespace

std::optional<std::string> FindDirectoryOfDomain(Tx& tx, const std::string& domain) {
  const pqxx::result rows = tx.Exec(kFindDirectory, domain);
  return rows.empty() ? std::nullopt : std::optional<std::string>(rows[0][0].c_str());
}

std::optional<Domain> FindDomain(Tx& tx, std::string_view directory, std::string_view domain) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(domain));
  return rows.empty() ? std::nullopt : std::optional(DomainOf(rows[0]));
}

bool LockDomain(Tx& tx, std::string_view directory, std::string_view domain) {
  return !tx.Exec(kLock, std::string(directory), std::string(domain)).empty();
}

bool HoldDomain(Tx& tx, std::string_view directory, const std::string& domain) {
  return !tx.Exec(kHold, std::string(directory), domain).empty();
}

std::vector<Domain> ListDomains(Tx& tx, std::string_view directory, const std::string& after, int limit,
                                bool show_deleted) {
  std::vector<Domain> domains;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit, show_deleted)) {
    domains.push_back(DomainOf(row));
  }
  return domains;
}

bool InsertDomain(Tx& tx, std::string_view directory, const std::string& domain, bool primary) {
  return tx.Exec(kInsert, std::string(directory), domain, primary).affected_rows() == 1;
}

void MakePrimary(Tx& tx, std::string_view directory, std::string_view domain) {
  tx.Exec(kUnsetPrimary, std::string(directory));
  tx.Exec(kSetPrimary, std::string(directory), std::string(domain));
}

bool DomainInUse(Tx& tx, std::string_view directory, std::string_view domain) {
  return !tx.Exec(kInUse, std::string(directory), std::string(domain)).empty();
}

void MarkDomainDeleted(Tx& tx, std::string_view directory, std::string_view domain) {
  tx.Exec(kMarkDeleted, std::string(directory), std::string(domain));
}

void RestoreDomain(Tx& tx, std::string_view directory, std::string_view domain) {
  tx.Exec(kRestore, std::string(directory), std::string(domain));
}

int PurgeDomains(Tx& tx) { return static_cast<int>(tx.Exec(kPurge).affected_rows()); }

}  // namespace hearth
