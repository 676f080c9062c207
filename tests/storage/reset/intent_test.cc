// From RequestReset to what the relay makes of it.
#include <map>
#include <set>

#include "server/base/ids.h"
#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using IntentTest = ResetFixture;

TEST_F(IntentTest, TheAnswerIsOfOneSizeAndNothingIsLookedUpOrMailedBeforeTheRelay) {
  std::set<size_t> sizes, rows;
  for (const char* who : {"user1@forthcoffee.com", "nobody@forthcoffee.com", "disabled@forthcoffee.com",
                          "deleted@forthcoffee.com", "user1@contoso.com", "external@example.org", "pending@contoso.com",
                          "x@nowhere.example", "a-much-longer.name@forthcoffee.com"}) {
    const auto response = Ask(Wish(who));
    ASSERT_THAT(response, IsOk()) << who;
    sizes.insert(response->ByteSizeLong());
  }
  EXPECT_THAT(sizes, SizeIs(1));
  EXPECT_THAT(Sql("SELECT DISTINCT length(sealed) FROM hearth.reset_intents"), SizeIs(1));
  EXPECT_EQ(Count("reset_intents"), "9");
  EXPECT_EQ(Count("mails"), "0");
  EXPECT_EQ(Count("reset_tokens"), "0");
  EXPECT_THAT(Audit(kForth), IsEmpty());
  const std::string all = Sql("SELECT string_agg(i::text, '') FROM hearth.reset_intents i")[0][0];
  EXPECT_EQ(all.find("forthcoffee.com"), std::string::npos) << "who was asked for is sealed";
}

TEST_F(IntentTest, WhereSelfServiceIsOnALinkAndACodeAreMailedToTheStoredAddress) {
  AllowSelfService();
  Sql("UPDATE hearth.users SET mail = 'one@mail.example' WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  AskFor("User1@ForthCoffee.com");
  const auto mails = Mails();
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].kind, v1::MAIL_TEMPLATE_RESET_LINK_AND_CODE);
  EXPECT_EQ(mails[0].to, "one@mail.example");
  EXPECT_THAT(mails[0].values.at("link"),
              testing::MatchesRegex("https://account.forthcoffee.com/reset#[-_A-Za-z0-9]{43}"));
  EXPECT_THAT(mails[0].values.at("code"), testing::MatchesRegex("[0-9]{8}"));
  EXPECT_THAT(Outcomes(), ElementsAre("allowed"));
  EXPECT_EQ(Audit(kForth)[0].actor, "forthcoffee/backend");
  EXPECT_EQ(Audit(kForth)[0].target, "directories/forthcoffee/users/user1");
}

TEST_F(IntentTest, OnlyTheMembersOfTheSelectedGroupDoItAlone) {
  Sql("INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable)"
      " VALUES ('forthcoffee', 'pilots', 'Pilots', false)");
  Sql("INSERT INTO hearth.group_members (directory_id, group_id, user_id, relation)"
      " VALUES ('forthcoffee', 'pilots', 'user1', 1)");
  AllowSelfService(R"(, "self_service": "SELF_SERVICE_SELECTED_GROUP",)"
                   R"( "self_service_group": "directories/forthcoffee/groups/pilots")");
  AskFor("user1@forthcoffee.com");
  EXPECT_EQ(Count("reset_tokens"), "1");
  EXPECT_EQ(Count("reset_requests"), "0");
  AskFor("user2@forthcoffee.com");
  EXPECT_EQ(Count("reset_tokens"), "1");
  EXPECT_THAT(Sql("SELECT user_id FROM hearth.reset_requests"), ElementsAre(ElementsAre("user2")));
  Sql("DELETE FROM hearth.group_members");
  AskFor("user1@forthcoffee.com");
  EXPECT_EQ(Count("reset_requests"), "2");
}

TEST_F(IntentTest, WhenTheRelayIsDoneTheWishIsWiped) {
  AskFor("user1@forthcoffee.com");
  EXPECT_THAT(Sql("SELECT sealed IS NULL, done_time IS NOT NULL FROM hearth.reset_intents"),
              ElementsAre(ElementsAre("t", "t")));
}

