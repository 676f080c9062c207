// An hour without a mail server, in which people go on asking: the time stamps in the database move, the server is really not there.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/storage/mail/relay_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing::UnorderedElementsAreArray;

constexpr int kPeople = 3;

class OutageTest : public RelayTest {
 protected:
  // A mail to a person whose number, in the order of all mails, is in its Message-ID.
  void PutNumbered(v1::MailTemplate kind, int person, absl::Duration lifetime) {
    Mail mail = SampleMail(kind);
    mail.person = absl::StrCat("person", person);
    mail.to = absl::StrCat("a", person, "@roastery.example");
    mail.lifetime = lifetime;
    mail.id = absl::StrFormat("00000000-0000-4000-8000-%012d", ++put_);
    Put(mail);
  }
  // What everybody is sent: a code, a link, a notice.
  void PutForEverybody() {
    for (int person = 0; person < kPeople; ++person) {
      PutNumbered(v1::MAIL_TEMPLATE_RESET_CODE, person, absl::Minutes(10));
      PutNumbered(v1::MAIL_TEMPLATE_RESET_LINK, person, absl::Hours(1));
      PutNumbered(v1::MAIL_TEMPLATE_PASSWORD_CHANGED, person, absl::Hours(3 * 24));
    }
  }
  // Changes rows beside the relay, which locks them in an order of its own.
  void Alter(const std::string& statements) {
    Sql("DO $$ BEGIN LOOP BEGIN " + statements +
        "; EXIT; EXCEPTION WHEN deadlock_detected THEN NULL; END; END LOOP; END $$");
  }
  void PassTenMinutes() {
    Alter(
        "UPDATE hearth.mails SET create_time = create_time - interval '10 minutes',"
        " expire_time = expire_time - interval '10 minutes';"
        "UPDATE hearth.outbox SET due_time = due_time - interval '10 minutes'");
  }
  // Waits until a mail was tried in vain whose note was cleared.
  bool WaitUntilTried() {
    return WaitUntil([this] { return Count("mails WHERE state = 1 AND note <> ''") != "0"; });
  }
  static int NumberOf(const std::string& message_id) {
    return std::stoi(message_id.substr(message_id.find('@') - 12, 12));
  }

  int put_ = 0;
};

TEST_F(OutageTest, AnHourWithoutAMailServerLosesNothingAndSendsNothingThatExpired) {
  MailSink sink;
  sink.Stop();
  auto relay = NewRelay(sink);
  for (int step = 0; step < 6; ++step) {
    Alter("UPDATE hearth.mails SET note = '' WHERE state = 1");
    PutForEverybody();
    EXPECT_TRUE(WaitUntilTried()) << "in step " << step;
    // In the third step the server stops and starts; in the last one so that no claim of before is taken over while it is still carried out.
    if (step == 2 || step == 5) relay.reset();
    PassTenMinutes();
    if (relay == nullptr) relay = NewRelay(sink);
  }
  ASSERT_EQ(put_, 54);
  EXPECT_EQ(Count("mails WHERE state = 2"), "0");
  EXPECT_EQ(Count("outbox WHERE lease IS NULL AND attempts > 2"), "0")
      << "no mail is to blame; one that was claimed when the time stamps moved counts as taken over";

  sink.Start();
  ASSERT_TRUE(WaitUntilEmpty());
  // Codes live for ten minutes: none is of use. Of the links those of the first step have lived for an hour.
  std::set<int> expired, sent;
  for (const auto& row : Sql("SELECT message_id FROM hearth.mails WHERE state = 3")) expired.insert(NumberOf(row[0]));
  for (const auto& row : Sql("SELECT message_id FROM hearth.mails WHERE state = 2")) sent.insert(NumberOf(row[0]));
  EXPECT_THAT(expired, SizeIs(6 * kPeople + kPeople));
  EXPECT_THAT(sent, SizeIs(54 - expired.size()));
  EXPECT_THAT(
      Sql("SELECT template, min(state), max(state), count(*) FROM hearth.mails WHERE state <> 2 GROUP BY 1 ORDER BY 1"),
      ElementsAre(ElementsAre(std::to_string(v1::MAIL_TEMPLATE_RESET_LINK), "3", "3", "3"),
                  ElementsAre(std::to_string(v1::MAIL_TEMPLATE_RESET_CODE), "3", "3", "18")));
  EXPECT_EQ(Count("mails WHERE sealed IS NOT NULL"), "0") << "with what they carried";

  std::vector<int> came;
  std::map<std::string, std::vector<int>> of_mailbox;
  for (const SunkMail& mail : sink.Mails()) {
    came.push_back(NumberOf(mail.Header("Message-Id").at(0)));
    of_mailbox[mail.all.at("rcpt_tos").at(0).get<std::string>()].push_back(came.back());
  }
  EXPECT_THAT(came, UnorderedElementsAreArray(sent)) << "each once";
  EXPECT_THAT(of_mailbox, SizeIs(kPeople));
  for (const auto& [to, numbers] : of_mailbox) EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end())) << to;
}

}  // namespace
}  // namespace hearth::test
