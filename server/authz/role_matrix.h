// The authority matrix: who may reset whom, by the roles both hold.
#pragma once

#include <array>
#include <string_view>

#include "hearth/v1/role.pb.h"

namespace hearth {

// What a target may be to the matrix: the rows.
enum class TargetRow {
  kAuthenticationAdministrator,
  kDirectoryReaders,
  kGlobalAdministrator,
  kGroupsAdministrator,
  kGuestInviter,
  kHelpdeskAdministrator,
  kMessageCenterReader,
  kPasswordAdministrator,
  kPrivilegedAuthenticationAdministrator,
  kPrivilegedRoleAdministrator,
  kReportsReader,
  kNoAdminRole,
  kRoleAssignableGroup,  // No administrator role, but member or owner of a role-assignable group.
  kRestrictedUnitRole,   // Holds a role that is scoped to a restricted management administrative unit.
  kUserAdministrator,
  kUserExperienceSuccessManager,
  kUsageSummaryReportsReader,
  kAnyOtherRole,
};
inline constexpr int kTargetRows = 18;

// The row that a role puts its holder in.
TargetRow RowOf(v1::Role role);

// The name of the row in the published table: "Helpdesk Administrator", "No admin role", ….
std::string_view RowName(TargetRow row);

// One cell: whether a holder of `actor` may reset somebody in `target`. False for actors that are no column.
bool MayReset(v1::Role actor, TargetRow target);

// The same for a holder of `actor` on an administrative unit: people without administrator roles only, but a Privileged Authentication
// Administrator everybody except Global Administrators. Microsoft's page on administrative units, as its general note reads.
bool MayResetInUnit(v1::Role actor, TargetRow target);

}  // namespace hearth
