#include "server/authz/role_matrix.h"

#include <algorithm>

namespace hearth {
namespace {

struct Row {
  std::string_view name;
  // Password, Helpdesk, Authentication, User, Privileged Authentication, Global Administrator.
  std::array<bool, 6> may;
};

// Source: "Who can reset passwords" in Microsoft's Entra documentation of privileged roles (2024-10); the
// same 108 cells stand in the Graph documentation. In the order of TargetRow.
constexpr std::array<Row, kTargetRows> kRows = {{
    {"Authentication Administrator", {0, 0, 1, 0, 1, 1}},
    {"Directory Readers", {1, 1, 1, 1, 1, 1}},
    {"Global Administrator", {0, 0, 0, 0, 1, 1}},
    {"Groups Administrator", {0, 0, 0, 1, 1, 1}},
    {"Guest Inviter", {1, 1, 1, 1, 1, 1}},
    {"Helpdesk Administrator", {0, 1, 0, 1, 1, 1}},
    {"Message Center Reader", {0, 1, 1, 1, 1, 1}},
    {"Password Administrator", {1, 1, 1, 1, 1, 1}},
    {"Privileged Authentication Administrator", {0, 0, 0, 0, 1, 1}},
    {"Privileged Role Administrator", {0, 0, 0, 0, 1, 1}},
    {"Reports Reader", {0, 1, 1, 1, 1, 1}},
    {"No admin role", {1, 1, 1, 1, 1, 1}},
    {"No admin role (member or owner of role-assignable group)", {0, 0, 0, 0, 1, 1}},
    {"Role scoped to restricted management administrative unit", {0, 0, 0, 0, 1, 1}},
    {"User Administrator", {0, 0, 0, 1, 1, 1}},
    {"User Experience Success Manager", {0, 1, 1, 1, 1, 1}},
    {"Usage Summary Reports Reader", {0, 1, 1, 1, 1, 1}},
    {"Any other built-in or custom role", {0, 0, 0, 0, 1, 1}},
}};

constexpr std::array<v1::Role, 6> kColumns = {
    v1::ROLE_PASSWORD_ADMINISTRATOR,
    v1::ROLE_HELPDESK_ADMINISTRATOR,
    v1::ROLE_AUTHENTICATION_ADMINISTRATOR,
    v1::ROLE_USER_ADMINISTRATOR,
    v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
    v1::ROLE_GLOBAL_ADMINISTRATOR,
};

}  // namespace

TargetRow RowOf(v1::Role role) {
  switch (role) {
    case v1::ROLE_AUTHENTICATION_ADMINISTRATOR:
      return TargetRow::kAuthenticationAdministrator;
    case v1::ROLE_DIRECTORY_READERS:
      return TargetRow::kDirectoryReaders;
    case v1::ROLE_GLOBAL_ADMINISTRATOR:
      return TargetRow::kGlobalAdministrator;
    case v1::ROLE_GROUPS_ADMINISTRATOR:
      return TargetRow::kGroupsAdministrator;
    case v1::ROLE_GUEST_INVITER:
      return TargetRow::kGuestInviter;
    case v1::ROLE_HELPDESK_ADMINISTRATOR:
      return TargetRow::kHelpdeskAdministrator;
    case v1::ROLE_MESSAGE_CENTER_READER:
      return TargetRow::kMessageCenterReader;
    case v1::ROLE_PASSWORD_ADMINISTRATOR:
      return TargetRow::kPasswordAdministrator;
    case v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR:
      return TargetRow::kPrivilegedAuthenticationAdministrator;
    case v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR:
      return TargetRow::kPrivilegedRoleAdministrator;
    case v1::ROLE_REPORTS_READER:
      return TargetRow::kReportsReader;
    case v1::ROLE_USER_ADMINISTRATOR:
      return TargetRow::kUserAdministrator;
    case v1::ROLE_USER_EXPERIENCE_SUCCESS_MANAGER:
      return TargetRow::kUserExperienceSuccessManager;
    case v1::ROLE_USAGE_SUMMARY_REPORTS_READER:
      return TargetRow::kUsageSummaryReportsReader;
    default:
      return TargetRow::kAnyOtherRole;
  }
}

std::string_view RowName(TargetRow row) { return kRows[static_cast<size_t>(row)].name; }

bool MayReset(v1::Role actor, TargetRow target) {
  const auto* column = std::find(kColumns.begin(), kColumns.end(), actor);
  if (column == kColumns.end()) return false;
  return kRows[static_cast<size_t>(target)].may[static_cast<size_t>(column - kColumns.begin())];
}

bool MayResetInUnit(v1::Role actor, TargetRow target) {
  const bool reaches = actor == v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR
                           ? target != TargetRow::kGlobalAdministrator
                           : target == TargetRow::kNoAdminRole;
  return reaches && MayReset(actor, target);
}

}  // namespace hearth
