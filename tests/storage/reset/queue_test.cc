// The administrators' queue: where self-service is off, as it is by default.
#include <atomic>

#include "server/reset/queue_store.h"
#include "server/reset/sweep.h"
#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class QueueTest : public ResetFixture {
 protected:
  std::vector<v1::ResetRequest> List(v1::ResetRequest::State state = v1::ResetRequest::STATE_UNSPECIFIED,
                                     bool newest_first = false, int page_size = 0) {
    v1::ListResetRequestsRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_state(state);
    request.set_newest_first(newest_first);
    request.set_page_size(page_size);
    std::vector<v1::ResetRequest> all;
    do {
      const auto page = queue_desk_.ListResetRequests(By(ForthAdmin(), request), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->reset_requests_size(), page_size == 0 ? 50 : page_size);
      all.insert(all.end(), page->reset_requests().begin(), page->reset_requests().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  // Opens a request for somebody; its name.
  std::string Open(const std::string& user = "user1") {
    AskFor(absl::StrCat(user, "@forthcoffee.com"));
    for (const v1::ResetRequest& request : List(v1::ResetRequest::STATE_PENDING)) {
      if (request.user() == UserName(kForth, user)) return request.name();
    }
    ADD_FAILURE() << "no request for " << user;
    return "";
  }
  v1::ResetRequest Get(const std::string& name) {
    v1::GetResetRequestRequest request;
    request.set_name(name);
    const auto response = queue_desk_.GetResetRequest(By(ForthAdmin(), request), request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->reset_request() : v1::ResetRequest();
  }
  absl::StatusOr<v1::ApproveResetRequestResponse> Approve(const std::string& name,
                                                          const Principal& caller = ForthAdmin()) {
    v1::ApproveResetRequestRequest request;
    request.set_name(name);
    return queue_desk_.ApproveResetRequest(By(caller, request), request);
  }
  absl::StatusOr<v1::DenyResetRequestResponse> Deny(const std::string& name, const std::string& reason = "",
                                                    const Principal& caller = ForthAdmin()) {
    v1::DenyResetRequestRequest request;
    request.set_name(name);
    request.set_deny_reason(reason);
    return queue_desk_.DenyResetRequest(By(caller, request), request);
  }
  absl::StatusOr<v1::CancelResetRequestResponse> Cancel(const std::string& name,
                                                        const Principal& caller = ForthAdmin()) {
    v1::CancelResetRequestRequest request;
    request.set_name(name);
    return queue_desk_.CancelResetRequest(By(caller, request), request);
  }
};

TEST_F(QueueTest, ARequestWaitsForAnAdministrator) {
  const v1::ResetRequest request = Get(Open());
  EXPECT_EQ(request.user(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(request.user_principal_name(), "user1@forthcoffee.com");
  EXPECT_EQ(request.state(), v1::ResetRequest::STATE_PENDING);
  EXPECT_EQ(request.asked_through(), "directories/forthcoffee/serviceAccounts/backend");
  EXPECT_EQ(request.times_asked(), 1);
  EXPECT_EQ(request.expire_time().seconds() - request.create_time().seconds(), 7 * 24 * 3600);
  EXPECT_EQ(VersionOf("user1"), "0");
}

TEST_F(QueueTest, OneRequestIsOpenForAPersonHoweverOftenTheyAsk) {
  Open();
  AskFor("user1@forthcoffee.com");
  AskFor("USER1@forthcoffee.com");
  const auto all = List();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].times_asked(), 3);
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUESTED), SizeIs(2)) << "help desk and password administrator, once";
}

TEST_F(QueueTest, ThoseWhoCouldApproveAreTold) {
  const auto told_of = [this](const std::string& user) {
    Sql("DELETE FROM hearth.mails");
    AskFor(user + "@forthcoffee.com");
    std::vector<std::string> told;
    for (const WaitingMail& mail : MailsOf(v1::MAIL_TEMPLATE_RESET_REQUESTED)) told.push_back(mail.to);
    return told;
  };
  EXPECT_THAT(told_of("user1"),
              ElementsAre("helpdesk-administrator@forthcoffee.com", "password-administrator@forthcoffee.com"));
  EXPECT_THAT(told_of("user-administrator"), ElementsAre("global-administrator@forthcoffee.com"));
  Sql("UPDATE hearth.users SET disabled = true WHERE user_id IN ('helpdesk-administrator', 'password-administrator')");
  EXPECT_THAT(told_of("user2"), ElementsAre("user-administrator@forthcoffee.com"));
}

TEST_F(QueueTest, GuestsToWhomRolesGiveNothingAreNotTold) {
  const auto told_of = [this](const std::string& user) {
    Sql("DELETE FROM hearth.mails");
    AskFor(user + "@forthcoffee.com");
    std::vector<std::string> addresses;
    for (const WaitingMail& mail : MailsOf(v1::MAIL_TEMPLATE_RESET_REQUESTED)) addresses.push_back(mail.to);
    return addresses;
  };
  Sql("UPDATE hearth.users SET user_type = 2 WHERE directory_id = 'forthcoffee' AND user_id = "
      "'helpdesk-administrator'");
  EXPECT_THAT(told_of("user1"),
              ElementsAre("helpdesk-administrator@forthcoffee.com", "password-administrator@forthcoffee.com"));
  Sql("INSERT INTO hearth.guest_policies (directory_id, invite_from, inbound_rule, inbound_domains, outbound_rule,"
      " outbound_domains, redeem_uri, redirect_uris, invitation_lifetime, restrict_guests, tell_refused_resets)"
      " VALUES ('forthcoffee', 2, 1, '{}', 1, '{}', '', '{}', 3600, true, false)");
  EXPECT_THAT(told_of("user2"), ElementsAre("password-administrator@forthcoffee.com"));
}

TEST_F(QueueTest, ApprovingGivesATemporaryPasswordAndClosesTheRequest) {
  const std::string name = Open();
  const auto approved = Approve(name, Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR));
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->generated_password().size(), 23u);
  EXPECT_EQ(approved->credential_version(), 1);
  EXPECT_TRUE(approved->has_expire_time());
  EXPECT_TRUE(Person(kForth, "user1").must_change);
  const v1::ResetRequest after = Get(name);
  EXPECT_EQ(after.state(), v1::ResetRequest::STATE_COMPLETED);
  EXPECT_EQ(after.decided_by(), "directories/forthcoffee/users/helpdesk-administrator");
  EXPECT_EQ(after.SerializeAsString(), approved->reset_request().SerializeAsString());
  EXPECT_THAT(Approve(name), Refuses(v1::ERROR_REASON_RESET_REQUEST_CLOSED, "state", "COMPLETED"));
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_PASSWORD_CHANGED), SizeIs(1));
  EXPECT_EQ(Audit(kForth).back().action, "reset_request.approve");
  Open();  // And the person may ask again.
}

