#include "server/mail/courier.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/storage/mail/mail_fixture.h"

namespace hearth::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr char kSecret[] = "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";

class CourierTest : public MailFixture {
 protected:
  Courier NewCourier(CourierOptions options = {.from = "hearth@forthcoffee.com"}) {
    return {&database(), &keyring(), &transport_, &metrics_, &random_, &stopping_, options};
  }
  CourierRound Round(int most = 16) {
    const auto round = courier_.Run(most);
    EXPECT_THAT(round, IsOk());
    return round.value_or(CourierRound{});
  }

  FakeTransport transport_;
  prometheus::Registry registry_;
  MailMetrics metrics_{registry_};
  SystemRandom random_;
  absl::Notification stopping_;
  Courier courier_ = NewCourier();
};

TEST_F(CourierTest, AMailIsSentOnceAndItsSecretsAreGone) {
  Put("ada@roastery.example", "user1");
  EXPECT_EQ(Round().claimed, 1);
  EXPECT_EQ(Round().claimed, 0);
  ASSERT_THAT(transport_.sent(), SizeIs(1));
  const std::string message = transport_.sent()[0].message;
  EXPECT_THAT(message, HasSubstr("From: Forth Coffee <hearth@forthcoffee.com>"));
  EXPECT_THAT(message, HasSubstr(kSecret));
  EXPECT_THAT(Sql("SELECT state, sealed, note, end_time IS NOT NULL FROM hearth.mails"),
              ElementsAre(ElementsAre("2", "", "250 ok", "t")));
  EXPECT_EQ(Count("outbox"), "0");
  EXPECT_THAT(AllStored(), Not(HasSubstr(kSecret)));
  EXPECT_EQ(metrics_.sent.Value(), 1);
}

// What waits goes out when the directory is live again, and expires else.
TEST_F(CourierTest, ADirectoryThatIsNotLiveWritesToNobody) {
  Put("ada@roastery.example", "user1");
  Put("bob@contoso.example", "user1", kContoso);
  for (const char* time : {"suspend_time", "delete_time"}) {
    Sql(absl::StrCat("UPDATE hearth.directories SET ", time, " = now() WHERE directory_id = 'forthcoffee'"));
    Round();
    EXPECT_THAT(transport_.recipients(), ElementsAre("bob@contoso.example")) << time;
    Sql(absl::StrCat("UPDATE hearth.directories SET ", time, " = NULL WHERE directory_id = 'forthcoffee'"));
  }
  EXPECT_EQ(Round().claimed, 1);
  EXPECT_THAT(transport_.recipients(), ElementsAre("bob@contoso.example", "ada@roastery.example"));
}

TEST_F(CourierTest, TheMessageIdIsTheSameAtEveryAttempt) {
  transport_.answer = [](const auto&) { return Delivery{Delivery::kLater, "451 later"}; };
  Put("ada@roastery.example");
  const std::string id = "<" + Sql("SELECT message_id FROM hearth.mails")[0][0] + ">";
  for (int i = 0; i < 3; ++i) {
    MakeDue();
    Round();
  }
  ASSERT_THAT(transport_.sent(), SizeIs(3));
  for (const auto& sent : transport_.sent()) EXPECT_THAT(sent.message, HasSubstr("Message-Id: " + id));
}

