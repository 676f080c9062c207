#include "server/trail/audit_policy_store.h"

#include <string>

#include "server/storage/tx.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_AUDIT_POLICY                                                            \
  "SELECT retention, personal_retention, hearth.micros(update_time) AS update_time, revision" \
  " FROM hearth.audit_policies WHERE directory_id = $1"
constexpr Statement kFind{"audit_policy_find", HEARTH_SELECT_AUDIT_POLICY};
constexpr Statement kLock{"audit_policy_lock", HEARTH_SELECT_AUDIT_POLICY " FOR UPDATE"};
// Two first ones at once: the second violates the key, runs again, and finds the first.
constexpr Statement kInsert{"audit_policy_insert",
                            "INSERT INTO hearth.audit_policies (directory_id, retention, personal_retention)"
                            " VALUES ($1, $2, $3)"};
constexpr Statement kUpdate{"audit_policy_update",
                            "UPDATE hearth.audit_policies SET retention = $2, personal_retention = $3,"
                            " update_time = now(), revision = revision + 1 WHERE directory_id = $1"};

}  // namespace

AuditPolicy FindAuditPolicy(Tx& tx, std::string_view directory, bool lock) {
  const pqxx::result rows = tx.Exec(lock ? kLock : kFind, std::string(directory));
  if (rows.empty()) return {};
  return {.retention = absl::Seconds(rows[0]["retention"].as<int64_t>()),
          .personal_retention = absl::Seconds(rows[0]["personal_retention"].as<int64_t>()),
          .update_time = ToTime(rows[0]["update_time"]),
          .revision = rows[0]["revision"].as<int64_t>()};
}

void WriteAuditPolicy(Tx& tx, std::string_view directory, const AuditPolicy& policy) {
  const int64_t retention = absl::ToInt64Seconds(policy.retention);
  const int64_t personal = absl::ToInt64Seconds(policy.personal_retention);
  if (tx.Exec(kUpdate, std::string(directory), retention, personal).affected_rows() == 1) return;
  tx.Exec(kInsert, std::string(directory), retention, personal);
}

}  // namespace hearth
