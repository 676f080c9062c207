#include "server/reset/notice.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

User Person(const std::string& id, const std::vector<v1::Role>& roles) {
  User user;
  user.directory = "forthcoffee";
  user.id = id;
  user.user_principal_name = id + "@forthcoffee.com";
  user.home.kind = v1::Home::KIND_THIS_DIRECTORY;
  user.home.directory = "forthcoffee";
  for (const v1::Role role : roles) user.roles.push_back(Hold(role));
  return user;
}

std::vector<std::string> Told(const std::vector<User>& candidates, const User& person) {
  std::vector<std::string> ids;
  for (const User& user : ChooseNoticed(candidates, person)) ids.push_back(user.id);
  return ids;
}

const User kHelp = Person("help", {v1::ROLE_HELPDESK_ADMINISTRATOR});
const User kPasswords = Person("passwords", {v1::ROLE_PASSWORD_ADMINISTRATOR});
const User kUsers = Person("users", {v1::ROLE_USER_ADMINISTRATOR});
const User kGlobal = Person("global", {v1::ROLE_GLOBAL_ADMINISTRATOR});

TEST(NoticeTest, TheFirstGroupWithSomebodyInItIsTold) {
  const User user = Person("user1", {});
  EXPECT_THAT(Told({kGlobal, kHelp, kPasswords, kUsers}, user), ElementsAre("help", "passwords"));
  EXPECT_THAT(Told({kGlobal, kUsers}, user), ElementsAre("users"));
  EXPECT_THAT(Told({kGlobal}, user), ElementsAre("global"));
  EXPECT_THAT(Told({}, user), IsEmpty());
}

TEST(NoticeTest, OnlyThoseWhoCouldApproveAreTold) {
  EXPECT_THAT(Told({kGlobal, kHelp, kPasswords, kUsers}, Person("h2", {v1::ROLE_HELPDESK_ADMINISTRATOR})),
              ElementsAre("help"));
  EXPECT_THAT(Told({kGlobal, kHelp, kPasswords, kUsers}, Person("u2", {v1::ROLE_USER_ADMINISTRATOR})),
              ElementsAre("users"));
  EXPECT_THAT(Told({kGlobal, kHelp, kPasswords, kUsers}, Person("g2", {v1::ROLE_GLOBAL_ADMINISTRATOR})),
              ElementsAre("global"));
}

TEST(NoticeTest, RolesOnAUnitAreToldOfItsMembersOnly) {
  User north = Person("north-help", {});
  north.roles = {Hold(v1::ROLE_HELPDESK_ADMINISTRATOR, "north")};
  User member = Person("user1", {});
  EXPECT_THAT(Told({kGlobal, north}, member), ElementsAre("global"));
  member.units = {{"north", /*restricted=*/false}};
  EXPECT_THAT(Told({kGlobal, north}, member), ElementsAre("north-help"));
}

TEST(NoticeTest, NobodyIsToldOfThemselves) {
  EXPECT_THAT(Told({kHelp}, kHelp), IsEmpty());
  EXPECT_THAT(Told({kGlobal, kHelp}, kHelp), ElementsAre("global"));
}

TEST(NoticeTest, AtMostAHundredAreTold) {
  std::vector<User> many;
  for (int i = 0; i < 150; ++i) many.push_back(Person(absl::StrCat("help", i), {v1::ROLE_HELPDESK_ADMINISTRATOR}));
  EXPECT_EQ(Told(many, Person("user1", {})).size(), 100u);
}

}  // namespace
}  // namespace hearth
