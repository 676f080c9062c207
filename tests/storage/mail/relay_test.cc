// Relays in threads of their own, against a mail server that we did not write.
#include "tests/storage/mail/relay_fixture.h"

#include "absl/strings/str_cat.h"
#include "server/mail/language.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(RelayTest, MailsOfAllDirectoriesArriveWithWhatTheySay) {
  const MailSink sink;
  const auto relay = NewRelay(sink);
  for (const v1::MailTemplate kind : AllTemplates()) {
    Mail mail = SampleMail(kind);
    mail.directory = kind % 2 == 0 ? kForth : kContoso;
    mail.languages = {MailLanguages()[static_cast<size_t>(kind) % MailLanguages().size()]};
    Put(mail);
  }
  const auto mails = sink.WaitFor(AllTemplates().size());
  ASSERT_THAT(mails, SizeIs(AllTemplates().size()));
  for (const SunkMail& mail : mails) {
    EXPECT_EQ(mail.all.at("defects"), nlohmann::json::array());
    EXPECT_EQ(mail.all.at("parts"), nlohmann::json({"text/plain", "text/html"}));
    EXPECT_THAT(mail.Header("Auto-Submitted"), ElementsAre("auto-generated"));
    EXPECT_THAT(mail.Header("Subject").at(0), testing::Not(IsEmpty()));
    EXPECT_EQ(mail.all.at("rcpt_tos"), nlohmann::json({"ada@roastery.example"}));
  }
  EXPECT_TRUE(WaitUntilEmpty());
  EXPECT_EQ(Count("mails WHERE state = 2 AND sealed IS NULL"), std::to_string(AllTemplates().size()));
}

TEST_F(RelayTest, NothingIsLostWhileTheServerIsAway) {
  MailSink sink;
  sink.Stop();
  const auto relay = NewRelay(sink);
  for (int i = 0; i < 40; ++i) Put(absl::StrCat("a", i, "@roastery.example"), absl::StrCat("user", i % 7));
  // Until it was tried in vain.
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (Count("mails WHERE note <> ''") == "0" && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(Count("mails WHERE state = 1"), "40");
  sink.Start();
  const auto mails = sink.WaitFor(40);
  EXPECT_TRUE(WaitUntilEmpty());
  EXPECT_THAT(Ids(mails), SizeIs(40));
  EXPECT_EQ(Count("mails WHERE state = 2"), "40");
}

TEST_F(RelayTest, TwoRelaysSendEveryMailOnce) {
  const MailSink sink;
  for (int i = 0; i < 60; ++i) Put(absl::StrCat("a", i, "@roastery.example"), absl::StrCat("user", i % 5));
  const auto one = NewRelay(sink), two = NewRelay(sink);
  const auto mails = sink.WaitFor(60);
  ASSERT_TRUE(WaitUntilEmpty());
  const auto ids = Ids(sink.Mails());
  EXPECT_THAT(ids, SizeIs(60));
  for (const auto& [id, count] : ids) EXPECT_EQ(count, 1) << id;
}

TEST_F(RelayTest, RefusedMailsHoldUpNoOthers) {
  const MailSink sink;
  const auto relay = NewRelay(sink, 1);
  for (const char* fault : {"never-", "drop-", "later-", "full-", "policy-"})
    Put(absl::StrCat(fault, "x@roastery.example"));
  for (int i = 0; i < 10; ++i) Put(absl::StrCat("a", i, "@roastery.example"));
  EXPECT_THAT(sink.WaitFor(10), SizeIs(10));
  EXPECT_EQ(StateOf("never-x@roastery.example"), "set aside");
  EXPECT_EQ(StateOf("full-x@roastery.example"), "set aside");
  for (const char* fault : {"drop-", "later-", "policy-"}) {
    EXPECT_EQ(StateOf(absl::StrCat(fault, "x@roastery.example")), "waiting") << fault;
  }
}

TEST_F(RelayTest, AMailThatIsRefusedTwiceArrivesAtTheThirdAttempt) {
  const MailSink sink;
  Put("later2-x@roastery.example");
  const auto relay = NewRelay(sink, 1);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (sink.Mails().empty() && absl::Now() < deadline) {
    Sql("UPDATE hearth.outbox SET due_time = now() WHERE lease IS NULL");  // Time passes.
    absl::SleepFor(absl::Milliseconds(100));
  }
  ASSERT_THAT(sink.Mails(), SizeIs(1));
  ASSERT_TRUE(WaitUntilEmpty());
  EXPECT_EQ(StateOf("later2-x@roastery.example"), "sent");
}

TEST_F(RelayTest, AStoppedRelayGivesBackWhatItClaimed) {
  const MailSink sink({"--mode", "silent"});
  Put("ada@roastery.example");
  {
    const auto relay = NewRelay(sink, 1);
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (Count("outbox WHERE lease IS NOT NULL") == "0" && absl::Now() < deadline)
      absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_THAT(Sql("SELECT attempts, lease, due_time <= now() FROM hearth.outbox"),
              ElementsAre(ElementsAre("0", "", "t")));
}

TEST_F(RelayTest, NoSecretIsLeftInTheTables) {
  const MailSink sink;
  const auto relay = NewRelay(sink);
  for (const v1::MailTemplate kind : AllTemplates()) Put(SampleMail(kind));
  EXPECT_THAT(sink.WaitFor(AllTemplates().size()), SizeIs(AllTemplates().size()));
  ASSERT_TRUE(WaitUntilEmpty());
  for (const char* secret : {"3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs", "40791835", "t2hfw-x2rwa-6bjmx-eaejp"}) {
    EXPECT_THAT(AllStored(), testing::Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace hearth::test
