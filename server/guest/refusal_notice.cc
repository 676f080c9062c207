#include "server/guest/refusal_notice.h"

#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/directory/directory_store.h"
#include "server/directory/user_store.h"
#include "server/guest/membership_store.h"
#include "server/guest/policy_store.h"
#include "server/mail/outbox.h"

namespace hearth {
namespace {

// How long it matters.
constexpr absl::Duration kLifetime = absl::Hours(3 * 24);

Mail NoticeTo(const User& person, const std::string& foreign_directory, const std::string& id) {
  Mail mail;
  mail.directory = person.directory;
  mail.to = person.mail.empty() ? person.user_principal_name : person.mail;
  mail.person = person.id;
  mail.kind = v1::MAIL_TEMPLATE_REFUSED_ABROAD;
  mail.languages = {person.preferred_language};
  mail.values["display_name"] = person.display_name;
  mail.values["user_principal_name"] = person.user_principal_name;
  mail.values["foreign_directory"] = foreign_directory;
  mail.values["attempt_time"] = absl::Now();
  mail.lifetime = kLifetime;
  mail.id = id;
  return mail;
}

}  // namespace

void TellOfRefusedReset(Database& database, const Keyring& keyring, const Call& call, const User& guest) {
  if (guest.home.kind != v1::Home::KIND_OTHER_DIRECTORY) return;
  const std::string& home = guest.home.directory;
  const std::string id = NewUuid4();
  const absl::Status status = database.Write({home}, call.deadline, [&](Tx& tx) {
    if (!FindGuestPolicy(tx, home).tell_refused_resets) return absl::OkStatus();
    const auto user = TellMember(tx, home, guest.directory, guest.id);
    if (!user.has_value()) return absl::OkStatus();  // Not linked, or told today.
    const auto person = FindUser(tx, home, *user);
    const auto foreign = FindDirectory(tx, guest.directory);
    if (!person.has_value() || person->deleted() || !foreign.has_value()) return absl::OkStatus();
    Enqueue(tx, keyring, NoticeTo(*person, foreign->display_name, id));
    return absl::OkStatus();
  });
  if (!status.ok())
    Log(LogLevel::kWarning, "refusal not told", {{"call", call.id}, {"detail", std::string(status.message())}});
}

}  // namespace hearth
