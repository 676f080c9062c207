// How roles and units leave the database.
#include "server/authz/held_role.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

TEST(HeldRoleTest, ReadsRolesOfTheDirectoryAndOfUnits) {
  const auto roles = ParseHeldRoles("global_administrator,helpdesk_administrator@north,user_administrator@!board");
  ASSERT_EQ(roles.size(), 3u);
  EXPECT_EQ(roles[0].role, v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_EQ(roles[0].unit, "");
  EXPECT_TRUE(roles[0].permissions.Has(v1::PERMISSION_ROLES_ASSIGN));
  EXPECT_EQ(roles[1].role, v1::ROLE_HELPDESK_ADMINISTRATOR);
  EXPECT_EQ(roles[1].unit, "north");
  EXPECT_FALSE(roles[1].unit_restricted);
  EXPECT_TRUE(roles[1].permissions.Has(v1::PERMISSION_RESETS_PERFORM));
  EXPECT_EQ(roles[2].unit, "board");
  EXPECT_TRUE(roles[2].unit_restricted);
  EXPECT_TRUE(ParseHeldRoles("").empty());
}

TEST(HeldRoleTest, ReadsRolesThatDirectoriesDefine) {
  const auto roles =
      ParseHeldRoles("custom.auditor=users.read+permission.of_tomorrow,custom.empty=,custom.x=users.write@!board");
  ASSERT_EQ(roles.size(), 3u);
  EXPECT_EQ(roles[0].id, "custom.auditor");
  EXPECT_TRUE(roles[0].IsCustom());
  EXPECT_EQ(roles[0].role, v1::ROLE_UNSPECIFIED);
  EXPECT_EQ(roles[0].DisplayName(), "custom role auditor");
  EXPECT_TRUE(roles[0].permissions.Has(v1::PERMISSION_USERS_READ));
  EXPECT_FALSE(roles[0].permissions.Has(v1::PERMISSION_USERS_WRITE));
  EXPECT_FALSE(roles[1].permissions.Has(v1::PERMISSION_USERS_READ));
  EXPECT_EQ(roles[2].unit, "board");
  EXPECT_TRUE(roles[2].unit_restricted);
  EXPECT_TRUE(roles[2].permissions.Has(v1::PERMISSION_USERS_WRITE));
}

TEST(HeldRoleTest, ARoleOfANewerVersionIsKeptAndGrantsNothing) {
  for (const char* text : {"role_of_tomorrow", "role_of_tomorrow@north"}) {
    const auto roles = ParseHeldRoles(text);
    ASSERT_EQ(roles.size(), 1u);
    EXPECT_EQ(roles[0].role, v1::ROLE_UNSPECIFIED);
    for (int number = v1::Permission_MIN; number <= v1::Permission_MAX; ++number) {
      EXPECT_FALSE(roles[0].permissions.Has(static_cast<v1::Permission>(number)));
    }
  }
}

TEST(HeldRoleTest, ReadsUnits) {
  const auto units = ParseUnits("!board,north");
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0].unit, "board");
  EXPECT_TRUE(units[0].restricted);
  EXPECT_EQ(units[1].unit, "north");
  EXPECT_FALSE(units[1].restricted);
  EXPECT_TRUE(ParseUnits("").empty());
}

}  // namespace
}  // namespace hearth
