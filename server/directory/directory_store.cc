#include "server/directory/directory_store.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_DIRECTORY                                                                              \
  "SELECT d.directory_id, d.display_name, d.help_uri, d.contact, coalesce(p.domain, '') AS primary_domain,"  \
  " hearth.micros(d.create_time) AS create_time, hearth.micros(d.update_time) AS update_time,"               \
  " hearth.micros(d.delete_time) AS delete_time, hearth.micros(d.suspend_time) AS suspend_time, d.revision," \
  " coalesce(d.delete_time > now() - interval '30 days', false) AS restorable"                               \
  " FROM hearth.directories d"                                                                               \
  " LEFT JOIN hearth.domains p ON p.directory_id = d.directory_id AND p.is_primary WHERE NOT d.purged"

constexpr Statement kFind{"directory_find", HEARTH_SELECT_DIRECTORY " AND d.directory_id = $1"};
constexpr Statement kList{
    "directory_list", HEARTH_SELECT_DIRECTORY
    " AND d.directory_id > $1 AND ($3 OR d.delete_time IS NULL) ORDER BY d.directory_id LIMIT $2"};
constexpr Statement kLock{"directory_lock",
                          "SELECT 1 FROM hearth.directories WHERE directory_id = $1 FOR NO KEY UPDATE"};
constexpr Statement kInsert{"directory_insert",
                            "INSERT INTO hearth.directories (directory_id, display_name, help_uri, contact)"
                            " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{"directory_update",
                            "UPDATE hearth.directories SET display_name = $2, help_uri = $3, contact = $4,"
                            " update_time = now(), revision = revision + 1 WHERE directory_id = $1"};
constexpr Statement kMarkDeleted{"directory_delete",
                                 "UPDATE hearth.directories SET delete_time = now(), update_time = now(),"
                                 " revision = revision + 1 WHERE directory_id = $1"};
constexpr Statement kRestore{"directory_restore",
                             "UPDATE hearth.directories SET delete_time = NULL, update_time = now(),"
                             " revision = revision + 1 WHERE directory_id = $1"};
constexpr Statement kSuspend{"directory_suspend",
                             "UPDATE hearth.directories SET suspend_time = now(), update_time = now(),"
                             " revision = revision + 1 WHERE directory_id = $1"};
constexpr Statement kResume{"directory_resume",
                            "UPDATE hearth.directories SET suspend_time = NULL, update_time = now(),"
                            " revision = revision + 1 WHERE directory_id = $1"};
constexpr Statement kAllIds{"directory_all_ids",
                            "SELECT directory_id FROM hearth.directories WHERE NOT purged ORDER BY directory_id"};
constexpr Statement kMarkPurged{"directory_mark_purged",
                                "UPDATE hearth.directories SET purged = true WHERE directory_id = $1"
                                " AND NOT purged AND delete_time < now() - interval '30 days'"};
// Roles, passwords, mailed tokens and requests for resets go with their people.
constexpr Statement kPurgeUsers{"directory_purge_users", "DELETE FROM hearth.users WHERE directory_id = $1"};
constexpr Statement kPurgeUnits{"directory_purge_units",
                                "DELETE FROM hearth.administrative_units WHERE directory_id = $1"};
constexpr Statement kPurgeGroups{"directory_purge_groups", "DELETE FROM hearth.groups WHERE directory_id = $1"};
constexpr Statement kPurgeCustomRoles{"directory_purge_custom_roles",
                                      "DELETE FROM hearth.custom_roles WHERE directory_id = $1"};
constexpr Statement kPurgeServiceAccounts{"directory_purge_service_accounts",
                                          "DELETE FROM hearth.service_accounts WHERE directory_id = $1"};
constexpr Statement kPurgeIssuers{"directory_purge_issuers",
                                  "DELETE FROM hearth.trusted_issuers WHERE directory_id = $1"};
constexpr Statement kPurgeDomains{"directory_purge_domains", "DELETE FROM hearth.domains WHERE directory_id = $1"};
constexpr Statement kPurgeRecords{"directory_purge_records", "DELETE FROM hearth.idempotency WHERE directory_id = $1"};
constexpr Statement kPurgeGuestPolicy{"directory_purge_guest_policy",
                                      "DELETE FROM hearth.guest_policies WHERE directory_id = $1"};
constexpr Statement kPurgeMails{"directory_purge_mails", "DELETE FROM hearth.mails WHERE directory_id = $1"};
constexpr Statement kPurgeMailSettings{"directory_purge_mail_settings",
                                       "DELETE FROM hearth.mail_settings WHERE directory_id = $1"};
