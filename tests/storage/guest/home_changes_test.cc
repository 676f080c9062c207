// What home does to a person is true of them everywhere, in the same transaction.
#include "server/credential/hasher.h"
#include "server/directory/user_desk.h"
#include "server/directory/user_store.h"
#include "server/reset/reset_desk.h"
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

class HomeChangesTest : public GuestDeskTest {
 protected:
  static std::string Forth(const std::string& user) { return UserName(kForth, user); }
  absl::Status Rename(const std::string& user, const std::string& principal_name) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(Forth(user));
    request.mutable_user()->set_user_principal_name(principal_name);
    return Do(users_, &UserDesk::UpdateUser, request, ForthAdmin()).status();
  }
  absl::Time SessionsOf(const std::string& directory, const std::string& user) {
    return Person(directory, user).sessions_valid_after;
  }

  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(HomeChangesTest, ADisabledPersonIsStoppedEverywhereAndComesBack) {
  ASSERT_TRUE(MayAct({kContoso, "visitor"}));
  ASSERT_THAT(Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(Forth("user1")), ForthAdmin()), IsOk());
  EXPECT_FALSE(MayAct({kContoso, "visitor"}));
  EXPECT_TRUE(Person(kContoso, "visitor").disabled_at_home);
  EXPECT_FALSE(Person(kContoso, "visitor").disabled) << "that is Contoso's";
  ASSERT_THAT(Do(users_, &UserDesk::EnableUser, Named<v1::EnableUserRequest>(Forth("user1")), ForthAdmin()), IsOk());
  EXPECT_TRUE(MayAct({kContoso, "visitor"}));
}

TEST_F(HomeChangesTest, ADeletedPersonIsStoppedEverywhereAndComesBack) {
  ASSERT_THAT(Do(users_, &UserDesk::DeleteUser, Named<v1::DeleteUserRequest>(Forth("user1")), ForthAdmin()), IsOk());
  EXPECT_FALSE(MayAct({kContoso, "visitor"}));
  const auto undelete = Named<v1::UndeleteUserRequest>(Forth("user1"));
  ASSERT_THAT(Do(restorations_, &RestorationDesk::UndeleteUser, undelete, ForthAdmin()), IsOk());
  EXPECT_TRUE(MayAct({kContoso, "visitor"}));
}

TEST_F(HomeChangesTest, WhoIsMadeAnewByTheSameNameIsSomebodyElse) {
  Sql("DELETE FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  Sql("INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
      "home_directory_id)"
      " VALUES ('forthcoffee', 'user1', 'user1@forthcoffee.com', 'Another', 1, 'forthcoffee')");
  EXPECT_FALSE(MayAct({kContoso, "visitor"})) << "the guest was the other one";
  EXPECT_THAT(MembershipsOf("user1"), testing::IsEmpty());
}

TEST_F(HomeChangesTest, ASuspendedHomeStopsItsPeopleAbroadAndNobodyElse) {
  Sql("UPDATE hearth.directories SET delete_time = now() WHERE directory_id = 'forthcoffee'");
  EXPECT_FALSE(MayAct({kContoso, "visitor"}));
  EXPECT_TRUE(Person(kContoso, "visitor").disabled_at_home);
  EXPECT_TRUE(MayAct({kContoso, "user1"}));
  EXPECT_TRUE(MayAct({kContoso, "external"}));
}

TEST_F(HomeChangesTest, PrincipalNameAndMailFollow) {
  Sql("UPDATE hearth.users SET mail = 'new@forthcoffee.com' WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  ASSERT_THAT(Rename("user1", "renamed@forthcoffee.net"), IsOk());
  EXPECT_EQ(Person(kContoso, "visitor").user_principal_name, "renamed@forthcoffee.net");
  EXPECT_EQ(Person(kContoso, "visitor").mail, "new@forthcoffee.com");
  EXPECT_EQ(Person(kContoso, "visitor").display_name, "A guest homed elsewhere") << "Contoso's own";
}

TEST_F(HomeChangesTest, ANameThatSomebodyElseHasThereStaysWithThem) {
  ASSERT_THAT(Rename("user1", "pending@forthcoffee.com"), IsOk())
      << "no directory keeps another from renaming its people";
  EXPECT_EQ(Person(kContoso, "visitor").user_principal_name, "user1@forthcoffee.com");
  EXPECT_EQ(Person(kContoso, "pending").user_principal_name, "pending@forthcoffee.com");
  EXPECT_TRUE(MayAct({kContoso, "visitor"}));
}

TEST_F(HomeChangesTest, SessionsEndAbroadWhenTheyEndAtHome) {
  const absl::Time before = SessionsOf(kContoso, "visitor"), bystander = SessionsOf(kContoso, "partner");
  absl::Time cut;
  ASSERT_THAT(database().Write({kForth}, absl::Now() + absl::Seconds(20),
                               [&](Tx& tx) {
                                 cut = CutSessions(tx, kForth, "user1");
                                 return absl::OkStatus();
                               }),
              IsOk());
  EXPECT_GT(cut, before);
  EXPECT_EQ(SessionsOf(kContoso, "visitor"), cut);
  EXPECT_EQ(SessionsOf(kContoso, "partner"), bystander);
  EXPECT_EQ(SessionsOf(kForth, "visitor"), SessionsOf(kForth, "visitor"));
}

// The transaction serves home alone; the wall is as wide as before once the guests are written.
TEST_F(HomeChangesTest, TheWallIsAsItWasAfterwards) {
  const Scope forth = {kForth};
  const auto rows = SqlAsApp(&forth,
                             "UPDATE hearth.users SET sessions_valid_after = now() WHERE user_id = 'user1' AND"
                             " directory_id = 'forthcoffee'; SELECT DISTINCT directory_id FROM hearth.users");
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre(ElementsAre("forthcoffee")));
}

