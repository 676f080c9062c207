// Whoever loses what allowed them something is refused from the next call on, however close the two come: 10,000 races over every way to hold a
// permission. (ASVS 5.0, 8.3.2 and 15.4.2.)
#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/directory/custom_role_desk.h"
#include "server/directory/group_desk.h"
#include "server/directory/group_member_desk.h"
#include "server/directory/role_desk.h"
#include "server/directory/unit_member_desk.h"
#include "server/directory/user_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

constexpr int kLanes = 4;
constexpr int kRoundsOfALane = 2500;

// One actor who may disable one person, by something that is then taken.
class Lane {
 public:
  Lane(int number, Database* database, const Keyring* keyring, const Pager* pager)
      : actor{absl::StrCat("actor", number)},
        target{absl::StrCat("target", number)},
        unit{absl::StrCat("unit", number)},
        group{absl::StrCat("group", number)},
        custom{absl::StrCat("custom", number)},
        roles{database, keyring, pager},
        groups{database, keyring, pager},
        customs{database, keyring, pager},
        members{database, keyring, pager} {}

  const std::string actor, target, unit, group, custom;
  RoleDesk roles;
  GroupMemberDesk groups;
  CustomRoleDesk customs;
  UnitMemberDesk members;
};

class RoleRaceTest : public Fixture {
 protected:
  // The ways to hold users.write over the target, as SQL that gives it …
  std::string Giving(int way, const Lane& lane) {
    const std::string held = absl::StrCat("'forthcoffee', '", lane.actor, "', ");
    switch (way) {
      case 0:
        return absl::StrCat("INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES (", held,
                            "'user_administrator')");
      case 1:
        return absl::StrCat("INSERT INTO hearth.group_members (directory_id, user_id, group_id, relation) VALUES (",
                            held, "'", lane.group, "', 1)");
      case 2:
        return absl::StrCat("UPDATE hearth.custom_roles SET permissions = '{users.write}' WHERE custom_role_id = '",
                            lane.custom, "'");
      case 3:
        return absl::StrCat("INSERT INTO hearth.role_assignments (directory_id, user_id, role, unit_id) VALUES (", held,
                            "'user_administrator', '", lane.unit, "')");
      default:
        return absl::StrCat(
            "INSERT INTO hearth.administrative_unit_members (directory_id, user_id, unit_id) VALUES ("
            "'forthcoffee', '",
            lane.target, "', '", lane.unit, "')");
    }
  }
  // … and the call that takes it.
  absl::Status Take(int way, Lane& lane) {
    switch (way) {
      case 0:
      case 3: {
        const auto request = Named<v1::DeleteRoleAssignmentRequest>(RoleAssignmentName(
            UserName(kForth, lane.actor), RoleAssignmentId("user_administrator", way == 0 ? "" : lane.unit)));
        return lane.roles.DeleteRoleAssignment(By(ForthAdmin(), request), request).status();
      }
      case 1: {
        auto request = Named<v1::RemoveGroupMemberRequest>(GroupName(kForth, lane.group));
        request.set_user(UserName(kForth, lane.actor));
        return lane.groups.RemoveGroupMember(By(ForthAdmin(), request), request).status();
      }
      case 2: {
        v1::UpdateCustomRoleRequest request;
        request.mutable_custom_role()->set_name(CustomRoleName(kForth, lane.custom));
        request.mutable_custom_role()->add_permissions(v1::PERMISSION_USERS_READ);
        return lane.customs.UpdateCustomRole(By(ForthAdmin(), request), request).status();
      }
      default: {
        auto request = Named<v1::RemoveAdministrativeUnitMemberRequest>(AdministrativeUnitName(kForth, lane.unit));
        request.set_user(UserName(kForth, lane.target));
        return lane.members.RemoveAdministrativeUnitMember(By(ForthAdmin(), request), request).status();
      }
    }
  }
  // What every way needs besides. Way 4 needs a role on the unit, and way 3 the target in it; they do not run together.
  void Prepare(int way, const Lane& lane) {
    Sql(absl::StrCat("DELETE FROM hearth.role_assignments WHERE user_id = '", lane.actor,
                     "'; DELETE FROM hearth.administrative_unit_members WHERE unit_id = '", lane.unit, "'"));
    if (way == 2) {
      Sql(absl::StrCat("INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('forthcoffee', '",
                       lane.actor, "', 'custom.", lane.custom, "')"));
    }
    if (way == 3) Sql(Giving(4, lane));
    if (way == 4) Sql(Giving(3, lane));
  }
  absl::Status Disable(const Lane& lane) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, lane.target));
    return users_.DisableUser(By({kForth, lane.actor}, request), request).status();
  }
  static bool IsAuthority(const absl::Status& status) {
    const auto reason = ReasonOf(status);
    return reason == v1::ERROR_REASON_PERMISSION_MISSING || reason == v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT;
  }

  void Race(int way, Lane& lane) {
    Sql(Giving(way, lane));
    const auto stale = Named<v1::DisableUserRequest>(UserName(kForth, lane.target));
    const Call& admitted = By({kForth, lane.actor}, stale);
    std::atomic<bool> taken = false;
    std::thread taker([&] {
      EXPECT_THAT(Take(way, lane), IsOk());
      taken = true;
    });
    const bool late = taken;
    const absl::Status racing = Disable(lane);
    taker.join();
    ++(racing.ok() ? allowed_ : refused_);
    if (late && racing.ok()) ++late_allows_;
    EXPECT_TRUE(racing.ok() || IsAuthority(racing)) << racing;
    // Admitted before it was taken, or asked after: refused.
    const absl::Status after_gate = users_.DisableUser(admitted, stale).status();
    const absl::Status after = Disable(lane);
    if (!IsAuthority(after_gate) || !IsAuthority(after)) ++late_allows_;
  }

  UserDesk users_{&database(), &keyring(), &pager()};
  std::atomic<int> late_allows_ = 0, allowed_ = 0, refused_ = 0;
};

TEST_F(RoleRaceTest, NothingIsAllowedByWhatWasTakenBefore) {
  std::vector<std::unique_ptr<Lane>> lanes;
  std::vector<std::function<void()>> races;
  for (int number = 0; number < kLanes; ++number) {
    Lane& lane = *lanes.emplace_back(std::make_unique<Lane>(number, &database(), &keyring(), &pager()));
    for (const std::string& id : {lane.actor, lane.target}) {
      Sql(
          absl::StrCat("INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type,"
                       " home_directory_id) VALUES ('forthcoffee', '",
                       id, "', '", id, "@forthcoffee.com', 'x', 1, 'forthcoffee')"));
    }
    MakeUnit(kForth, lane.unit, false, {});
    MakeGroup(kForth, lane.group, {}, {"user_administrator"});
    Sql(
        absl::StrCat("INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions)"
                     " VALUES ('forthcoffee', '",
                     lane.custom, "', 'x', '{users.read}')"));
    races.push_back([this, &lane] {
      for (int way = 0; way < 5; ++way) {
        Prepare(way, lane);
        for (int round = 0; round < kRoundsOfALane / 5; ++round) Race(way, lane);
      }
    });
  }
  RunTogether(races);
  EXPECT_EQ(late_allows_, 0);
  EXPECT_EQ(allowed_ + refused_, kLanes * kRoundsOfALane);
  EXPECT_GT(allowed_, 0) << "never the call came first: no race";
  EXPECT_GT(refused_, 0) << "never the taking came first: no race";
}

}  // namespace
}  // namespace hearth::test
