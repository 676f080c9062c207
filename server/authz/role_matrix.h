// The authority matrix: who may reset whom, by the roles both hold.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
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

// Whether some single role of the actor covers every row of the target. Microsoft's table is read so: each
// role gives authority over those whose every role it covers, and an actor has the authority of each of their
// roles.
bool MayReset(absl::Span<const v1::Role> actor, absl::Span<const TargetRow> target);

}  // namespace hearth