TEST_F(IntentTest, NoSecretIsStoredInClear) {
  AllowSelfService();
  const std::string handle = AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link"), code = Newest("code");
  std::string all;
  for (const auto& row : Sql("SELECT relname FROM pg_class WHERE relnamespace = 'hearth'::regnamespace"
                             " AND relkind = 'r'")) {
    all += Sql("SELECT coalesce(string_agg(t::text, ''), '') FROM hearth." + row[0] + " t")[0][0];
  }
  for (const std::string& secret : {handle, token, code}) EXPECT_EQ(all.find(secret), std::string::npos);
}

TEST_F(IntentTest, AVerifiedAddressFindsThePersonAndLookAlikesFindNobody) {
  AllowSelfService();
  Sql("UPDATE hearth.users SET alternate_mails = '{kate@home.example}' WHERE directory_id = 'forthcoffee'"
      " AND user_id = 'user1'");
  Sql("UPDATE hearth.users SET mail = 'Kim@Home.Example' WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  AskFor("KATE@home.example");
  AskFor("kim@HOME.example");
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_RESET_LINK_AND_CODE), SizeIs(2));
  for (const char* like : {"\xe2\x84\xaa"
                           "ate@home.example",
                           "k\xc3\xa4te@home.example",
                           "\xef\xbd\x8b"
                           "ate@home.example",
                           "kate@home.example.evil.example", "kate+tag@home.example", "k.ate@home.example"}) {
    AskFor(like);
  }
  EXPECT_THAT(Mails(), SizeIs(2));
}

TEST_F(IntentTest, ThePersonsLanguageComesBeforeTheRequests) {
  AllowSelfService();
  Sql("UPDATE hearth.users SET preferred_language = 'nl-BE' WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  for (const char* who : {"user1@forthcoffee.com", "user2@forthcoffee.com"}) {
    auto request = Wish(who);
    request.set_language("fr");
    ASSERT_THAT(Ask(request), IsOk());
    Relay();
  }
  const auto mails = MailsOf(v1::MAIL_TEMPLATE_RESET_LINK_AND_CODE);
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(mails[0].languages, "nl-BE,fr");
  EXPECT_EQ(mails[1].languages, ",fr");
}

