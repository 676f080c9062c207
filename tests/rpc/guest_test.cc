// Guests: where they are at home, and what the directory that lists them is told.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

class GuestTest : public ServerFixture {
 protected:
  GuestTest() { Start(); }

  absl::Status Resolve(const Principal& caller, const std::string& name) {
    home_.Clear();
    v1::ResolveHomeDirectoryRequest request;
    v1::ResolveHomeDirectoryResponse response;
    request.set_user_principal_name(name);
    const absl::Status status = Call(caller, &Guest::ResolveHomeDirectory, request, &response);
    home_ = response.home();
    return status;
  }
  absl::Status Get(const Principal& caller, const std::string& name) {
    v1::GetGuestUserRequest request;
    v1::GetGuestUserResponse response;
    request.set_name(name);
    const absl::Status status = Call(caller, &Guest::GetGuestUser, request, &response);
    guest_ = response.guest_user();
    return status;
  }

  v1::Home home_;
  v1::User guest_;
};

TEST_F(GuestTest, ThoseHomedHereAreAtHomeHere) {
  for (const char* name : {"user1@forthcoffee.com", "USER1@FORTHCOFFEE.COM", "contractor@forthcoffee.com",
                           "nobody@forthcoffee.com", "nobody@forthcoffee.net", "disabled@forthcoffee.com"}) {
    ASSERT_THAT(Resolve(ForthAdmin(), name), IsOk()) << name;
    EXPECT_EQ(home_.kind(), v1::Home::KIND_THIS_DIRECTORY) << name;
    EXPECT_EQ(home_.domain(), "forthcoffee.com") << name;
    EXPECT_EQ(home_.help_uri(), "https://help.forthcoffee.com") << name;
    EXPECT_EQ(home_.issuer(), "") << name;
  }
}

TEST_F(GuestTest, ThoseOfAnotherDirectoryAreToldByDomainWhetherTheyExistOrNot) {
  std::map<std::string, std::string> answers;
  for (const char* name :
       {"user1@forthcoffee.com", "partner@forthcoffee.com", "pending@forthcoffee.com", "user2@forthcoffee.com",
        "nobody@forthcoffee.com", "deleted@forthcoffee.com", "nobody@forthcoffee.net"}) {
    ASSERT_THAT(Resolve(ContosoAdmin(), name), IsOk()) << name;
    EXPECT_EQ(home_.kind(), v1::Home::KIND_OTHER_DIRECTORY) << name;
    EXPECT_EQ(home_.domain(), "forthcoffee.com") << name;
    answers[home_.SerializeAsString()] = name;
  }
  EXPECT_EQ(answers.size(), 1u) << "listed, known there or unknown: one answer";
}

TEST_F(GuestTest, AListedPersonOfAnotherProviderIsSentThere) {
  ASSERT_THAT(Resolve(ContosoAdmin(), "external@example.org"), IsOk());
  EXPECT_EQ(home_.kind(), v1::Home::KIND_EXTERNAL_ISSUER);
  EXPECT_EQ(home_.issuer(), kExternalIssuer);
  EXPECT_EQ(home_.domain(), "");
  EXPECT_THAT(Resolve(Operator(), "external@example.org"),
              Refuses(v1::ERROR_REASON_HOME_NOT_FOUND, "domain", "example.org"))
      << "a directory that does not list them knows nothing of them";
}

