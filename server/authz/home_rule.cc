#include "server/authz/home_rule.h"

#include <algorithm>

#include "server/base/error.h"

namespace hearth {
namespace {

ResetDecision Refused(v1::ErrorReason reason, v1::ResetRule rule, v1::Role blocking_role = v1::ROLE_UNSPECIFIED) {
  return {.allowed = false, .reason = reason, .rule = rule, .blocking_role = blocking_role};
}

v1::ErrorReason HomeReason(const Target& target) {
  if (target.home.kind == v1::Home::KIND_EXTERNAL_ISSUER) return v1::ERROR_REASON_HOME_OUTSIDE_HEARTH;
  const bool here = target.home.kind == v1::Home::KIND_THIS_DIRECTORY && target.home.directory == target.directory;
  return here ? v1::ERROR_REASON_UNSPECIFIED : v1::ERROR_REASON_NOT_HOME_DIRECTORY;
}

std::vector<TargetRow> RowsOf(const Target& target) {
  std::vector<TargetRow> rows;
  for (const v1::Role role : target.roles) rows.push_back(RowOf(role));
  if (rows.empty()) rows.push_back(TargetRow::kNoAdminRole);
  return rows;
}

// A role of the target that no role of the actor covers, or else the first that the actor's first role does
// not cover.
v1::Role BlockingRole(const Access& access, const Target& target) {
  const auto covered = [&](v1::Role role) {
    return std::any_of(access.roles.begin(), access.roles.end(), [&](v1::Role a) { return MayReset(a, RowOf(role)); });
  };
  const auto blocking = std::find_if_not(target.roles.begin(), target.roles.end(), covered);
  if (blocking != target.roles.end()) return *blocking;
  return target.roles.empty() ? v1::ROLE_UNSPECIFIED : target.roles.front();
}

ResetDecision DecideAuthority(const Principal& actor, const Access& access, const Target& target) {
  if (actor.directory == target.directory && actor.subject == target.user) {
    return Refused(v1::ERROR_REASON_OWN_ACCOUNT, v1::RESET_RULE_OWN_ACCOUNT);
  }
  const bool covered =
      access.kind == PrincipalKind::kService ? target.roles.empty() : MayReset(access.roles, RowsOf(target));
  if (!covered) {
    return Refused(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, v1::RESET_RULE_AUTHORITY_MATRIX,
                   BlockingRole(access, target));
  }
  return {.allowed = true};
}

}  // namespace

ResetDecision DecideReset(const Principal& actor, const Access& access, const Target& target) {
  const v1::ErrorReason home = HomeReason(target);
  if (home != v1::ERROR_REASON_UNSPECIFIED) return Refused(home, v1::RESET_RULE_HOME);
  if (actor.directory != target.directory) return Refused(v1::ERROR_REASON_FOREIGN_DIRECTORY, v1::RESET_RULE_HOME);
  return DecideAuthority(actor, access, target);
}

ResetDecision DecideSensitive(const Principal& actor, const Access& access, const Target& target) {
  if (actor.directory != target.directory) return Refused(v1::ERROR_REASON_FOREIGN_DIRECTORY, v1::RESET_RULE_HOME);
  return DecideAuthority(actor, access, target);
}

absl::Status CheckHome(const Target& target) {
  const v1::ErrorReason reason = HomeReason(target);
  if (reason == v1::ERROR_REASON_UNSPECIFIED) return absl::OkStatus();
  return ToStatus(Refused(reason, v1::RESET_RULE_HOME), target);
}

absl::Status ToStatus(const ResetDecision& decision, const Target& target) {
  if (decision.allowed) return absl::OkStatus();
  switch (decision.reason) {
    case v1::ERROR_REASON_NOT_HOME_DIRECTORY: {
      absl::Status status = Refuse(decision.reason, {{"home_domain", target.home.domain}});
      AddHelpLink(status, "Password help of the home directory", target.home.help_uri);
      return status;
    }
    case v1::ERROR_REASON_HOME_OUTSIDE_HEARTH:
      return Refuse(decision.reason, {{"issuer", target.home.issuer}});
    case v1::ERROR_REASON_TARGET_ROLE_PROTECTED:
      return Refuse(decision.reason, {{"target_role", decision.blocking_role == v1::ROLE_UNSPECIFIED
                                                          ? std::string(RowName(TargetRow::kNoAdminRole))
                                                          : RoleDisplayName(decision.blocking_role)}});
    default:
      return Refuse(decision.reason);
  }
}

}  // namespace hearth
