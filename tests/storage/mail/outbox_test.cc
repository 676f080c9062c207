#include "server/mail/outbox.h"

#include "gmock/gmock.h"
#include "server/base/ids.h"
#include "server/storage/tx.h"
#include "tests/support/fixture.h"
#include "tests/support/sample_mail.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OutboxTest : public Fixture {
 protected:
  absl::Status Put(const Mail& mail, const Scope& scope = {kForth}) {
    return database().Write(scope, absl::Now() + absl::Seconds(20), [&](Tx& tx) {
      Enqueue(tx, keyring(), mail);
      return absl::OkStatus();
    });
  }
};

TEST_F(OutboxTest, AMailWaitsWithItsFactsInClearAndItsValuesSealed) {
  Mail mail = SampleMail(v1::MAIL_TEMPLATE_RESET_LINK);
  mail.languages = {"de-AT", "", "nl"};
  ASSERT_THAT(Put(mail), IsOk());
  EXPECT_THAT(Sql("SELECT directory_id, recipient, person, template, languages, state, note, end_time,"
                  " message_id = mail_id || '@forthcoffee.com', expire_time = create_time + interval '1 hour'"
                  " FROM hearth.mails"),
              ElementsAre(ElementsAre("forthcoffee", "ada@roastery.example", "user1", "1", "de-AT,,nl", "1", "", "",
                                      "t", "t")));
  EXPECT_THAT(
      Sql("SELECT o.directory_id, attempts, lease, due_time = create_time FROM hearth.outbox o JOIN hearth.mails"
          " USING (directory_id, mail_id)"),
      ElementsAre(ElementsAre("forthcoffee", "0", "", "t")));
  // Every column of both tables as text, and the box byte by byte.
  const std::string all =
      Sql("SELECT (SELECT string_agg(m::text, '') FROM hearth.mails m) ||"
          " (SELECT string_agg(o::text, '') FROM hearth.outbox o) ||"
          " (SELECT encode(sealed, 'escape') FROM hearth.mails)")[0][0];
  for (const std::string text :
       {"Ada Lovelace", "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs", "account.forthcoffee.com"}) {
    EXPECT_EQ(all.find(text), std::string::npos) << text;
  }
}

TEST_F(OutboxTest, AMailExistsIfAndOnlyIfItsTransactionCommits) {
  const absl::Status status = database().Write({kForth}, absl::Now() + absl::Seconds(20), [&](Tx& tx) {
    Enqueue(tx, keyring(), SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED));
    return Refuse(v1::ERROR_REASON_CONFLICT);
  });
  EXPECT_THAT(status, HasReason(v1::ERROR_REASON_CONFLICT));
  EXPECT_THAT(Sql("SELECT * FROM hearth.mails"), IsEmpty());
  EXPECT_THAT(Sql("SELECT * FROM hearth.outbox"), IsEmpty());
}

TEST_F(OutboxTest, AMailOfADirectoryThatIsNotLiveExpires) {
  ASSERT_THAT(Put(SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED)), IsOk());
  Sql("UPDATE hearth.directories SET suspend_time = now() WHERE directory_id = 'forthcoffee';"
      "UPDATE hearth.mails SET create_time = now() - interval '1 hour', expire_time = now() - interval '1 second'");
  ASSERT_THAT(SweepOutbox(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_THAT(Sql("SELECT state, sealed FROM hearth.mails"), ElementsAre(ElementsAre("3", "")));
  EXPECT_THAT(Sql("SELECT * FROM hearth.outbox"), IsEmpty());
}

TEST_F(OutboxTest, AnIdThatWasFixedBeforeMakesOneMail) {
  Mail mail = SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED);
  mail.id = NewUuid4();
  ASSERT_THAT(Put(mail), IsOk());
  ASSERT_THAT(Put(mail), IsOk());
  EXPECT_THAT(Sql("SELECT mail_id, (SELECT count(*) FROM hearth.outbox) FROM hearth.mails"),
              ElementsAre(ElementsAre(mail.id, "1")));
}

TEST_F(OutboxTest, ADirectoryThatTheTransactionDoesNotServeGetsNoMail) {
  EXPECT_THAT(Put(SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED), {kContoso}), HasReason(v1::ERROR_REASON_INTERNAL));
  EXPECT_THAT(Sql("SELECT * FROM hearth.mails"), IsEmpty());
}

TEST_F(OutboxTest, AMailThatIsNotWellMadeFailsItsTransaction) {
  for (const std::string to : {"", "a@b.example,c@d.example", "a@b.example\r\nBcc: c@d.example"}) {
    Mail mail = SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED);
    mail.to = to;
    EXPECT_THAT(Put(mail), HasReason(v1::ERROR_REASON_INTERNAL)) << to;
  }
  EXPECT_THAT(Sql("SELECT * FROM hearth.mails"), IsEmpty());
}

TEST_F(OutboxTest, MailsOfOneMailboxShareADigestAndOthersDoNot) {
  const auto put = [&](const std::string& directory, const std::string& person, const std::string& to) {
    Mail mail = SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED);
    mail.directory = directory;
    mail.person = person;
    mail.to = to;
    ASSERT_THAT(Put(mail, {directory}), IsOk());
  };
  put(kForth, "user1", "a@b.example");
  put(kForth, "user1", "a@b.example");
  put(kForth, "user1", "c@d.example");
  put(kForth, "user2", "a@b.example");
  put(kContoso, "user1", "a@b.example");
  put(kForth, "", "a@b.example");
  EXPECT_THAT(Sql("SELECT count(*), count(DISTINCT mailbox), count(mailbox) FROM hearth.outbox"),
              ElementsAre(ElementsAre("6", "4", "5")));
}

TEST_F(OutboxTest, TheSchemaBoundsWhatWaits) {
  const Scope forth = {kForth};
  const auto insert = [&](const std::string& recipient, const std::string& sealed, const std::string& expire) {
    return SqlAsApp(
        &forth,
        "INSERT INTO hearth.mails (directory_id, mail_id, recipient, person, template, languages, message_id,"
        " key_id, sealed, expire_time) VALUES ('forthcoffee', gen_random_uuid(), " +
            recipient + ", '', 1, '', 'x', 'k1', " + sealed + ", " + expire + ")");
  };
  const std::string hour = "now() + interval '1 hour'";
  EXPECT_THAT(insert("'a@b.example'", "'\\x00'", hour), IsOk());
  EXPECT_FALSE(insert("repeat('a', 255)", "'\\x00'", hour).ok());
  EXPECT_FALSE(insert("'a@b.example'", "repeat('a', 32769)::bytea", hour).ok());
  EXPECT_FALSE(insert("'a@b.example'", "NULL", hour).ok());  // Nothing to send.
  EXPECT_FALSE(insert("'a@b.example'", "'\\x00'", "now()").ok());
}

}  // namespace
}  // namespace hearth::test