TEST_F(QueueTest, AnAdministratorOfAUnitSeesTheRequestsOfItsPeople) {
  const std::string inside = Open("user1"), outside = Open("user2");
  MakeUnit(kForth, "shops", /*restricted=*/false, {"user1"});
  Assign(kForth, "contractor", v1::ROLE_HELPDESK_ADMINISTRATOR, "shops");
  const Principal caller{kForth, "contractor"};
  v1::ListResetRequestsRequest list;
  list.set_parent("directories/forthcoffee");
  const auto listed = queue_desk_.ListResetRequests(By(caller, list), list);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->reset_requests_size(), 1);
  EXPECT_EQ(listed->reset_requests(0).name(), inside);
  v1::GetResetRequestRequest get;
  get.set_name(inside);
  EXPECT_THAT(queue_desk_.GetResetRequest(By(caller, get), get), IsOk());
  get.set_name(outside);
  EXPECT_THAT(queue_desk_.GetResetRequest(By(caller, get), get),
              HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  EXPECT_THAT(Approve(inside, caller), IsOk());
}

// R22: the same rule as ResetPassword, at this moment.
TEST_F(QueueTest, ApprovingTakesTheAuthorityOfAReset) {
  const std::string of_admin = Open("helpdesk-administrator");
  EXPECT_THAT(Approve(of_admin, Admin(kForth, v1::ROLE_PASSWORD_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(Approve(of_admin, Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_OWN_ACCOUNT));
  const std::string name = Open();
  Assign(kForth, "user1", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(Approve(name, Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  for (const auto& decide : {Deny(name, "", Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)).status(),
                             Cancel(name, Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)).status()}) {
    EXPECT_THAT(decide, HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  }
  EXPECT_EQ(Get(name).state(), v1::ResetRequest::STATE_PENDING);
  EXPECT_EQ(VersionOf("user1"), "0");
}

TEST_F(QueueTest, TheServiceThatAskedDoesNotApprove) {
  const std::string name = Open();
  EXPECT_THAT(Approve(name, kFrontEnd), HasReason(v1::ERROR_REASON_OWN_REQUEST));
  EXPECT_THAT(Deny(name, "", kFrontEnd), HasReason(v1::ERROR_REASON_OWN_REQUEST));
  EXPECT_EQ(VersionOf("user1"), "0");
}

TEST_F(QueueTest, DenyingTellsThePersonWhy) {
  const std::string name = Open();
  ASSERT_THAT(Deny(name, "Please call <the> help desk."), IsOk());
  const auto mails = MailsOf(v1::MAIL_TEMPLATE_RESET_DENIED);
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].to, "user1@forthcoffee.com");
  EXPECT_EQ(mails[0].values.at("reason"), "Please call <the> help desk.");
  EXPECT_EQ(Get(name).state(), v1::ResetRequest::STATE_DENIED);
  EXPECT_EQ(Get(name).deny_reason(), "Please call <the> help desk.");
  EXPECT_EQ(VersionOf("user1"), "0");
  EXPECT_THAT(Approve(name), Refuses(v1::ERROR_REASON_RESET_REQUEST_CLOSED, "state", "DENIED"));
  EXPECT_THAT(Cancel(name), HasReason(v1::ERROR_REASON_RESET_REQUEST_CLOSED));
}

TEST_F(QueueTest, CancellingTellsNobody) {
  const std::string name = Open();
  Sql("DELETE FROM hearth.mails");
  ASSERT_THAT(Cancel(name), IsOk());
  EXPECT_THAT(Mails(), IsEmpty());
  EXPECT_EQ(Get(name).state(), v1::ResetRequest::STATE_CANCELLED);
}

TEST_F(QueueTest, ARequestIsOverWhenItsTimeIsWithoutAnySweep) {
  const std::string name = Open();
  Sql("UPDATE hearth.reset_requests SET expire_time = now()");
  EXPECT_EQ(Get(name).state(), v1::ResetRequest::STATE_EXPIRED);
  EXPECT_THAT(List(v1::ResetRequest::STATE_PENDING), IsEmpty());
  EXPECT_THAT(List(v1::ResetRequest::STATE_EXPIRED), SizeIs(1));
  EXPECT_THAT(Approve(name), Refuses(v1::ERROR_REASON_RESET_REQUEST_CLOSED, "state", "EXPIRED"));
  const std::string next = Open();
  EXPECT_NE(next, name);
  ASSERT_THAT(SweepResets(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_EQ(Get(name).state(), v1::ResetRequest::STATE_EXPIRED);
  EXPECT_EQ(Get(next).state(), v1::ResetRequest::STATE_PENDING);
}

TEST_F(QueueTest, AnyOtherWayToANewPasswordCompletesTheRequest) {
  const std::string name = Open();
  ASSERT_THAT(AdminReset("user1"), IsOk());
  EXPECT_EQ(Get(name).state(), v1::ResetRequest::STATE_COMPLETED);
  const std::string second = Open("user2");
  AllowSelfService();
  AskFor("user2@forthcoffee.com");
  ASSERT_THAT(Complete(Newest("link")), IsOk());
  EXPECT_EQ(Get(second).state(), v1::ResetRequest::STATE_COMPLETED);
}

// R23, C: of many decisions at once one is made.
TEST_F(QueueTest, OfManyDecisionsAtOnceOneIsMade) {
  for (int round = 0; round < 5; ++round) {
    Sql("DELETE FROM hearth.reset_limits");
    const std::string name = Open();
    const int version = std::stoi(VersionOf("user1"));
    std::atomic<int> approved = 0, others = 0, closed = 0;
    const auto note = [&closed](const absl::Status& status, std::atomic<int>& done) {
      if (status.ok()) ++done;
      if (ReasonOf(status) == v1::ERROR_REASON_RESET_REQUEST_CLOSED) ++closed;
    };
    const auto approve = [&](v1::Role role) { note(Approve(name, Admin(kForth, role)).status(), approved); };
    RunTogether({[&] { approve(v1::ROLE_HELPDESK_ADMINISTRATOR); }, [&] { approve(v1::ROLE_PASSWORD_ADMINISTRATOR); },
                 [&] { approve(v1::ROLE_GLOBAL_ADMINISTRATOR); }, [&] { approve(v1::ROLE_USER_ADMINISTRATOR); },
                 [&] { note(Deny(name).status(), others); }, [&] { note(Cancel(name).status(), others); }});
    EXPECT_EQ(approved + others, 1);
    EXPECT_EQ(closed, 5);
    EXPECT_EQ(std::stoi(VersionOf("user1")), version + approved);
  }
}

TEST_F(QueueTest, PagesAreInTheOrderOfTimeBothWaysAndByState) {
  for (const char* user : {"user1", "user2", "contractor"}) Open(user);
  for (const v1::Role role : DirectoryRoles()) Open(AdminId(role));
  const auto oldest = List(), newest = List(v1::ResetRequest::STATE_UNSPECIFIED, /*newest_first=*/true);
  EXPECT_THAT(oldest, SizeIs(3 + DirectoryRoles().size()));
  EXPECT_EQ(oldest.front().user(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(newest.back().name(), oldest.front().name());
  for (const int size : {1, 4, 7}) {
    for (const bool newest_first : {false, true}) {
      const auto paged = List(v1::ResetRequest::STATE_UNSPECIFIED, newest_first, size);
      ASSERT_EQ(paged.size(), oldest.size()) << size;
      const auto& whole = newest_first ? newest : oldest;
      for (size_t i = 0; i < paged.size(); ++i) EXPECT_EQ(paged[i].name(), whole[i].name());
    }
  }
  ASSERT_THAT(Deny(oldest[1].name()), IsOk());
  EXPECT_THAT(List(v1::ResetRequest::STATE_DENIED), SizeIs(1));
  EXPECT_THAT(List(v1::ResetRequest::STATE_PENDING), SizeIs(oldest.size() - 1));
}

TEST_F(QueueTest, AFloodOfRequestsBecomesADigest) {
  SetPolicy(R"({"notices": {"count": 3, "window": "600s", "block": "3600s"}})");
  for (int i = 0; i < 8; ++i) {
    Sql(
        absl::StrCat("INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type,"
                     " home_directory_id) VALUES ('forthcoffee', 'more",
                     i, "', 'more", i, "@forthcoffee.com', 'More', 1, 'forthcoffee')"));
    AskFor(absl::StrCat("more", i, "@forthcoffee.com"));
  }
  EXPECT_THAT(List(v1::ResetRequest::STATE_PENDING), SizeIs(8));
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUESTED), SizeIs(6)) << "three to each of the two";
  const auto send = [this] { return relay_.SendDigests(absl::Now() + absl::Seconds(20)); };
  ASSERT_THAT(send(), IsOk());
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUEST_DIGEST), IsEmpty()) << "not before the block is over";
  Sql("UPDATE hearth.reset_requests SET create_time = create_time - interval '1 hour'");
  ASSERT_THAT(send(), IsOk());
  ASSERT_THAT(send(), IsOk());
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUEST_DIGEST), SizeIs(2)) << "one to each, once";
}

TEST_F(QueueTest, ADirectoryThatIsNotLiveSendsNoDigest) {
  SetPolicy(R"({"notices": {"count": 3, "window": "600s", "block": "3600s"}})");
  Open("user1");
  Sql("UPDATE hearth.reset_requests SET noticed = false, create_time = create_time - interval '1 hour'");
  for (const char* time : {"suspend_time", "delete_time"}) {
    Sql(absl::StrCat("UPDATE hearth.directories SET ", time, " = now() WHERE directory_id = 'forthcoffee'"));
    ASSERT_THAT(relay_.SendDigests(absl::Now() + absl::Seconds(20)), IsOk());
    EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUEST_DIGEST), IsEmpty()) << time;
    Sql(absl::StrCat("UPDATE hearth.directories SET ", time, " = NULL WHERE directory_id = 'forthcoffee'"));
  }
  ASSERT_THAT(relay_.SendDigests(absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUEST_DIGEST), SizeIs(2));
}

