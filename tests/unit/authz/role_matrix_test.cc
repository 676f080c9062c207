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

TEST(RoleMatrixTest, OnAUnitOnlyPeopleWithoutRolesAreReached) {
  for (const v1::Role role : AllRoles()) {
    for (const TargetRow row : AllRows()) {
      const bool expected = role == v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR
                                ? row != TargetRow::kGlobalAdministrator
                                : row == TargetRow::kNoAdminRole && MayReset(role, row);
      EXPECT_EQ(MayResetInUnit(role, row), expected) << RoleDisplayName(role) << " over " << RowName(row);
    }
  }
}

}  // namespace
}  // namespace hearth