TEST_F(IntentTest, AdministratorsAreWrittenToInTheirOwnLanguage) {
  Sql("UPDATE hearth.users SET preferred_language = 'es' WHERE directory_id = 'forthcoffee'"
      " AND user_id = 'helpdesk-administrator'");
  Sql("UPDATE hearth.users SET preferred_language = 'nl' WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  AskFor("user1@forthcoffee.com");
  std::map<std::string, std::string> languages;
  for (const WaitingMail& mail : MailsOf(v1::MAIL_TEMPLATE_RESET_REQUESTED)) languages[mail.to] = mail.languages;
  EXPECT_EQ(languages.at("helpdesk-administrator@forthcoffee.com"), "es");
  languages.erase("helpdesk-administrator@forthcoffee.com");
  for (const auto& [to, others] : languages) EXPECT_EQ(others, "") << to;
}

TEST_F(IntentTest, AnAddressOfTwoPeopleIsNeithers) {
  AllowSelfService();
  Sql("UPDATE hearth.users SET alternate_mails = '{shared@home.example}' WHERE directory_id = 'forthcoffee'"
      " AND user_id IN ('user1', 'user2')");
  AskFor("shared@home.example");
  EXPECT_THAT(Mails(), IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre("refused NOT_FOUND"));
}

TEST_F(IntentTest, AnAddressOfAGuestsOwnRowFindsNobody) {
  AllowSelfService();
  Sql("UPDATE hearth.users SET mail = 'guest@home.example' WHERE directory_id = 'forthcoffee' AND user_id = 'visitor'");
  AskFor("guest@home.example");
  EXPECT_THAT(Mails(), IsEmpty());
}

TEST_F(IntentTest, NothingComesOfTheDisabledTheDeletedAndThoseOutsideHearth) {
  AllowSelfService();
  AskFor("disabled@forthcoffee.com");
  AskFor("deleted@forthcoffee.com");
  AskFor("external@example.org");
  AskFor("nobody@forthcoffee.com");
  EXPECT_THAT(Mails(), IsEmpty());
  EXPECT_EQ(Count("reset_tokens"), "0");
  EXPECT_EQ(Count("reset_requests"), "0");
  EXPECT_THAT(Outcomes(), ElementsAre("refused USER_DISABLED", "refused NOT_FOUND", "refused HOME_OUTSIDE_HEARTH",
                                      "refused NOT_FOUND"));
}

TEST_F(IntentTest, NothingComesOfARequestWhoseDirectoryWasSuspendedMeanwhile) {
  AllowSelfService();
  ASSERT_THAT(Ask(Wish("user1@forthcoffee.com")), IsOk());
  Sql("UPDATE hearth.directories SET suspend_time = now() WHERE directory_id = 'forthcoffee'");
  Relay();
  EXPECT_EQ(Count("reset_tokens"), "0");
  EXPECT_EQ(Count("reset_requests"), "0");
  EXPECT_THAT(Mails(), IsEmpty());
  EXPECT_THAT(Outcomes(), ElementsAre("refused NOT_FOUND"));
}

// The rule the system exists for: user1@forthcoffee.com is a guest of Contoso.
TEST_F(IntentTest, AGuestGetsAMailThatSaysWhereHomeIsAndNoToken) {
  AllowSelfService("", kContoso);
  AllowSelfService("", kForth);
  AskFor("user1@forthcoffee.com", {kContoso, "backend"});
  const auto mails = Mails();
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].kind, v1::MAIL_TEMPLATE_RESET_AT_HOME);
  EXPECT_EQ(mails[0].directory, kContoso);
  EXPECT_EQ(mails[0].to, "user1@forthcoffee.com");
  EXPECT_EQ(mails[0].values.at("home_domain"), "forthcoffee.com");
  EXPECT_EQ(mails[0].values.at("home_help_uri"), "https://help.forthcoffee.com");
  EXPECT_EQ(Count("reset_tokens"), "0");
  EXPECT_EQ(Count("reset_requests"), "0");
  EXPECT_THAT(Outcomes(kContoso), ElementsAre("refused NOT_HOME_DIRECTORY"));
  EXPECT_THAT(Outcomes(kForth), ElementsAre("refused NOT_HOME_DIRECTORY"));
}

TEST_F(IntentTest, AHomeThatTakesRequestsOverMailsALinkOfItsOwn) {
  AllowSelfService(R"(, "accept_from_elsewhere": true)");
  const std::string handle = AskFor("user1@forthcoffee.com", {kContoso, "backend"});
  const auto links = MailsOf(v1::MAIL_TEMPLATE_RESET_LINK);
  ASSERT_THAT(links, SizeIs(1));
  EXPECT_EQ(links[0].directory, kForth);
  EXPECT_THAT(links[0].values.at("link"), HasSubstr(kPage));
  EXPECT_THAT(Outcomes(kContoso), ElementsAre("refused NOT_HOME_DIRECTORY"));
  EXPECT_THAT(Outcomes(kForth), ElementsAre("refused NOT_HOME_DIRECTORY", "allowed"));
  // The token is of home, and of home alone.
  EXPECT_THAT(Complete(Newest("link"), kNewPassword, {kContoso, "backend"}),
              HasReason(v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED));
  EXPECT_THAT(Complete(Newest("link")), IsOk());
}

TEST_F(IntentTest, SomebodyOfAnotherDirectoryWhoIsNotListedIsNobody) {
  AllowSelfService(R"(, "accept_from_elsewhere": true)");
  AskFor("user2@forthcoffee.com", {kContoso, "backend"});
  EXPECT_THAT(Mails(), IsEmpty());
  EXPECT_THAT(Outcomes(kContoso), ElementsAre("refused NOT_FOUND"));
  EXPECT_THAT(Outcomes(kForth), ElementsAre("refused NOT_FOUND")) << "the directory that owns the domain sees it";
}