// Who is being decided on, or came after the count, is told of next time.
TEST_F(QueueTest, ADigestTellsOfThoseItCountedAndOfNoOthers) {
  SetPolicy(R"({"notices": {"count": 3, "window": "600s", "block": "3600s"}})");
  Open("user1");
  const std::string held = Open("user2");
  Sql("UPDATE hearth.reset_requests SET noticed = false, create_time = create_time - interval '1 hour'");
  const auto send = [this] { return relay_.SendDigests(absl::Now() + absl::Seconds(5)); };
  ASSERT_THAT(database().Write({kForth}, absl::Now() + absl::Seconds(20),
                               [&](Tx& tx) {
                                 FindResetRequest(tx, kForth, held.substr(held.rfind('/') + 1), /*lock=*/true);
                                 return send();
                               }),
              IsOk());
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUEST_DIGEST), SizeIs(2)) << "one to each of the two";
  EXPECT_THAT(Sql("SELECT user_id FROM hearth.reset_requests WHERE NOT noticed"), ElementsAre(ElementsAre("user2")));
  ASSERT_THAT(send(), IsOk());
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_REQUEST_DIGEST), SizeIs(4)) << "and the other's has not been lost";
  EXPECT_THAT(Sql("SELECT user_id FROM hearth.reset_requests WHERE NOT noticed"), IsEmpty());
}

TEST_F(QueueTest, AnotherDirectorysRequestsAreNotThere) {
  const std::string name = Open();
  v1::GetResetRequestRequest request;
  request.set_name(name);
  EXPECT_THAT(queue_desk_.GetResetRequest(By(ContosoAdmin(), request), request),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  request.set_name("directories/contoso/resetRequests/" + name.substr(name.rfind('/') + 1));
  EXPECT_THAT(queue_desk_.GetResetRequest(By(ContosoAdmin(), request), request), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Approve(name, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

}  // namespace
}  // namespace hearth::test