// Who sees only themselves could otherwise try names out, one by one.
TEST_F(GuestTest, RestrictedGuestsLearnByTheDomainAlone) {
  Sql("UPDATE hearth.users SET user_principal_name = 'moved@example.org' WHERE directory_id = 'contoso' AND user_id ="
      " 'user2'");
  const Principal guest{kContoso, "visitor"}, member{kContoso, "user1"}, abroad{kContoso, "partner"};
  const auto finds = [this](const Principal& caller, const char* name) { return Resolve(caller, name).ok(); };
  ASSERT_TRUE(finds(guest, "external@example.org")) << "guests may look as others do, by default";
  Sql("INSERT INTO hearth.guest_policies (directory_id, invite_from, inbound_rule, inbound_domains, outbound_rule,"
      " outbound_domains, redeem_uri, redirect_uris, invitation_lifetime, restrict_guests, tell_refused_resets)"
      " VALUES ('contoso', 2, 1, '{}', 1, '{}', '', '{}', 3600, true, false)");
  std::set<std::string> answers;
  for (const char* name : {"external@example.org", "moved@example.org", "nobody@example.org"}) {
    const absl::Status status = Resolve(guest, name);
    EXPECT_THAT(status, Refuses(v1::ERROR_REASON_HOME_NOT_FOUND, "domain", "example.org")) << name;
    answers.insert(status.ToString());
  }
  EXPECT_EQ(answers.size(), 1u);
  ASSERT_THAT(Resolve(guest, "user1@forthcoffee.com"), IsOk()) << "they still find where homes are";
  EXPECT_EQ(home_.kind(), v1::Home::KIND_OTHER_DIRECTORY);
  EXPECT_TRUE(finds(member, "external@example.org"));
  EXPECT_TRUE(finds(abroad, "moved@example.org")) << "a member, though homed elsewhere";
  EXPECT_TRUE(finds({kContoso, "backend"}, "external@example.org")) << "a service is no guest";
  EXPECT_TRUE(finds({kForth, "visitor"}, "external@example.org")) << "that is Contoso's policy";
}

TEST_F(GuestTest, ADomainOfNobodyIsNotFound) {
  const absl::Status status = Resolve(ForthAdmin(), "user1@nowhere.example");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status, Refuses(v1::ERROR_REASON_HOME_NOT_FOUND, "domain", "nowhere.example"));
}

