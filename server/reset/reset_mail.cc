#include "server/reset/reset_mail.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/resource_name.h"
#include "server/base/text.h"
#include "server/mail/mail_rules.h"
#include "server/mail/outbox.h"
#include "server/reset/policy_rules.h"
#include "server/reset/request_rules.h"

namespace hearth {
namespace {

// A notice is of use for days; what it tells of stands in the audit for longer.
constexpr absl::Duration kNoticeLifetime = absl::Hours(3 * 24);

// A mail to or about the person, with the two values that all of them have.
Mail About(const User& user, const std::string& to, v1::MailTemplate kind, const std::string& language,
           absl::Duration lifetime) {
  Mail mail;
  mail.directory = user.directory;
  mail.to = to;
  mail.person = user.id;
  mail.kind = kind;
  mail.languages = {user.preferred_language, language};
  mail.values = {{"display_name", user.display_name}, {"user_principal_name", user.user_principal_name}};
  mail.lifetime = lifetime;
  return mail;
}

v1::MailTemplate ProofTemplate(bool link, bool code) {
  if (link && code) return v1::MAIL_TEMPLATE_RESET_LINK_AND_CODE;
  return link ? v1::MAIL_TEMPLATE_RESET_LINK : v1::MAIL_TEMPLATE_RESET_CODE;
}

// The first address of a person; empty when mail reaches them nowhere.
std::string FirstAddress(const User& user) {
  const auto addresses = AddressesOf(user);
  return addresses.empty() ? "" : addresses.front();
}

}  // namespace

Secret LinkOf(const v1::ResetPolicy& policy, const Secret& token) {
  std::string link = absl::StrCat(policy.link_base_uri(), "#", ToAbsl(token.Expose()));
  Secret secret(link);
  WipeString(link);
  return secret;
}

void MailProof(Tx& tx, const Keyring& keyring, const User& user, const std::string& to, const Asked& asked,
               const v1::ResetPolicy& policy, const Secret& token, const Secret& code) {
  const absl::Duration code_lifetime = SpanOf(policy.code_lifetime());
  Mail mail = About(user, to, ProofTemplate(!token.empty(), !code.empty()), asked.language,
                    token.empty() ? code_lifetime : SpanOf(policy.link_lifetime()));
  mail.values.emplace("request_time", asked.time);
  mail.values.emplace("requester", asked.through);
  if (!token.empty()) mail.values.emplace("link", LinkOf(policy, token));
  if (!code.empty()) mail.values.emplace("code", code);
  if (!token.empty() && !code.empty()) mail.values.emplace("code_lifetime", code_lifetime);
  Enqueue(tx, keyring, mail);
}

void MailHome(Tx& tx, const Keyring& keyring, const User& guest, const Asked& asked) {
  const std::string to = FirstAddress(guest);
  if (to.empty()) return;
  Mail mail = About(guest, to, v1::MAIL_TEMPLATE_RESET_AT_HOME, asked.language, kNoticeLifetime);
  mail.values.emplace("request_time", asked.time);
  mail.values.emplace("home_domain", guest.home.domain);
  mail.values.emplace("home_help_uri", guest.home.help_uri);
  // Without a page, or with one that no mail can carry, the mail is as good without.
  if (!MailDefect(mail).empty()) mail.values.erase("home_help_uri");
  Enqueue(tx, keyring, mail);
}

void MailRequested(Tx& tx, const Keyring& keyring, const User& administrator, const User& user,
                   const std::string& request, const Asked& asked, absl::Duration lifetime) {
  Mail mail = About(user, FirstAddress(administrator), v1::MAIL_TEMPLATE_RESET_REQUESTED, "", lifetime);
  mail.languages = {administrator.preferred_language};
  mail.values["display_name"] = administrator.display_name;
  mail.values.emplace("person_name", user.display_name);
  mail.values.emplace("request_time", asked.time);
  mail.values.emplace("requester", asked.through);
  mail.values.emplace("reset_request", ResetRequestName(user.directory, request));
  Enqueue(tx, keyring, mail);
}

void MailDigest(Tx& tx, const Keyring& keyring, const User& administrator, int count, absl::Time oldest) {
  Mail mail =
      About(administrator, FirstAddress(administrator), v1::MAIL_TEMPLATE_RESET_REQUEST_DIGEST, "", kNoticeLifetime);
  mail.person.clear();
  mail.values.erase("user_principal_name");
  mail.values.emplace("count", int64_t{count});
  mail.values.emplace("oldest_time", oldest);
  Enqueue(tx, keyring, mail);
}

void MailDenied(Tx& tx, const Keyring& keyring, const User& user, const Asked& asked, const std::string& reason) {
  const std::string to = FirstAddress(user);
  if (to.empty()) return;
  Mail mail = About(user, to, v1::MAIL_TEMPLATE_RESET_DENIED, asked.language, kNoticeLifetime);
  mail.values.emplace("request_time", asked.time);
  if (!reason.empty()) mail.values.emplace("reason", reason);
  Enqueue(tx, keyring, mail);
}

void MailLink(Tx& tx, const Keyring& keyring, const User& user, const std::string& to, const std::string& administrator,
              const Secret& link, absl::Duration lifetime) {
  Mail mail = About(user, to, v1::MAIL_TEMPLATE_PASSWORD_LINK, "", lifetime);
  mail.values.emplace("administrator", administrator);
  mail.values.emplace("link", link);
  Enqueue(tx, keyring, mail);
}

void MailPassword(Tx& tx, const Keyring& keyring, const User& user, const std::string& to,
                  const std::string& administrator, const Secret& password, absl::Duration lifetime) {
  Mail mail = About(user, to, v1::MAIL_TEMPLATE_PASSWORD_BY_MAIL, "", lifetime);
  mail.values.erase("display_name");
  mail.values.emplace("person_name", user.display_name);
  mail.values.emplace("administrator", administrator);
  mail.values.emplace("password", password);
  Enqueue(tx, keyring, mail);
}

void MailChanged(Tx& tx, const Keyring& keyring, const User& user, absl::Time time, const std::string& administrator,
                 const std::string& language) {
  for (const std::string& to : AddressesOf(user)) {
    Mail mail = About(user, to, v1::MAIL_TEMPLATE_PASSWORD_CHANGED, language, kNoticeLifetime);
    mail.values.emplace("change_time", time);
    if (!administrator.empty()) mail.values.emplace("administrator", administrator);
    Enqueue(tx, keyring, mail);
  }
}

}  // namespace hearth
