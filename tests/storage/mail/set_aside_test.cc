// Mails that were set aside, as an administrator sees them, and what becomes of them.
#include "server/mail/set_aside_desk.h"

#include "absl/strings/str_cat.h"
#include "server/base/resource_name.h"
#include "tests/storage/mail/mail_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class SetAsideTest : public MailFixture {
 protected:
  // Lets a courier try all that is due.
  void Round() { EXPECT_THAT(courier_.Run(16), IsOk()); }
  // A mail that was refused for good; the name of its resource.
  std::string SetAside(const std::string& to, const std::string& person = "", const std::string& directory = kForth) {
    transport_.answer = [](const auto&) { return Delivery{Delivery::kNever, "550 5.1.1 nobody"}; };
    Put(to, person, directory);
    Round();
    transport_.answer = nullptr;
    EXPECT_EQ(StateOf(to), "set aside");
    return MailName(directory, Sql("SELECT mail_id FROM hearth.mails WHERE recipient = '" + to + "'")[0][0]);
  }
  void Expire(const std::string& to) {
    Sql("UPDATE hearth.mails SET create_time = now() - interval '2 hours', expire_time = now() - interval '1 second'"
        " WHERE recipient = '" +
        to + "'");
  }
  v1::ListSetAsideMailsResponse List(int page_size = 0, const std::string& token = "",
                                     const Principal& caller = ForthAdmin()) {
    v1::ListSetAsideMailsRequest request;
    request.set_parent(DirectoryName(caller.directory));
    request.set_page_size(page_size);
    request.set_page_token(token);
    const auto response = desk_.ListSetAsideMails(By(caller, request), request);
    EXPECT_THAT(response, IsOk());
    return response.value_or(v1::ListSetAsideMailsResponse());
  }
  absl::Status Retry(const std::string& name, const Principal& caller = ForthAdmin()) {
    v1::RetryMailRequest request;
    request.set_name(name);
    return desk_.RetryMail(By(caller, request), request).status();
  }
  absl::Status Discard(const std::string& name, const Principal& caller = ForthAdmin()) {
    v1::DiscardMailRequest request;
    request.set_name(name);
    return desk_.DiscardMail(By(caller, request), request).status();
  }

  FakeTransport transport_;
  prometheus::Registry registry_;
  MailMetrics metrics_{registry_};
  SystemRandom random_;
  absl::Notification stopping_;
  Courier courier_{
      &database(), &keyring(), &transport_, &metrics_, &random_, &stopping_, {.from = "h@forthcoffee.com"}};
  SetAsideDesk desk_{&database(), &keyring(), &pager()};
};

TEST_F(SetAsideTest, TheListTellsToWhomAndWhyAndNothingOfWhatTheySay) {
  const std::string name = SetAside("ada@roastery.example", "user1");
  Put("fine@roastery.example");
  Put("waits@roastery.example");
  const auto list = List();
  ASSERT_THAT(list.mails(), SizeIs(1));
  const v1::Mail& mail = list.mails(0);
  EXPECT_EQ(mail.name(), name);
  EXPECT_EQ(mail.template_(), v1::MAIL_TEMPLATE_RESET_LINK);
  EXPECT_EQ(mail.recipient(), "ada@roastery.example");
  EXPECT_EQ(mail.person(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(mail.note(), "550 5.1.1 nobody");
  EXPECT_TRUE(mail.retryable());
  EXPECT_GE(mail.set_aside_time().seconds(), mail.create_time().seconds());
  EXPECT_GT(mail.expire_time().seconds(), mail.set_aside_time().seconds());
  EXPECT_THAT(list.DebugString(), Not(HasSubstr("3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs")));
}

TEST_F(SetAsideTest, PagesAreOfTheLastFirstAndOfOneDirectory) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) names.insert(names.begin(), SetAside(absl::StrCat("a", i, "@roastery.example")));
  SetAside("other@roastery.example", "", kContoso);
  // Two at the same time: the id decides.
  Sql("UPDATE hearth.mails SET end_time = (SELECT max(end_time) FROM hearth.mails WHERE directory_id = 'forthcoffee')"
      " WHERE recipient = 'a3@roastery.example'");
  std::vector<std::string> seen;
  std::string token;
  do {
    const auto page = List(2, token);
    EXPECT_LE(page.mails_size(), 2);
    for (const v1::Mail& mail : page.mails()) seen.push_back(mail.name());
    token = page.next_page_token();
  } while (!token.empty());
  ASSERT_THAT(seen, SizeIs(5));
  EXPECT_EQ(std::vector<std::string>(seen.begin() + 2, seen.end()),
            std::vector<std::string>(names.begin() + 2, names.end()));
  EXPECT_THAT(std::vector<std::string>(seen.begin(), seen.begin() + 2),
              testing::UnorderedElementsAre(names[0], names[1]));
}

