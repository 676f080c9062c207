// What the tests of the outbox and its couriers share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "server/mail/courier.h"
#include "server/mail/outbox.h"
#include "server/storage/tx.h"
#include "tests/support/fixture.h"
#include "tests/support/sample_mail.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {

// A transport that remembers what it was given, and answers what the test says. Thread-safe.
class FakeTransport final : public MailTransport {
 public:
  struct Sent {
    std::string to;
    std::string message;  // Without the soft line breaks of quoted-printable.
  };
  // What to answer to a mail; default: it is accepted.
  std::function<Delivery(const Sent&)> answer;

  Delivery Send(const std::string&, const std::string& to, const std::string& message) override {
    const Sent mail{to, absl::StrReplaceAll(message, {{"=\r\n", ""}})};
    Delivery delivery{Delivery::kAccepted, "250 ok"};
    if (answer) delivery = answer(mail);
    absl::MutexLock lock(&mutex_);
    sent_.push_back(mail);
    return delivery;
  }
  void Abort() override {}

  std::vector<Sent> sent() {
    absl::MutexLock lock(&mutex_);
    return sent_;
  }
  // To whom, in order.
  std::vector<std::string> recipients() {
    std::vector<std::string> all;
    for (const Sent& mail : sent()) all.push_back(mail.to);
    return all;
  }

 private:
  absl::Mutex mutex_;
  std::vector<Sent> sent_ ABSL_GUARDED_BY(mutex_);
};

// A test with an outbox.
class MailFixture : public Fixture {
 protected:
  // Puts a mail into the outbox; its directory is served.
  void Put(const Mail& mail) {
    ASSERT_THAT(database().Write({mail.directory}, absl::Now() + absl::Seconds(20),
                                 [&](Tx& tx) {
                                   Enqueue(tx, keyring(), mail);
                                   return absl::OkStatus();
                                 }),
                IsOk());
  }
  void Put(const std::string& to, const std::string& person = "", const std::string& directory = kForth) {
    Mail mail = SampleMail(v1::MAIL_TEMPLATE_RESET_LINK);
    mail.to = to;
    mail.person = person;
    mail.directory = directory;
    Put(mail);
  }
  // "waiting", "sent", "expired", "set aside" of the mail to that address.
  std::string StateOf(const std::string& to) {
    return Sql(
        "SELECT (ARRAY['waiting', 'sent', 'expired', 'set aside'])[state] FROM hearth.mails WHERE recipient = '" + to +
        "'")[0][0];
  }
  // Makes all that waits due, and all claims over.
  void MakeDue() { Sql("UPDATE hearth.outbox SET due_time = now() - interval '1 second'"); }
  std::string Count(const std::string& from) { return Sql("SELECT count(*) FROM hearth." + from)[0][0]; }
  // Everything that is stored about mail, as text.
  std::string AllStored() {
    return Sql(
        "SELECT coalesce((SELECT string_agg(m::text || coalesce(encode(sealed, 'escape'), ''), '') FROM"
        " hearth.mails m), '') || coalesce((SELECT string_agg(o::text, '') FROM hearth.outbox o), '')")[0][0];
  }
};

}  // namespace hearth::test