TEST_F(IntentTest, TheSameRequestIdWithTheSameRequestIsOneIntentWithOneHandle) {
  auto request = Wish("user1@forthcoffee.com");
  request.set_request_id(NewUuid4());
  const auto first = Ask(request), second = Ask(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->handle(), second->handle());
  Relay();
  EXPECT_EQ(Ask(request)->handle(), first->handle()) << "also when it is done";
  Relay();
  EXPECT_EQ(Count("reset_intents"), "1");
  request.set_identifier("user2@forthcoffee.com");
  EXPECT_THAT(Ask(request), HasReason(v1::ERROR_REASON_REQUEST_ID_REUSED));
  EXPECT_EQ(Count("reset_intents"), "1");
}

TEST_F(IntentTest, ABatchServesManyDirectoriesAndEachAnswerIsItsOwn) {
  std::vector<v1::RequestResetRequest> requests;
  std::vector<hearth::Ask<v1::RequestResetRequest>> asks;
  for (int i = 0; i < 20; ++i) requests.push_back(Wish(absl::StrCat("user", i % 4, "@forthcoffee.com")));
  for (auto& request : requests) request.set_request_id(NewUuid4());
  requests[7].set_request_id(requests[3].request_id());  // The same id with the same request, in one batch.
  requests[8].set_request_id(requests[1].request_id());  // And with another.
  for (size_t i = 0; i < requests.size(); ++i) {
    const Principal caller = i >= 10 ? Principal{kContoso, "backend"} : kFrontEnd;
    asks.push_back({&By(caller, requests[i]), &requests[i]});
  }
  const auto answers = request_desk_.RequestReset(asks);
  std::set<std::string> handles;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (i == 8) {
      EXPECT_THAT(answers[i], HasReason(v1::ERROR_REASON_REQUEST_ID_REUSED));
    } else {
      ASSERT_THAT(answers[i], IsOk()) << i;
      handles.insert(answers[i]->handle());
    }
  }
  EXPECT_EQ(answers[7]->handle(), answers[3]->handle());
  EXPECT_THAT(handles, SizeIs(18));
  EXPECT_THAT(Sql("SELECT directory_id, count(*) FROM hearth.reset_intents GROUP BY 1 ORDER BY 1"),
              ElementsAre(ElementsAre("contoso", "10"), ElementsAre("forthcoffee", "8")));
}

