#include "server/mail/courier.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "server/base/ids.h"
#include "server/base/status_macros.h"
#include "server/mail/language.h"
#include "server/mail/mail_body.h"
#include "server/mail/mail_log.h"
#include "server/mail/mail_rules.h"
#include "server/mail/mime.h"
#include "server/mail/relay_rules.h"
#include "server/mail/sealing.h"
#include "server/mail/smtp_rules.h"

namespace hearth {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);  // For a claim.

// The message as it travels. Throws when the box does not open.
std::string MessageOf(const Keyring& keyring, const std::string& from, const ClaimedMail& mail) {
  const auto values = OpenValues(keyring, mail.key_id, {mail.directory, mail.id, mail.to, mail.kind}, mail.sealed);
  const std::vector<std::string> wished = absl::StrSplit(mail.languages, ',');
  const Language language = ChooseLanguage(wished, mail.brand.language);
  MailBody body = RenderMail(mail.kind, language, mail.brand, values, mail.expire_time);
  std::string message =
      ComposeMessage({mail.brand.sender(), from, mail.to, mail.message_id, mail.create_time, language.locale}, body);
  WipeString(body.text);
  WipeString(body.html);
  return message;
}

}  // namespace

Courier::Courier(Database* database, const Keyring* keyring, MailTransport* transport, MailMetrics* metrics,
                 Random* random, const absl::Notification* stopping, CourierOptions options)
    : database_(*database),
      keyring_(*keyring),
      transport_(*transport),
      metrics_(*metrics),
      random_(*random),
      stopping_(*stopping),
      options_(std::move(options)),
      ledger_(database, stopping) {}

absl::StatusOr<CourierRound> Courier::Run(int most) {
  CourierRound round;
  const std::string lease = NewUuid4();
  std::vector<ClaimedMail> mails;
  claimed_at_ = Clock::now();
  RETURN_IF_ERROR(database_.Write({}, absl::Now() + kPatience, [&](Tx& tx) {
    mails = ClaimMails(tx, last_, most, lease, options_.lease);
    if (mails.empty() && !last_.empty()) mails = ClaimMails(tx, "", most, lease, options_.lease);
    return absl::OkStatus();
  }));
  round.claimed = static_cast<int>(mails.size());
  last_ = mails.empty() ? "" : mails.back().directory;
  ledger_.Begin(claimed_at_ + absl::ToChronoNanoseconds(options_.lease));
  for (const ClaimedMail& mail : mails) {
    const bool in_time = elapsed() + options_.send_time < options_.lease;
    if (round.no_server || !in_time || stopping_.HasBeenNotified()) {
      Defer(mail, absl::ZeroDuration(), /*counts=*/false, "");
    } else {
      Handle(mail, round);
    }
  }
  ledger_.Finish();
  return round;
}

void Courier::Handle(const ClaimedMail& mail, CourierRound& round) {
  if (elapsed() >= mail.remaining) {
    metrics_.expired.Increment();
    LogMail(LogLevel::kWarning, "a mail expired before it could be sent", mail, "");
    return End(mail, MailEnd::kExpired, "expired before it could be sent");
  }
  const Delivery delivery = Attempt(mail, round);
  switch (delivery.outcome) {
    case Delivery::kAccepted:
      metrics_.sent.Increment();
      return End(mail, MailEnd::kSent, delivery.note);
    case Delivery::kLater:
      if (mail.attempts < kMostMailAttempts) {
        metrics_.deferred.Increment();
        return Defer(mail, RetryDelay(mail.attempts, random_), /*counts=*/true, delivery.note);
      }
      [[fallthrough]];
    case Delivery::kNever:
      metrics_.set_aside.Increment();
      LogMail(LogLevel::kWarning, "a mail is set aside: it cannot be delivered", mail, delivery.note);
      return End(mail, MailEnd::kSetAside, delivery.note);
    case Delivery::kNoServer:
      metrics_.no_server.Increment();
      round.no_server = true;
      round.note = delivery.note;
      return Defer(mail, absl::ZeroDuration(), /*counts=*/false, delivery.note);
  }
}

Delivery Courier::Attempt(const ClaimedMail& mail, CourierRound& round) {
  std::string message;
  try {
    message = MessageOf(keyring_, options_.from, mail);
  } catch (const std::exception& exception) {
    return {Delivery::kNever, VisibleNote(exception.what())};
  }
  Delivery delivery = transport_.Send(options_.from, mail.to, message);
  WipeString(message);
  round.spoken = round.spoken || delivery.outcome != Delivery::kNoServer;
  return delivery;
}

void Courier::End(const ClaimedMail& mail, MailEnd end, const std::string& note) {
  ledger_.Note({.mail = &mail, .end = end, .note = note});
}

void Courier::Defer(const ClaimedMail& mail, absl::Duration delay, bool counts, const std::string& note) {
  ledger_.Note({.mail = &mail, .end = {}, .note = note, .delay = delay, .counts = counts});
}

}  // namespace hearth