TEST_F(CourierTest, ADirectorysNameColourSupportLanguageAndTimeZoneAreInItsMails) {
  Sql("INSERT INTO hearth.mail_settings (directory_id, sender_name, color, support_uri, language, time_zone) VALUES"
      " ('forthcoffee', 'Forth Coffee IT', '#ff8800', 'https://it.forthcoffee.com', 'nl', 'Europe/Amsterdam')");
  Mail mail = SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED);
  mail.languages = {"ja"};
  Put(mail);
  Round();
  const std::string message = transport_.sent().at(0).message;
  for (const char* part : {"From: Forth Coffee IT <", "Subject: Uw wachtwoord is gewijzigd", "Content-Language: nl",
                           "#ff8800", "https://it.forthcoffee.com"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST_F(CourierTest, ThePersonsLanguageComesBeforeTheDirectorys) {
  Sql("INSERT INTO hearth.mail_settings (directory_id, language) VALUES ('forthcoffee', 'nl')");
  Mail mail = SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED);
  mail.languages = {"", "de-AT", "fr"};
  Put(mail);
  Round();
  EXPECT_THAT(transport_.sent().at(0).message, HasSubstr("Content-Language: de-AT"));
}

TEST_F(CourierTest, AnExpiredMailIsNeverSent) {
  Put("late@roastery.example");
  Sql("UPDATE hearth.mails SET create_time = now() - interval '2 hours', expire_time = now() - interval '1 second'");
  EXPECT_EQ(Round().claimed, 1);
  EXPECT_THAT(transport_.sent(), IsEmpty());
  EXPECT_EQ(StateOf("late@roastery.example"), "expired");
  EXPECT_EQ(Count("mails WHERE sealed IS NOT NULL"), "0");
  EXPECT_EQ(metrics_.expired.Value(), 1);
}

TEST_F(CourierTest, AMailThatExpiresWhileItsBatchIsSentIsNotSent) {
  Put("first@roastery.example");
  Put("second@roastery.example");
  Sql("UPDATE hearth.mails SET expire_time = clock_timestamp() + interval '700 milliseconds' WHERE recipient = "
      "'second@roastery.example'");
  transport_.answer = [](const auto&) {
    absl::SleepFor(absl::Seconds(1));  // A slow server.
    return Delivery{Delivery::kAccepted, ""};
  };
  Round();
  EXPECT_THAT(transport_.recipients(), ElementsAre("first@roastery.example"));
  EXPECT_EQ(StateOf("second@roastery.example"), "expired");
}

TEST_F(CourierTest, WhereNoRelayRunsTheSweepEndsWhatExpired) {
  Put("late@roastery.example");
  Put("early@roastery.example");
  Sql("UPDATE hearth.mails SET create_time = now() - interval '2 hours', expire_time = now() - interval '1 second'"
      " WHERE recipient = 'late@roastery.example'");
  ASSERT_THAT(SweepOutbox(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_EQ(StateOf("late@roastery.example"), "expired");
  EXPECT_EQ(StateOf("early@roastery.example"), "waiting");
  EXPECT_EQ(Count("mails WHERE sealed IS NOT NULL"), "1");
  EXPECT_EQ(Count("outbox"), "1");
}

TEST_F(CourierTest, TheSweepForgetsMailsThirtyDaysAfterTheyEnded) {
  Put("old@roastery.example");
  Put("new@roastery.example");
  Round();
  Sql("UPDATE hearth.mails SET end_time = now() - interval '31 days' WHERE recipient = 'old@roastery.example'");
  ASSERT_THAT(SweepOutbox(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_THAT(Sql("SELECT recipient FROM hearth.mails"), ElementsAre(ElementsAre("new@roastery.example")));
}

TEST_F(CourierTest, AMailRefusedForNowIsTriedAgainLaterAndOthersAreNot) {
  transport_.answer = [](const auto& mail) {
    return Delivery{mail.to == "later@roastery.example" ? Delivery::kLater : Delivery::kAccepted, "451 4.3.0 later"};
  };
  Put("later@roastery.example");
  Put("fine@roastery.example");
  Round();
  EXPECT_EQ(StateOf("later@roastery.example"), "waiting");
  EXPECT_EQ(StateOf("fine@roastery.example"), "sent");
  EXPECT_EQ(Round().claimed, 0);
  EXPECT_THAT(
      Sql("SELECT attempts, lease, due_time > now() + interval '1 second', due_time < now() + interval '6 seconds',"
          " m.note FROM hearth.outbox JOIN hearth.mails m USING (directory_id, mail_id)"),
      ElementsAre(ElementsAre("1", "", "t", "t", "451 4.3.0 later")));
}

TEST_F(CourierTest, AMailIsNotTriedAgainAfterItExpires) {
  transport_.answer = [](const auto&) { return Delivery{Delivery::kLater, ""}; };
  Put("later@roastery.example");
  Sql("UPDATE hearth.mails SET expire_time = now() + interval '2 seconds'");
  Round();
  EXPECT_EQ(Count("outbox o JOIN hearth.mails m USING (directory_id, mail_id) WHERE o.due_time > m.expire_time"), "0");
}

TEST_F(CourierTest, APoisonedMailIsSetAsideAndHoldsUpNobody) {
  transport_.answer = [](const auto& mail) {
    return Delivery{mail.to == "poison@roastery.example" ? Delivery::kLater : Delivery::kAccepted, "451"};
  };
  Put("poison@roastery.example");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(StateOf("poison@roastery.example"), "waiting");
    const std::string other = absl::StrCat("a", i, "@roastery.example");
    Put(other);
    MakeDue();
    Round();
    EXPECT_EQ(StateOf(other), "sent");
  }
  EXPECT_EQ(StateOf("poison@roastery.example"), "set aside");
  EXPECT_THAT(Sql("SELECT recipient FROM hearth.mails WHERE sealed IS NOT NULL"),
              ElementsAre(ElementsAre("poison@roastery.example")))
      << "until it expires, for an administrator who tries again";
  EXPECT_EQ(metrics_.set_aside.Value(), 1);
}

TEST_F(CourierTest, AMailRefusedForGoodIsSetAsideAtOnce) {
  transport_.answer = [](const auto&) { return Delivery{Delivery::kNever, "550 5.1.1 nobody"}; };
  Put("nobody@roastery.example");
  Round();
  EXPECT_EQ(StateOf("nobody@roastery.example"), "set aside");
  EXPECT_THAT(Sql("SELECT note FROM hearth.mails"), ElementsAre(ElementsAre("550 5.1.1 nobody")));
}

TEST_F(CourierTest, ABoxThatDoesNotOpenIsSetAside) {
  Put("ada@roastery.example");
  // Whoever can write to the database turns the link to themselves.
  Sql("UPDATE hearth.mails SET recipient = 'mallory@roastery.example'");
  Round();
  EXPECT_THAT(transport_.sent(), IsEmpty());
  EXPECT_EQ(StateOf("mallory@roastery.example"), "set aside");
}

TEST_F(CourierTest, WithoutAServerNoMailIsToBlame) {
  transport_.answer = [](const auto&) { return Delivery{Delivery::kNoServer, "connect: refused"}; };
  for (int i = 0; i < 3; ++i) Put(absl::StrCat("a", i, "@roastery.example"));
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(Round().no_server);
  EXPECT_THAT(Sql("SELECT attempts, lease FROM hearth.outbox"), Each(ElementsAre("0", "")));
  EXPECT_THAT(transport_.sent(), SizeIs(30));  // One of each batch; the others are not even tried.
  transport_.answer = nullptr;
  EXPECT_EQ(Round().claimed, 3);
  EXPECT_EQ(Count("mails WHERE state = 2"), "3");
}

TEST_F(CourierTest, MailsOfAMailboxArriveInOrderAlsoWhenTheFirstHasToWait) {
  bool fails = true;
  transport_.answer = [&](const auto&) { return Delivery{fails ? Delivery::kLater : Delivery::kAccepted, ""}; };
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    Mail mail = SampleMail(v1::MAIL_TEMPLATE_RESET_LINK);
    mail.id = absl::StrCat("00000000-0000-4000-8000-00000000000", 3 - i);
    Put(mail);
    ids.push_back(mail.id);
  }
  Put("ada@roastery.example", "user2");
  EXPECT_EQ(Round().claimed, 2);  // The first of either mailbox.
  EXPECT_EQ(Round().claimed, 0);  // The others wait with it.
  fails = false;
  for (int i = 0; i < 3; ++i) {
    MakeDue();
    Round();
  }
  std::vector<std::string> order;
  for (const auto& sent : transport_.sent()) {
    const size_t at = sent.message.find("Message-Id: <") + 13;
    const std::string id = sent.message.substr(at, 36);
    if (id.rfind("00000000-", 0) == 0) order.push_back(id);
  }
  ASSERT_THAT(order, SizeIs(4));
  EXPECT_EQ(std::vector<std::string>(order.begin() + 1, order.end()), ids);
}

TEST_F(CourierTest, AMailThatIsSetAsideLetsTheNextOfItsMailboxGo) {
  transport_.answer = [&](const auto&) {
    return Delivery{transport_.sent().empty() ? Delivery::kNever : Delivery::kAccepted, ""};
  };
  Put("ada@roastery.example", "user1");
  Put("ada@roastery.example", "user1");
  Round();
  Round();
  EXPECT_THAT(Sql("SELECT state FROM hearth.mails ORDER BY create_time"),
              ElementsAre(ElementsAre("4"), ElementsAre("2")));
}

TEST_F(CourierTest, AClaimOfADeadCourierIsTakenOverWhenItsTimeIsUpAndNotBefore) {
  Put("ada@roastery.example");
  std::vector<ClaimedMail> claimed;
  ASSERT_THAT(database().Write({}, absl::Now() + absl::Seconds(20),
                               [&](Tx& tx) {
                                 claimed =
                                     ClaimMails(tx, "", 16, "00000000-0000-4000-8000-000000000001", absl::Minutes(3));
                                 return absl::OkStatus();
                               }),
              IsOk());
  ASSERT_THAT(claimed, SizeIs(1));
  EXPECT_EQ(Round().claimed, 0);
  MakeDue();  // Three minutes later.
  EXPECT_EQ(Round().claimed, 1);
  EXPECT_EQ(StateOf("ada@roastery.example"), "sent");
  // The first one was only slow, and comes back: too late to change anything.
  ASSERT_THAT(database().Write({kForth}, absl::Now() + absl::Seconds(20),
                               [&](Tx& tx) {
                                 EXPECT_EQ(
                                     SettleMails(tx, {{.mail = &claimed[0], .end = MailEnd::kSetAside, .note = "x"},
                                                      {.mail = &claimed[0], .end = {}, .note = "x"}}),
                                     0);
                                 return absl::OkStatus();
                               }),
              IsOk());
  EXPECT_EQ(StateOf("ada@roastery.example"), "sent");
}

TEST_F(CourierTest, NoMailIsBegunThatCouldOutlastTheClaim) {
  Courier courier = NewCourier({.from = "a@b.example", .lease = absl::Minutes(1), .send_time = absl::Minutes(1)});
  Put("ada@roastery.example");
  EXPECT_THAT(courier.Run(16), IsOk());
  EXPECT_THAT(transport_.sent(), IsEmpty());
  EXPECT_THAT(Sql("SELECT attempts, lease, due_time <= now() FROM hearth.outbox"),
              ElementsAre(ElementsAre("0", "", "t")));
}

TEST_F(CourierTest, AMailThatCannotBeMarkedKeepsNoOtherFromBeingMarked) {
  Sql("CREATE FUNCTION hearth.poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'poison'; END $$;"
      "CREATE TRIGGER poison BEFORE UPDATE ON hearth.mails FOR EACH ROW WHEN (NEW.recipient = 'a2@roastery.example')"
      " EXECUTE FUNCTION hearth.poison()");
  for (int i = 0; i < 5; ++i) Put(absl::StrCat("a", i, "@roastery.example"));
  Courier courier = NewCourier({.from = "a@b.example", .lease = absl::Seconds(2), .send_time = absl::Milliseconds(1)});
  EXPECT_THAT(courier.Run(16), IsOk());
  EXPECT_THAT(transport_.sent(), SizeIs(5));
  EXPECT_THAT(Sql("SELECT recipient FROM hearth.mails WHERE state = 1"),
              ElementsAre(ElementsAre("a2@roastery.example")));
  EXPECT_EQ(Count("outbox"), "1");
}

TEST_F(CourierTest, WhileNothingCanBeMarkedFewMailsAreSent) {
  for (int i = 0; i < 40; ++i) Put(absl::StrCat("a", i, "@roastery.example"));
  absl::Notification begun, locked;
  transport_.answer = [&](const auto&) {
    if (!begun.HasBeenNotified()) begun.Notify();
    locked.WaitForNotification();
    return Delivery{Delivery::kAccepted, ""};
  };
  std::thread sending([this] { Round(40); });
  begun.WaitForNotification();
  ASSERT_THAT(database().Write({kForth}, absl::Now() + absl::Seconds(20),
                               [&](Tx& tx) {
                                 tx.ExecPlain("LOCK TABLE hearth.outbox IN SHARE MODE");
                                 if (!locked.HasBeenNotified()) locked.Notify();
                                 absl::SleepFor(absl::Seconds(1));
                                 EXPECT_EQ(transport_.sent().size(), Ledger::kMostUnmarked + 1);
                                 return absl::OkStatus();
                               }),
              IsOk());
  sending.join();
  EXPECT_THAT(transport_.sent(), SizeIs(40));
  EXPECT_EQ(Count("mails WHERE state = 2"), "40");
}

TEST_F(CourierTest, ManyCouriersSendEveryMailOnceAndEveryMailboxInOrder) {
  constexpr int kMailboxes = 12, kEach = 5;
  for (int i = 0; i < kEach; ++i) {
    for (int box = 0; box < kMailboxes; ++box) {
      Mail mail = SampleMail(v1::MAIL_TEMPLATE_PASSWORD_CHANGED);
      mail.to = absl::StrCat("a", box, "@roastery.example");
      mail.directory = box % 2 == 0 ? kForth : kContoso;
      mail.values["administrator"] = absl::StrCat("number-", i);
      Put(mail);
    }
  }
  std::vector<std::function<void()>> couriers(4, [&] {
    Courier courier = NewCourier();
    for (int empty = 0; empty < 20;) {
      const auto round = courier.Run(7);
      ASSERT_THAT(round, IsOk());
      empty = round->claimed == 0 ? empty + 1 : 0;
      if (round->claimed == 0) absl::SleepFor(absl::Milliseconds(10));
    }
  });
  RunTogether(couriers);
  EXPECT_EQ(Count("outbox"), "0");
  std::map<std::string, int> next;
  for (const auto& sent : transport_.sent()) {
    EXPECT_THAT(sent.message, HasSubstr(absl::StrCat("number-", next[sent.to]++))) << sent.to;
  }
  EXPECT_THAT(next, SizeIs(kMailboxes));
  for (const auto& [to, count] : next) EXPECT_EQ(count, kEach) << to;
}

TEST_F(CourierTest, ADirectoryWithAFloodDoesNotHoldUpAnother) {
  for (int i = 0; i < 50; ++i) Put(absl::StrCat("flood", i, "@roastery.example"), "", kContoso);
  Put("ada@roastery.example", "", kForth);
  Round(8);
  EXPECT_EQ(StateOf("ada@roastery.example"), "sent");
}

TEST_F(CourierTest, MoreDirectoriesThanABatchTakeTurns) {
  Put("f@roastery.example", "", kForth);
  Put("c@roastery.example", "", kContoso);
  Put("p@roastery.example", "", kPlatform);
  for (int i = 0; i < 20; ++i) Put(absl::StrCat("more", i, "@roastery.example"), "", kContoso);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Round(1).claimed, 1);
  EXPECT_THAT(transport_.recipients(),
              UnorderedElementsAre("f@roastery.example", "c@roastery.example", "p@roastery.example"));
}

TEST_F(CourierTest, TheDepthOfTheOutboxIsKnown) {
  Put("a@roastery.example");
  Put("b@roastery.example", "", kContoso);
  Sql("UPDATE hearth.outbox SET due_time = now() - interval '1 hour' WHERE directory_id = 'contoso'");
  OutboxDepth depth;
  ASSERT_THAT(database().Read({}, absl::Now() + absl::Seconds(20),
                              [&](Tx& tx) {
                                depth = MeasureOutbox(tx);
                                return absl::OkStatus();
                              }),
              IsOk());
  EXPECT_EQ(depth.waiting, 2);
  EXPECT_GE(depth.lag, absl::Hours(1));
  EXPECT_LT(depth.lag, absl::Hours(2));
}

}  // namespace
}  // namespace hearth::test