constexpr Statement kPurgePolicies{"directory_purge_reset_policies",
                                   "DELETE FROM hearth.reset_policies WHERE directory_id = $1"};
constexpr Statement kPurgePasswordPolicy{"directory_purge_password_policy",
                                         "DELETE FROM hearth.password_policies WHERE directory_id = $1"};
constexpr Statement kPurgeIntents{"directory_purge_reset_intents",
                                  "DELETE FROM hearth.reset_intents WHERE directory_id = $1"};
constexpr Statement kPurgeReceivers{"directory_purge_event_receivers",
                                    "DELETE FROM hearth.event_receivers WHERE directory_id = $1"};
constexpr Statement kPurgeLimits{"directory_purge_reset_limits",
                                 "DELETE FROM hearth.reset_limits WHERE directory_id = $1"};
constexpr Statement kPurgeSignInPolicy{"directory_purge_sign_in_policy",
                                       "DELETE FROM hearth.sign_in_policies WHERE directory_id = $1"};
constexpr Statement kPurgeSignInCounts{"directory_purge_sign_in_counts",
                                       "DELETE FROM hearth.sign_in_counts WHERE directory_id = $1"};

Directory DirectoryOf(const pqxx::row& row) {
  Directory directory;
  directory.id = row["directory_id"].c_str();
  directory.display_name = row["display_name"].c_str();
  directory.help_uri = row["help_uri"].c_str();
  directory.contact = row["contact"].c_str();
  directory.primary_domain = row["primary_domain"].c_str();
  directory.create_time = ToTime(row["create_time"]);
  directory.update_time = ToTime(row["update_time"]);
  directory.delete_time = ToTime(row["delete_time"]);
  directory.suspend_time = ToTime(row["suspend_time"]);
  directory.restorable = row["restorable"].as<bool>();
  directory.revision = row["revision"].as<int64_t>();
  return directory;
}

}  // namespace

std::optional<Directory> FindDirectory(Tx& tx, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(id));
  return rows.empty() ? std::nullopt : std::optional(DirectoryOf(rows[0]));
}

bool LockDirectory(Tx& tx, std::string_view id) { return !tx.Exec(kLock, std::string(id)).empty(); }

std::vector<Directory> ListDirectories(Tx& tx, const std::string& after, int limit, bool show_deleted) {
  std::vector<Directory> directories;
  for (const auto& row : tx.Exec(kList, after, limit, show_deleted)) directories.push_back(DirectoryOf(row));
  return directories;
}

bool InsertDirectory(Tx& tx, const Directory& directory) {
  return tx.Exec(kInsert, directory.id, directory.display_name, directory.help_uri, directory.contact)
             .affected_rows() == 1;
}

void UpdateDirectory(Tx& tx, const Directory& directory) {
  tx.Exec(kUpdate, directory.id, directory.display_name, directory.help_uri, directory.contact);
}

void MarkDirectoryDeleted(Tx& tx, std::string_view id) { tx.Exec(kMarkDeleted, std::string(id)); }

void RestoreDirectory(Tx& tx, std::string_view id) { tx.Exec(kRestore, std::string(id)); }

void SetDirectorySuspended(Tx& tx, std::string_view id, bool suspended) {
  tx.Exec(suspended ? kSuspend : kResume, std::string(id));
}

std::vector<std::string> AllDirectoryIds(Tx& tx) {
  std::vector<std::string> ids;
  for (const auto& row : tx.Exec(kAllIds)) ids.emplace_back(row[0].c_str());
  return ids;
}

bool PurgeDirectory(Tx& tx, std::string_view id) {
  if (tx.Exec(kMarkPurged, std::string(id)).affected_rows() == 0) return false;
  for (const Statement* statement :
       {&kPurgeUsers, &kPurgeUnits, &kPurgeGroups, &kPurgeCustomRoles, &kPurgeServiceAccounts, &kPurgeIssuers,
        &kPurgeDomains, &kPurgeRecords, &kPurgeGuestPolicy, &kPurgeMails, &kPurgeMailSettings, &kPurgePolicies,
        &kPurgeIntents, &kPurgeLimits, &kPurgePasswordPolicy, &kPurgeSignInPolicy, &kPurgeSignInCounts,
        &kPurgeReceivers}) {
    tx.Exec(*statement, std::string(id));
  }
  return true;
}

}  // namespace hearth
