#include "server/authz/home_rule.h"

#include <algorithm>

#include "server/base/error.h"
#include "server/base/resource_name.h"

namespace hearth {
namespace {

ResetDecision Refused(v1::ErrorReason reason, v1::ResetRule rule) {
  return {.allowed = false, .reason = reason, .rule = rule};
}

v1::ErrorReason HomeReason(const Target& target) {
  if (target.home.kind == v1::Home::KIND_EXTERNAL_ISSUER) return v1::ERROR_REASON_HOME_OUTSIDE_HEARTH;
  const bool here = target.home.kind == v1::Home::KIND_THIS_DIRECTORY && target.home.directory == target.directory;
  return here ? v1::ERROR_REASON_UNSPECIFIED : v1::ERROR_REASON_NOT_HOME_DIRECTORY;
}

// What a target counts as in the authority matrix, and the role that makes it so.
struct Standing {
  TargetRow row;
  const HeldRole* role;  // Null for rows without a role.
};

std::vector<Standing> StandingsOf(const Target& target) {
  std::vector<Standing> standings;
  for (const HeldRole& role : target.roles) {
    standings.push_back({role.unit_restricted ? TargetRow::kRestrictedUnitRole : RowOf(role.role), &role});
  }
  if (target.privileged_group) standings.push_back({TargetRow::kRoleAssignableGroup, nullptr});
  if (standings.empty()) standings.push_back({TargetRow::kNoAdminRole, nullptr});
  return standings;
}

// What of the actor grants the permission, anywhere. A service holds its permissions without a role.
std::vector<HeldRole> RolesThatGrant(v1::Permission permission, const Access& access) {
  std::vector<HeldRole> roles;
  if (access.kind == PrincipalKind::kService) {
    roles.emplace_back().permissions = access.permissions;
  } else {
    roles = access.roles;
  }
  std::erase_if(roles, [&](const HeldRole& role) { return !role.permissions.Has(permission); });
  return roles;
}

// Into a restricted unit reach roles on it and no others; else roles of the whole directory, and those on a unit of the target.
bool Reaches(const HeldRole& role, const Target& target) {
  const bool fenced =
      std::any_of(target.units.begin(), target.units.end(), [](const auto& unit) { return unit.restricted; });
  if (role.unit.empty()) return !fenced;
  return std::any_of(target.units.begin(), target.units.end(),
                     [&](const auto& unit) { return unit.unit == role.unit && (unit.restricted || !fenced); });
}

// What has no column in the matrix covers people without administrator roles.
bool Covers(const HeldRole& role, const Standing& standing) {
  if (role.role == v1::ROLE_UNSPECIFIED) return standing.row == TargetRow::kNoAdminRole;
  return role.unit.empty() ? MayReset(role.role, standing.row) : MayResetInUnit(role.role, standing.row);
}

ResetDecision RefusedByUnits(const Target& target) {
  const auto fence =
      std::find_if(target.units.begin(), target.units.end(), [](const auto& unit) { return unit.restricted; });
  if (fence == target.units.end()) {
    return Refused(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT, v1::RESET_RULE_UNIT_SCOPE);
  }
  ResetDecision decision = Refused(v1::ERROR_REASON_TARGET_UNIT_RESTRICTED, v1::RESET_RULE_RESTRICTED_UNIT);
  decision.restricting_unit = fence->unit;
  return decision;
}

// Names what no role covers, or else the first that the actor's roles do not cover together with the others.
ResetDecision RefusedByMatrix(const std::vector<HeldRole>& roles, const std::vector<Standing>& standings) {
  const auto covered = [&](const Standing& standing) {
    return std::any_of(roles.begin(), roles.end(), [&](const HeldRole& role) { return Covers(role, standing); });
  };
  const auto uncovered = std::find_if_not(standings.begin(), standings.end(), covered);
  const Standing& blocking = uncovered == standings.end() ? standings.front() : *uncovered;
  ResetDecision decision = Refused(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, v1::RESET_RULE_AUTHORITY_MATRIX);
  if (blocking.role != nullptr) decision.blocking_role = blocking.role->role;
  decision.blocking_standing =
      blocking.role == nullptr ? std::string(RowName(blocking.row)) : blocking.role->DisplayName();
  return decision;
}

ResetDecision DecideAuthority(const Principal& actor, const Access& access, const Target& target,
                              v1::Permission permission) {
  if (actor.directory == target.directory && actor.subject == target.user) {
    return Refused(v1::ERROR_REASON_OWN_ACCOUNT, v1::RESET_RULE_OWN_ACCOUNT);
  }
  std::vector<HeldRole> roles = RolesThatGrant(permission, access);
  const bool holds_some = !roles.empty();
  std::erase_if(roles, [&](const HeldRole& role) { return !Reaches(role, target); });
  if (holds_some && roles.empty()) return RefusedByUnits(target);
  const std::vector<Standing> standings = StandingsOf(target);
  const bool covered = std::any_of(roles.begin(), roles.end(), [&](const HeldRole& role) {
    return std::all_of(standings.begin(), standings.end(), [&](const Standing& s) { return Covers(role, s); });
  });
  if (covered) return {.allowed = true};
  return RefusedByMatrix(roles, standings);
}

}  // namespace

ResetDecision DecideReset(const Principal& actor, const Access& access, const Target& target,
                          v1::Permission permission) {
  const v1::ErrorReason home = HomeReason(target);
  if (home != v1::ERROR_REASON_UNSPECIFIED) return Refused(home, v1::RESET_RULE_HOME);
  if (actor.directory != target.directory) return Refused(v1::ERROR_REASON_FOREIGN_DIRECTORY, v1::RESET_RULE_HOME);
  return DecideAuthority(actor, access, target, permission);
}

ResetDecision DecideSensitive(const Principal& actor, const Access& access, const Target& target,
                              v1::Permission permission) {
  if (actor.directory != target.directory) return Refused(v1::ERROR_REASON_FOREIGN_DIRECTORY, v1::RESET_RULE_HOME);
  return DecideAuthority(actor, access, target, permission);
}

absl::Status CheckHome(const Target& target) {
  const v1::ErrorReason reason = HomeReason(target);
  if (reason == v1::ERROR_REASON_UNSPECIFIED) return absl::OkStatus();
  return ToStatus(Refused(reason, v1::RESET_RULE_HOME), target);
}

absl::Status ToStatus(const ResetDecision& decision, const Target& target) {
  if (decision.allowed) return absl::OkStatus();
  ErrorMetadata metadata;
  switch (decision.reason) {
    case v1::ERROR_REASON_NOT_HOME_DIRECTORY:
      metadata["home_domain"] = target.home.domain;
      break;
    case v1::ERROR_REASON_HOME_OUTSIDE_HEARTH:
      metadata["issuer"] = target.home.issuer;
      break;
    case v1::ERROR_REASON_TARGET_UNIT_RESTRICTED:
      metadata["unit"] = AdministrativeUnitName(target.directory, decision.restricting_unit);
      break;
    case v1::ERROR_REASON_TARGET_ROLE_PROTECTED:
      metadata["target_role"] = decision.blocking_standing;
      break;
    case v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT:
      break;
    default:
      return Refuse(decision.reason);
  }
  if (!target.home.contact.empty()) metadata["home_contact"] = target.home.contact;
  absl::Status status = Refuse(decision.reason, metadata);
  AddHelpLink(status, "Password help of the home directory", target.home.help_uri);
  return status;
}

}  // namespace hearth
