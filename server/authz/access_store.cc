#include "server/authz/access_store.h"

#include "absl/strings/str_split.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/text.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr Statement kCallers{"access_callers",
                             "SELECT ord, directory_id, coalesce(subject, '') AS subject, external, issuer_revision, "
                             "kind, active, user_principal_name, roles, permissions"
                             " FROM hearth.caller_access($1::text[], $2::text[], $3::text[], $4::text[])"};
constexpr Statement kCertificates{
    "access_certificates",
    "SELECT identity, directory_id, service_account_id, 'service' AS kind, active, '' AS roles, permissions"
    " FROM hearth.certificate_callers($1::text[])"};
constexpr Statement kReadOne{"access_read_one",
                             "SELECT kind, active, roles, permissions FROM hearth.read_caller($1, $2)"};
constexpr Statement kLock{"access_lock", "SELECT kind, active, roles, permissions FROM hearth.lock_caller($1, $2)"};

void ReadInto(const pqxx::row& row, Access& access) {
  access.kind = std::string_view(row["kind"].c_str()) == "person" ? PrincipalKind::kPerson : PrincipalKind::kService;
  access.active = row["active"].as<bool>();
  access.roles = ParseHeldRoles(row["roles"].c_str());
  for (const HeldRole& role : access.roles) {
    (role.unit.empty() ? access.permissions : access.unit_permissions).Add(role.permissions);
  }
  for (const absl::string_view name : absl::StrSplit(row["permissions"].c_str(), ',', absl::SkipEmpty())) {
    if (const auto permission = PermissionFromName(ToStd(name))) access.permissions.Add(*permission);
  }
}

Access AccessBy(const Statement& statement, Tx& tx, const Principal& principal) {
  Access access;
  const pqxx::result rows = tx.Exec(statement, principal.directory, principal.subject);
  if (!rows.empty()) ReadInto(rows[0], access);
  return access;
}

}  // namespace

std::vector<std::optional<CallerRow>> ReadCallers(Tx& tx, const std::vector<CallerKey>& keys) {
  std::vector<std::string> directories, issuers, subjects, others;
  for (const CallerKey& key : keys) {
    directories.push_back(key.directory);
    others.push_back(TextArray(key.other_audiences));
    issuers.push_back(key.issuer);
    subjects.push_back(key.subject);
  }
  std::vector<std::optional<CallerRow>> callers(keys.size());
  for (const auto& row :
       tx.Exec(kCallers, TextArray(directories), TextArray(issuers), TextArray(subjects), TextArray(others))) {
    CallerRow& caller = callers[row["ord"].as<size_t>() - 1].emplace();
    caller.directory = row["directory_id"].c_str();
    caller.subject = row["subject"].c_str();
    caller.external = row["external"].as<bool>();
    caller.issuer_revision = row["issuer_revision"].as<int64_t>();
    ReadInto(row, caller.access);
    caller.access.user_principal_name = row["user_principal_name"].c_str();
  }
  return callers;
}

std::map<std::string, CertificateCaller> ReadCertificateCallers(Tx& tx, const std::vector<std::string>& identities) {
  std::map<std::string, CertificateCaller> callers;
  for (const auto& row : tx.Exec(kCertificates, TextArray(identities))) {
    CertificateCaller& caller = callers[row["identity"].c_str()];
    caller.principal = {row["directory_id"].c_str(), row["service_account_id"].c_str()};
    ReadInto(row, caller.access);
  }
  return callers;
}

Access LockAccess(Tx& tx, const Principal& principal) { return AccessBy(kLock, tx, principal); }

absl::Status CheckAccessAgain(Tx& tx, const Call& call, bool self, Access& access) {
  const bool outsider = call.outsider.has_value() && call.policy->access() == v1::ACCESS_INVITEE;
  access = outsider ? call.access : LockAccess(tx, call.principal);
  if (!access.active) return Refuse(v1::ERROR_REASON_CALLER_NOT_ACTIVE);
  if (!call.through.empty() && !LockAccess(tx, {call.principal.directory, call.through}).active) {
    return Refuse(v1::ERROR_REASON_CALLER_NOT_ACTIVE);
  }
  // Nobody outside the platform directory can be given the permission; this holds if somebody were.
  if (call.policy->access() == v1::ACCESS_PLATFORM && call.principal.directory != kPlatformDirectory) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(call.policy->permission())}});
  }
  return CheckPermission(*call.policy, access, self);
}

absl::Status CheckAccessStill(Tx& tx, const Call& call) {
  const Access access = AccessBy(kReadOne, tx, call.principal);
  if (!access.active) return Refuse(v1::ERROR_REASON_CALLER_NOT_ACTIVE);
  if (!call.through.empty() && !AccessBy(kReadOne, tx, {call.principal.directory, call.through}).active) {
    return Refuse(v1::ERROR_REASON_CALLER_NOT_ACTIVE);
  }
  return CheckPermission(*call.policy, access, /*self=*/false);
}

absl::Status CheckPermission(const v1::MethodPolicy& policy, const Access& access, bool self) {
  const bool person = access.kind == PrincipalKind::kPerson;
  if (policy.access() == v1::ACCESS_AUTHENTICATED) return absl::OkStatus();
  if (policy.access() == v1::ACCESS_INVITEE) {
    return person ? absl::OkStatus()
                  : Refuse(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED);  // A service is nobody's guest.
  }
  if (policy.access() == v1::ACCESS_PERMISSION_OR_POLICY && person)
    return absl::OkStatus();  // The desk asks the policy.
  if (policy.access() == v1::ACCESS_PERMISSION_OR_SELF && self) return absl::OkStatus();
  if (access.permissions.Has(policy.permission())) return absl::OkStatus();
  if (policy.unit_scoped() && access.unit_permissions.Has(policy.permission())) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(policy.permission())}});
}

}  // namespace hearth
