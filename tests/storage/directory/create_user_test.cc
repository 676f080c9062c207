// UserDesk::CreateUser: where a person can be at home, and who wins an id or a name.
#include "tests/storage/directory/user_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

TEST_F(UserDeskTest, CreatesAMemberHomedHere) {
  const auto response = Create(NewPerson("ada", "Ada@ForthCoffee.com"));
  ASSERT_THAT(response, IsOk());
  const v1::User& user = response->user();
  EXPECT_EQ(user.name(), "directories/forthcoffee/users/ada");
  EXPECT_EQ(user.user_principal_name(), "ada@forthcoffee.com");
  EXPECT_EQ(user.user_type(), v1::USER_TYPE_MEMBER);
  EXPECT_EQ(user.home().kind(), v1::Home::KIND_THIS_DIRECTORY);
  EXPECT_EQ(user.home().domain(), "forthcoffee.com");
  EXPECT_EQ(user.state(), v1::USER_STATE_ACTIVE);
  EXPECT_FALSE(user.password_status().set());
  EXPECT_EQ(user.etag(), "1");
  EXPECT_THAT(Audit(kForth), ElementsAre(AuditRow{"user.create", "allowed", "", "forthcoffee/global-administrator",
                                                  "directories/forthcoffee/users/ada"}));
}

TEST_F(UserDeskTest, GivesAnIdToWhoComesWithoutOne) {
  const auto response = Create(NewPerson("", "ada@forthcoffee.com"));
  ASSERT_THAT(response, IsOk());
  const std::string id = response->user().name().substr(std::string("directories/forthcoffee/users/").size());
  EXPECT_EQ(id.size(), 36u);
  EXPECT_TRUE(IsResourceId(id));
}

TEST_F(UserDeskTest, CreatesAGuestHomedHere) {
  auto guest = NewPerson("g", "g@forthcoffee.com");
  guest.mutable_user()->set_user_type(v1::USER_TYPE_GUEST);
  EXPECT_EQ(Create(guest)->user().user_type(), v1::USER_TYPE_GUEST);
}

TEST_F(UserDeskTest, RefusesHomesElsewhereWhosePeopleAreInvited) {
  EXPECT_THAT(Create(NewPerson("x", "x@contoso.com")),
              Refuses(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED, "domain", "contoso.com"));
  for (const v1::Home::Kind kind :
       {v1::Home::KIND_OTHER_DIRECTORY, v1::Home::KIND_EXTERNAL_ISSUER, static_cast<v1::Home::Kind>(77)}) {
    auto elsewhere = NewPerson("x", "x@contoso.com");
    elsewhere.mutable_user()->mutable_home()->set_kind(kind);
    elsewhere.mutable_user()->mutable_home()->set_domain("contoso.com");
    EXPECT_THAT(Create(elsewhere), ViolatesField("user.home.kind"));
  }
  auto type = NewPerson("x", "x@forthcoffee.com");
  type.mutable_user()->set_user_type(static_cast<v1::UserType>(77));
  EXPECT_THAT(Create(type), ViolatesField("user.user_type"));
  EXPECT_THAT(Get("x"), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(UserDeskTest, ADeletedDomainIsNoHome) {
  Sql("UPDATE hearth.domains SET delete_time = now() WHERE domain = 'forthcoffee.net'");
  EXPECT_THAT(Create(NewPerson("x", "x@forthcoffee.net")), HasReason(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED));
}

TEST_F(UserDeskTest, RefusesATakenIdOrPrincipalName) {
  EXPECT_THAT(Create(NewPerson("user1", "new@forthcoffee.com")),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "user"));
  EXPECT_THAT(Create(NewPerson("new", "USER1@forthcoffee.com")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Create(NewPerson("deleted", "new@forthcoffee.com")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Create(NewPerson("backend", "new@forthcoffee.com")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Create(NewPerson("new", "deleted@forthcoffee.com")), IsOk());
}

TEST_F(UserDeskTest, CreatesOnceForARequestIdAndAnswersTheSameAgain) {
  auto request = NewPerson("", "ada@forthcoffee.com");
  request.set_request_id(NewUuid4());
  const auto first = Create(request);
  const auto again = Create(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(Audit(kForth).size(), 1u);
  request.mutable_user()->set_display_name("Another");
  EXPECT_THAT(Create(request), HasReason(v1::ERROR_REASON_REQUEST_ID_REUSED));
}

TEST_F(UserDeskTest, TwinsWithOneRequestIdMakeOnePerson) {
  auto request = NewPerson("", "ada@forthcoffee.com");
  request.set_request_id(NewUuid4());
  std::vector<std::string> names(4);
  std::vector<std::function<void()>> twins;
  for (std::string& name : names) {
    twins.push_back([&] {
      const auto response = Create(request);
      name = response.ok() ? response->user().name() : response.status().ToString();
    });
  }
  RunTogether(twins);
  EXPECT_THAT(names, testing::Each(names.front()));
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.users WHERE user_principal_name = 'ada@forthcoffee.com'"),
              ElementsAre(ElementsAre("1")));
}

TEST_F(UserDeskTest, OneOfTwoWinsAPrincipalName) {
  std::vector<absl::Status> statuses(2);
  RunTogether({[&] { statuses[0] = Create(NewPerson("a", "ada@forthcoffee.com")).status(); },
               [&] { statuses[1] = Create(NewPerson("b", "ada@forthcoffee.com")).status(); }});
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)));
}

TEST_F(UserDeskTest, OneOfTwoWinsAPrincipalNameByUpdates) {
  for (int round = 0; round < 5; ++round) {
    std::vector<absl::Status> statuses(2);
    const auto rename = [&](const std::string& id, absl::Status& status) {
      auto request = Update(id, {"user_principal_name"});
      request.mutable_user()->set_user_principal_name("wanted" + std::to_string(round) + "@forthcoffee.com");
      status = Update(request).status();
    };
    RunTogether({[&] { rename("user1", statuses[0]); }, [&] { rename("user2", statuses[1]); }});
    EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)));
  }
}

}  // namespace
}  // namespace hearth::test
