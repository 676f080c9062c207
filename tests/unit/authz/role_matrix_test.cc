// The authority matrix is the published one, cell by cell, and several roles combine as it says.
#include "server/authz/role_matrix.h"

#include <map>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "server/authz/permissions.h"
#include "tests/support/oracle.h"

namespace hearth {
namespace {

using test::PublishedMatrix;

std::vector<TargetRow> AllRows() {
  std::vector<TargetRow> rows;
  for (int row = 0; row < kTargetRows; ++row) rows.push_back(static_cast<TargetRow>(row));
  return rows;
}

std::vector<v1::Role> AllRoles() {
  std::vector<v1::Role> roles;
  for (int number = v1::Role_MIN; number <= v1::Role_MAX; ++number) {
    if (v1::Role_IsValid(number) && number != v1::ROLE_UNSPECIFIED) roles.push_back(static_cast<v1::Role>(number));
  }
  return roles;
}

std::set<std::string> PublishedActors() {
  std::set<std::string> actors;
  for (const auto& [cell, allowed] : PublishedMatrix()) actors.insert(cell.first);
  return actors;
}

TEST(RoleMatrixTest, ThePublishedTableHasSixActorsAndEighteenRows) {
  std::set<std::string> rows;
  for (const auto& [cell, allowed] : PublishedMatrix()) rows.insert(cell.second);
  EXPECT_EQ(PublishedMatrix().size(), 108u);
  EXPECT_EQ(PublishedActors().size(), 6u);
  EXPECT_EQ(rows.size(), static_cast<size_t>(kTargetRows));
}

TEST(RoleMatrixTest, EveryPublishedCellIsOurs) {
  std::map<std::string, v1::Role> roles;
  for (const v1::Role role : AllRoles()) roles[RoleDisplayName(role)] = role;
  std::map<std::string, TargetRow> rows;
  for (const TargetRow row : AllRows()) rows[std::string(RowName(row))] = row;
  for (const auto& [cell, allowed] : PublishedMatrix()) {
    ASSERT_TRUE(roles.contains(cell.first)) << cell.first;
    ASSERT_TRUE(rows.contains(cell.second)) << cell.second;
    EXPECT_EQ(MayReset(roles[cell.first], rows[cell.second]), allowed) << cell.first << " over " << cell.second;
  }
}

TEST(RoleMatrixTest, EveryCellOfOursIsPublished) {
  int allowed = 0;
  for (const v1::Role role : AllRoles()) {
    for (const TargetRow row : AllRows()) {
      const auto cell = PublishedMatrix().find({RoleDisplayName(role), std::string(RowName(row))});
      const bool published = cell != PublishedMatrix().end() && cell->second;
      EXPECT_EQ(MayReset(role, row), published) << RoleDisplayName(role) << " over " << RowName(row);
      allowed += MayReset(role, row) ? 1 : 0;
    }
  }
  EXPECT_EQ(allowed, std::count_if(PublishedMatrix().begin(), PublishedMatrix().end(),
                                   [](const auto& cell) { return cell.second; }));
}

TEST(RoleMatrixTest, RolesThatAreNoColumnReachNobody) {
  for (const v1::Role role : AllRoles()) {
    if (PublishedActors().contains(RoleDisplayName(role))) continue;
    for (const TargetRow row : AllRows())
      EXPECT_FALSE(MayReset(role, row)) << RoleDisplayName(role) << " over " << RowName(row);
  }
  EXPECT_FALSE(MayReset(v1::ROLE_UNSPECIFIED, TargetRow::kNoAdminRole));
}

TEST(RoleMatrixTest, EveryRoleHasTheRowOfItsNameOrIsAnyOther) {
  std::set<std::string> rows;
  for (const TargetRow row : AllRows()) rows.insert(std::string(RowName(row)));
  for (const v1::Role role : AllRoles()) {
    const std::string expected =
        rows.contains(RoleDisplayName(role)) ? RoleDisplayName(role) : "Any other built-in or custom role";
    EXPECT_EQ(RowName(RowOf(role)), expected) << v1::Role_Name(role);
  }
  EXPECT_EQ(RowName(RowOf(v1::ROLE_PLATFORM_OPERATOR)), "Any other built-in or custom role");
}

TEST(RoleMatrixTest, EveryRowOfTheTargetMustBeCovered) {
  const std::vector<v1::Role> helpdesk = {v1::ROLE_HELPDESK_ADMINISTRATOR};
  EXPECT_TRUE(MayReset(helpdesk, {TargetRow::kDirectoryReaders, TargetRow::kReportsReader}));
  EXPECT_FALSE(MayReset(helpdesk, {TargetRow::kDirectoryReaders, TargetRow::kGlobalAdministrator}));
  EXPECT_FALSE(MayReset(helpdesk, {TargetRow::kGlobalAdministrator, TargetRow::kDirectoryReaders}));
  EXPECT_FALSE(MayReset(helpdesk, {TargetRow::kHelpdeskAdministrator, TargetRow::kRestrictedUnitRole}));
  EXPECT_FALSE(MayReset(helpdesk, {TargetRow::kNoAdminRole, TargetRow::kRoleAssignableGroup}));
}

TEST(RoleMatrixTest, AnyRoleOfTheActorSuffices) {
  const std::vector<v1::Role> both = {v1::ROLE_GUEST_INVITER, v1::ROLE_GLOBAL_ADMINISTRATOR};
  EXPECT_TRUE(MayReset(both, {TargetRow::kGlobalAdministrator}));
  EXPECT_TRUE(MayReset(std::vector<v1::Role>(both.rbegin(), both.rend()), {TargetRow::kGlobalAdministrator}));
  EXPECT_FALSE(MayReset(std::vector<v1::Role>{}, {TargetRow::kNoAdminRole}));
}

TEST(RoleMatrixTest, TwoRolesThatCoverHalfEachCoverNobody) {
  // User Administrators reach groups administrators, authentication administrators reach their like; neither reaches both.
  const std::vector<v1::Role> user_admin = {v1::ROLE_USER_ADMINISTRATOR},
                              auth_admin = {v1::ROLE_AUTHENTICATION_ADMINISTRATOR};
  const std::vector<TargetRow> target = {TargetRow::kGroupsAdministrator, TargetRow::kAuthenticationAdministrator};
  ASSERT_TRUE(MayReset(user_admin, {target[0]}));
  ASSERT_TRUE(MayReset(auth_admin, {target[1]}));
  EXPECT_FALSE(MayReset(std::vector<v1::Role>{user_admin[0], auth_admin[0]}, target));
}

}  // namespace
}  // namespace hearth