TEST_F(HomeChangesTest, WhatAGuestsDirectoryDoesNeverReachesHome) {
  const std::string person =
      "SELECT md5(u::text) FROM hearth.users u WHERE directory_id = 'forthcoffee' AND user_id = 'user1'";
  const std::string before = Sql(person)[0][0];
  Sql("UPDATE hearth.users SET user_principal_name = 'evil@x.example', mail = 'evil@x.example', disabled = true,"
      " sessions_valid_after = now() WHERE directory_id = 'contoso' AND user_id = 'visitor'");
  ASSERT_THAT(Remove("visitor"), IsOk());
  EXPECT_EQ(Sql(person)[0][0], before);
  EXPECT_TRUE(MayAct({kForth, "user1"}));
}

// Whatever a directory changes of a guest is in the audit of the guest's home too.
TEST_F(HomeChangesTest, HomeSeesWhatTheDirectoriesAbroadDoWithItsPeople) {
  const std::string name = Contoso("visitor");
  v1::UpdateUserRequest update;
  update.mutable_user()->set_name(name);
  update.mutable_user()->set_display_name("Renamed");
  v1::UpdateGuestUserRequest update_guest;
  update_guest.mutable_guest_user()->set_name(name);
  update_guest.mutable_guest_user()->set_sponsor(Contoso("user2"));
  const auto sees = [&](const absl::Status& status, const std::string& action) {
    ASSERT_THAT(status, IsOk()) << action;
    const AuditRow event{action, "allowed", "", "contoso/global-administrator", name};
    EXPECT_EQ(LastAudit(kContoso), event);
    EXPECT_EQ(LastAudit(kForth), event);
  };
  sees(Do(users_, &UserDesk::UpdateUser, update).status(), "user.update");
  sees(Do(guests_, &GuestUserDesk::UpdateGuestUser, update_guest).status(), "guest.update");
  sees(Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(name)).status(), "user.disable");
  sees(Do(users_, &UserDesk::EnableUser, Named<v1::EnableUserRequest>(name)).status(), "user.enable");
  sees(Do(users_, &UserDesk::DeleteUser, Named<v1::DeleteUserRequest>(name)).status(), "user.delete");
  sees(Do(restorations_, &RestorationDesk::UndeleteUser, Named<v1::UndeleteUserRequest>(name)).status(),
       "user.undelete");
  ASSERT_THAT(Remove("visitor"), IsOk());
  sees(Restore("visitor").status(), "guest.undelete");
  const size_t events = Audit(kForth).size();
  ASSERT_THAT(Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(Contoso("user2"))), IsOk());
  ASSERT_THAT(Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(Contoso("external"))), IsOk());
  EXPECT_EQ(Audit(kForth).size(), events) << "what does not concern its people it does not see";
}

// Home stops a person while they act abroad: either the deed was first, or it is refused.
TEST_F(HomeChangesTest, StoppedAtHomeAndActingAbroadAtOnceIsOneAfterTheOther) {
  Assign(kContoso, "visitor", v1::ROLE_GLOBAL_ADMINISTRATOR);
  for (int round = 0; round < 10; ++round) {
    Sql("UPDATE hearth.users SET disabled = false WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
    const std::string id = absl::StrCat("g", round);
    absl::Status acted, stopped;
    RunTogether(
        {[&] { acted = Invite(Invitation(id + "@forthcoffee.com", id), {kContoso, "visitor"}).status(); },
         [&] {
           stopped =
               Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(Forth("user1")), ForthAdmin()).status();
         }});
    EXPECT_THAT(stopped, IsOk());
    EXPECT_TRUE(acted.ok() || ReasonOf(acted) == v1::ERROR_REASON_CALLER_NOT_ACTIVE) << acted;
    EXPECT_FALSE(MayAct({kContoso, "visitor"}));
  }
}

class RefusedResetTest : public HomeChangesTest {
 protected:
  absl::Status Reset(const std::string& guest) {
    const auto request = Named<v1::ResetPasswordRequest>(Contoso(guest));
    return Do(resets_, &ResetDesk::ResetPassword, request).status();
  }
  Rows Mails() {
    return Sql("SELECT directory_id, recipient, person FROM hearth.mails WHERE template = 14 ORDER BY create_time");
  }

  SystemRandom random_;
  Hasher hasher_{&keyring(), {.memory_kib = 1024, .iterations = 1}, 1};
  NewPasswords passwords_{&database(), &hasher_, &keyring(), &random_};
  ResetDesk resets_{&database(), &hasher_, &keyring(), &passwords_};
};

TEST_F(RefusedResetTest, HomeTellsItsPeopleIfItWantsToAndOnceADay) {
  EXPECT_THAT(Reset("visitor"), HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY));
  EXPECT_THAT(Mails(), testing::IsEmpty()) << "home did not ask for it";
  ASSERT_THAT(SetPolicy(kForth, [](auto& policy) { policy.set_tell_refused_resets(true); }), IsOk());
  for (const char* guest : {"visitor", "visitor", "partner", "pending", "external"})
    EXPECT_FALSE(Reset(guest).ok()) << guest;
  EXPECT_THAT(Mails(), ElementsAre(ElementsAre("forthcoffee", "user1@forthcoffee.com", "user1"),
                                   ElementsAre("forthcoffee", "partner@forthcoffee.com", "partner-at-home")));
  Sql("UPDATE hearth.memberships SET told_time = now() - interval '25 hours'");
  EXPECT_FALSE(Reset("visitor").ok());
  EXPECT_EQ(Mails().size(), 3u);
}

}  // namespace
}  // namespace hearth::test