TEST_F(SetAsideTest, ARetriedMailIsSentAsTheSameMailAndNewerOnesOfItsMailboxWentBefore) {
  const std::string name = SetAside("ada@roastery.example", "user1");
  const std::string id = Sql("SELECT message_id FROM hearth.mails")[0][0];
  const std::string mailbox = "SELECT DISTINCT encode(mailbox, 'hex') FROM hearth.outbox";
  Put("ada@roastery.example", "user1");
  ASSERT_THAT(Retry(name), IsOk());
  EXPECT_THAT(Sql(mailbox), SizeIs(1)) << "both are of one mailbox";
  EXPECT_THAT(Sql("SELECT attempts, lease FROM hearth.outbox"), testing::Each(ElementsAre("0", "")));
  EXPECT_THAT(List().mails(), IsEmpty());
  Round();
  Round();
  const auto sent = transport_.sent();
  ASSERT_THAT(sent, SizeIs(3)) << "one was refused";
  EXPECT_THAT(sent[1].message, Not(HasSubstr(id)));
  EXPECT_THAT(sent[2].message, HasSubstr("Message-Id: <" + id + ">"));
  EXPECT_EQ(Count("mails WHERE state = 2 AND sealed IS NULL"), "2");
  EXPECT_EQ(Audit(kForth).back().action, "mail.retry");
  EXPECT_THAT(Retry(name), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "mail"));
}

TEST_F(SetAsideTest, WhatARetriedMailCarriesEndsWhenItEnds) {
  const std::string name = SetAside("late@roastery.example");
  EXPECT_EQ(Count("mails WHERE sealed IS NOT NULL"), "1");
  Expire("late@roastery.example");
  EXPECT_FALSE(List().mails(0).retryable());
  EXPECT_THAT(Retry(name), HasReason(v1::ERROR_REASON_MAIL_EXPIRED));
  ASSERT_THAT(SweepOutbox(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_EQ(Count("mails WHERE sealed IS NOT NULL"), "0");
  EXPECT_EQ(StateOf("late@roastery.example"), "set aside") << "it stays to be seen";
  EXPECT_THAT(Retry(name), HasReason(v1::ERROR_REASON_MAIL_EXPIRED));
  Round();
  EXPECT_THAT(transport_.sent(), SizeIs(1));
}

TEST_F(SetAsideTest, ADiscardedMailIsGoneWithAllThatItCarried) {
  const std::string name = SetAside("ada@roastery.example");
  ASSERT_THAT(Discard(name), IsOk());
  EXPECT_THAT(List().mails(), IsEmpty());
  EXPECT_THAT(Sql("SELECT state, sealed IS NULL FROM hearth.mails"), ElementsAre(ElementsAre("5", "t")));
  EXPECT_EQ(Audit(kForth).back().action, "mail.discard");
  EXPECT_THAT(Retry(name), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Discard(name), HasReason(v1::ERROR_REASON_NOT_FOUND));
  Round();
  EXPECT_THAT(transport_.sent(), SizeIs(1));
}

TEST_F(SetAsideTest, MailsThatWaitOrWereSentAreNoneOfThese) {
  Put("ada@roastery.example");
  const std::string name = MailName(kForth, Sql("SELECT mail_id FROM hearth.mails")[0][0]);
  EXPECT_THAT(Retry(name), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Discard(name), HasReason(v1::ERROR_REASON_NOT_FOUND));
  Round();
  EXPECT_THAT(Retry(name), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(StateOf("ada@roastery.example"), "sent");
}

TEST_F(SetAsideTest, AnotherDirectorysMailsAreOutOfReach) {
  const std::string name = SetAside("ada@roastery.example");
  EXPECT_THAT(List(0, "", ContosoAdmin()).mails(), IsEmpty());
  EXPECT_THAT(Retry(name, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  std::string own = name;
  own.replace(own.find(kForth), std::string(kForth).size(), kContoso);
  EXPECT_THAT(Discard(own, ContosoAdmin()), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(StateOf("ada@roastery.example"), "set aside");
}

}  // namespace
}  // namespace hearth::test