TEST_F(GuestTest, ADeletedDomainIsNobodysHome) {
  Sql("UPDATE hearth.domains SET delete_time = now() WHERE domain = 'contoso.net'");
  EXPECT_THAT(Resolve(ForthAdmin(), "user9@contoso.net"), HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
  EXPECT_THAT(Resolve(ForthAdmin(), "user9@contoso.com"), IsOk());
}

TEST_F(GuestTest, AnyActiveCallerMayAskWhereAHomeIs) {
  EXPECT_THAT(Resolve({kForth, "user2"}, "user1@contoso.com"), IsOk());
  EXPECT_THAT(Resolve({kForth, "backend"}, "user1@contoso.com"), IsOk());
  EXPECT_THAT(Resolve({kForth, "disabled"}, "user1@contoso.com"), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
}

TEST_F(GuestTest, AGuestIsShownWithTheHomeAndWithoutAPassword) {
  ASSERT_THAT(Get(ContosoAdmin(), "directories/contoso/users/visitor"), IsOk());
  EXPECT_EQ(guest_.name(), "directories/contoso/users/visitor");
  EXPECT_EQ(guest_.user_principal_name(), "user1@forthcoffee.com");
  EXPECT_EQ(guest_.user_type(), v1::USER_TYPE_GUEST);
  EXPECT_EQ(guest_.home().kind(), v1::Home::KIND_OTHER_DIRECTORY);
  EXPECT_EQ(guest_.home().domain(), "forthcoffee.com");
  EXPECT_EQ(guest_.invitation_state(), v1::INVITATION_STATE_ACCEPTED);
  EXPECT_FALSE(guest_.has_password_status());
  ASSERT_THAT(Get(ContosoAdmin(), "directories/contoso/users/pending"), IsOk());
  EXPECT_EQ(guest_.invitation_state(), v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  ASSERT_THAT(Get(ContosoAdmin(), "directories/contoso/users/external"), IsOk());
  EXPECT_EQ(guest_.home().issuer(), kExternalIssuer);
  ASSERT_THAT(Get(ContosoAdmin(), "directories/contoso/users/partner"), IsOk()) << "a member homed elsewhere";
  EXPECT_EQ(guest_.user_type(), v1::USER_TYPE_MEMBER);
  ASSERT_THAT(Get(ContosoAdmin(), "directories/contoso/users/contractor"), IsOk()) << "a guest homed here";
  EXPECT_EQ(guest_.home().kind(), v1::Home::KIND_THIS_DIRECTORY);
}

TEST_F(GuestTest, WhoIsNoGuestIsNotFoundAmongThem) {
  for (const char* user : {"user1", "global-administrator", "deleted", "nobody"}) {
    EXPECT_THAT(Get(ContosoAdmin(), absl::StrCat("directories/contoso/users/", user)),
                HasReason(v1::ERROR_REASON_NOT_FOUND))
        << user;
  }
  Sql("UPDATE hearth.users SET delete_time = now() WHERE directory_id = 'contoso' AND user_id = 'visitor'");
  EXPECT_THAT(Get(ContosoAdmin(), "directories/contoso/users/visitor"), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(GuestTest, AGuestMayLookAtThemselvesAndAtNobodyElse) {
  EXPECT_THAT(Get({kContoso, "visitor"}, "directories/contoso/users/visitor"), IsOk());
  EXPECT_THAT(Get({kContoso, "visitor"}, "directories/contoso/users/partner"),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
}

TEST_F(GuestTest, ListsHaveTheLiveGuestsById) {
  v1::ListGuestUsersRequest request;
  v1::ListGuestUsersResponse response;
  request.set_parent("directories/contoso");
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    ASSERT_THAT(Call(ContosoAdmin(), &Guest::ListGuestUsers, request, &response), IsOk());
    EXPECT_LE(response.guest_users_size(), 2);
    for (const auto& guest : response.guest_users())
      names.push_back(guest.name().substr(std::string("directories/contoso/users/").size()));
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_THAT(names, testing::ElementsAre("contractor", "external", "partner", "pending", "visitor"));
}

// Many calls of two directories at once travel in shared batches; each is answered for its own directory.
TEST_F(GuestTest, CallsOfSeveralDirectoriesInOneBatchStayApart) {
  config.lookup_workers = 1;  // The more wait, the larger the batches.
  Stop();
  Start();
  Channel();
  constexpr int kThreads = 24, kCalls = 40;
  std::vector<std::string> wrong(kThreads);
  std::vector<std::function<void()>> callers;
  for (int t = 0; t < kThreads; ++t) {
    callers.emplace_back([&, t] {
      const std::string own = t % 2 == 0 ? kForth : kContoso;
      const std::string token = TokenFor({own, "global-administrator"});
      for (int i = 0; i < kCalls; ++i) {
        v1::GetGuestUserRequest get;
        v1::GetGuestUserResponse got;
        const bool foreign = i % 4 == 3;
        get.set_name(
            absl::StrCat("directories/", foreign ? OtherOf(own) : own, "/users/", i % 2 == 0 ? "visitor" : "nobody"));
        const absl::Status status = CallWith(token, &Guest::GetGuestUser, get, &got);
        const std::string seen = status.ok() ? got.guest_user().name() + " " + got.guest_user().user_principal_name()
                                             : ReasonName(ReasonOf(status).value());
        const std::string right = foreign      ? "FOREIGN_DIRECTORY"
                                  : i % 2 == 1 ? "NOT_FOUND"
                                               : get.name() + " user1@" + DomainOf(OtherOf(own));
        if (seen != right) wrong[t] += seen + " instead of " + right + "; ";
        v1::ResolveHomeDirectoryRequest resolve;
        v1::ResolveHomeDirectoryResponse resolved;
        resolve.set_user_principal_name("user1@forthcoffee.com");
        const absl::Status found = CallWith(token, &Guest::ResolveHomeDirectory, resolve, &resolved);
        const auto kind = own == kForth ? v1::Home::KIND_THIS_DIRECTORY : v1::Home::KIND_OTHER_DIRECTORY;
        if (!found.ok() || resolved.home().kind() != kind) wrong[t] += "home " + resolved.ShortDebugString() + "; ";
      }
    });
  }
  RunTogether(callers);
  for (const std::string& what : wrong) EXPECT_EQ(what, "");
}

}  // namespace
}  // namespace hearth::test