TEST_F(IntentTest, AnExplicitVerdictTellsWhatCannotBeAndTakesUsersRead) {
  AllowSelfService();
  const auto ask = [this](const std::string& who, const Principal& caller = kFrontEnd) {
    auto request = Wish(who);
    request.set_explicit_verdict(true);
    return Ask(request, caller);
  };
  EXPECT_THAT(ask("user1@forthcoffee.com"), IsOk());
  EXPECT_THAT(ask("nobody@forthcoffee.com"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(ask("disabled@forthcoffee.com"), HasReason(v1::ERROR_REASON_USER_DISABLED));
  EXPECT_THAT(ask("user1@contoso.com"), Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "contoso.com"));
  EXPECT_THAT(ask("external@example.org"), HasReason(v1::ERROR_REASON_HOME_OUTSIDE_HEARTH));
  EXPECT_THAT(ask("user2@contoso.com"), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  Sql("UPDATE hearth.service_accounts SET permissions = '{resets.request}' WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(ask("user1@forthcoffee.com"), Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "users.read"));
  EXPECT_EQ(Count("reset_intents"), "1");
}

TEST_F(IntentTest, WhatSomebodyAskedForLastIsDoneLastAlsoInOneTransaction) {
  AllowSelfService();
  std::vector<std::string> handles;
  for (int i = 0; i < 4; ++i) {
    for (const char* who : {"user2@forthcoffee.com", "user1@forthcoffee.com"}) {
      const auto response = Ask(Wish(who));
      ASSERT_THAT(response, IsOk());
      handles.push_back(response->handle());
    }
  }
  Relay();
  const auto mails = MailsOf(v1::MAIL_TEMPLATE_RESET_LINK_AND_CODE);
  ASSERT_THAT(mails, SizeIs(8));
  std::map<std::string, std::string> codes;  // The newest of each.
  for (const WaitingMail& mail : mails) codes[mail.to] = mail.values.at("code");
  EXPECT_THAT(Verify(handles[5], codes.at("user1@forthcoffee.com")), testing::Not(IsOk()));
  EXPECT_THAT(Verify(handles[7], codes.at("user1@forthcoffee.com")), IsOk());
  EXPECT_THAT(Verify(handles[6], codes.at("user2@forthcoffee.com")), IsOk());
}

TEST_F(IntentTest, OneThatCannotBeCarriedOutHoldsUpNoneOfThoseWithIt) {
  AllowSelfService();
  Sql("CREATE FUNCTION hearth.poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'poison'; END $$;"
      "CREATE TRIGGER poison BEFORE INSERT ON hearth.reset_tokens FOR EACH ROW WHEN (NEW.user_id = 'user1')"
      " EXECUTE FUNCTION hearth.poison()");
  for (const char* who : {"user1@forthcoffee.com", "user2@forthcoffee.com", "nobody@forthcoffee.com"}) {
    ASSERT_THAT(Ask(Wish(who)), IsOk());
  }
  Relay();
  EXPECT_THAT(Sql("SELECT user_id FROM hearth.reset_tokens"), ElementsAre(ElementsAre("user2")));
  EXPECT_THAT(Mails(), SizeIs(1));
  EXPECT_THAT(Sql("SELECT attempts, sealed IS NOT NULL FROM hearth.reset_intents WHERE done_time IS NULL"),
              ElementsAre(ElementsAre("1", "t")));
  Sql("DROP TRIGGER poison ON hearth.reset_tokens");
  Sql("UPDATE hearth.reset_intents SET due_time = now() WHERE done_time IS NULL");
  Relay();
  EXPECT_THAT(Mails(), SizeIs(2));
}

TEST_F(IntentTest, TwoRelaysActOnceOnEach) {
  AllowSelfService(R"(, "requests": {"count": 1000})");
  constexpr int kAsked = 60;
  for (int i = 0; i < kAsked; ++i)
    ASSERT_THAT(Ask(Wish(i % 2 == 0 ? "user1@forthcoffee.com" : "user2@forthcoffee.com")), IsOk());
  IntentRelay other{&database(), &keyring(), &random_};
  const auto work = [](IntentRelay& relay) {
    for (int i = 0; i < 20; ++i) EXPECT_THAT(relay.Work(absl::Now() + absl::Seconds(20)), IsOk());
  };
  RunTogether({[&] { work(relay_); }, [&] { work(other); }, [&] { work(relay_); }});
  EXPECT_EQ(Count("mails"), absl::StrCat(kAsked));
  EXPECT_THAT(Outcomes(), SizeIs(kAsked));
}

TEST_F(IntentTest, WhatADeadRelayHadTakenIsTakenOverWhenItsLeaseEnds) {
  AllowSelfService();
  ASSERT_THAT(Ask(Wish("user1@forthcoffee.com")), IsOk());
  Sql("UPDATE hearth.reset_intents SET due_time = now() + interval '1 minute', attempts = 1");
  Relay();
  EXPECT_THAT(Mails(), IsEmpty());
  Sql("UPDATE hearth.reset_intents SET due_time = now()");
  Relay();
  EXPECT_THAT(Mails(), SizeIs(1));
}

TEST_F(IntentTest, AnIntentThatCannotBeOpenedHoldsNobodyUpAndIsGivenUp) {
  AllowSelfService();
  ASSERT_THAT(Ask(Wish("user1@forthcoffee.com")), IsOk());
  Sql("UPDATE hearth.reset_intents SET sealed = '\\x00'");
  ASSERT_THAT(Ask(Wish("user2@forthcoffee.com")), IsOk());
  Relay();
  EXPECT_THAT(Mails(), SizeIs(1));
  Sql("UPDATE hearth.reset_intents SET due_time = now(), attempts = 10 WHERE done_time IS NULL");
  Relay();
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.reset_intents WHERE done_time IS NULL"), IsEmpty());
  EXPECT_THAT(Outcomes(), Contains("failed"));
}

}  // namespace
}  // namespace hearth::test
