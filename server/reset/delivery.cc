#include "server/reset/delivery.h"

#include <set>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/mail/mail_rules.h"
#include "server/reset/policy_rules.h"
#include "server/reset/policy_store.h"
#include "server/reset/request_rules.h"
#include "server/reset/reset_mail.h"
#include "server/reset/token_store.h"

namespace hearth {
namespace {

absl::Status NotAllowed(const std::string& what) {
  return Refuse(v1::ERROR_REASON_DELIVERY_NOT_ALLOWED, {{"what", what}});
}

void AddAll(const std::vector<std::string>& addresses, std::set<std::string>& all) {
  for (const std::string& address : addresses) all.insert(absl::AsciiStrToLower(address));
}

absl::StatusOr<std::vector<std::string>> LinkRecipients(const v1::ResetPolicy& policy, const ResetDone& done) {
  if (policy.link_base_uri().empty()) return NotAllowed("SECRET_LINK without a link_base_uri");
  const std::vector<std::string> addresses = AddressesOf(done.user);
  if (addresses.empty()) return NotAllowed("SECRET_LINK to a person without an address");
  return std::vector<std::string>{addresses.front()};
}

absl::StatusOr<std::vector<std::string>> PasswordRecipients(const DeliveryWish& wish, const v1::ResetPolicy& policy,
                                                            const ResetDone& done) {
  if (!policy.allow_password_by_mail()) return NotAllowed("PASSWORD_BY_MAIL");
  const auto own = done.administrator.has_value() ? AddressesOf(*done.administrator) : std::vector<std::string>();
  if (wish.recipients.empty()) {
    if (own.empty()) return NotAllowed("PASSWORD_BY_MAIL to a caller without an address");
    return std::vector<std::string>{own.front()};
  }
  std::set<std::string> known;
  AddAll(own, known);
  AddAll(AddressesOf(done.user), known);
  for (const std::string& recipient : wish.recipients) {
    const bool others = policy.allow_other_recipients() || known.contains(absl::AsciiStrToLower(recipient));
    if (!others) return NotAllowed("PASSWORD_BY_MAIL to other recipients than the person and the caller");
  }
  return wish.recipients;
}

}  // namespace

absl::Status CheckDeliveryWish(const DeliveryWish& wish, bool generated, const PasswordTerms& terms) {
  if (wish.delivery != v1::PASSWORD_DELIVERY_PASSWORD_BY_MAIL && !wish.recipients.empty()) {
    return InvalidField("recipients", "are for PASSWORD_BY_MAIL only");
  }
  if (wish.returns()) return absl::OkStatus();
  if (!generated) return InvalidField("delivery", "only a generated password is delivered by mail");
  if (!terms.must_change) return InvalidField("delivery", "only a password that must be changed is delivered by mail");
  std::set<std::string> seen;
  for (const std::string& recipient : wish.recipients) {
    if (!IsMailAddress(recipient)) return InvalidField("recipients", "must be addresses that mail can carry");
    if (!seen.insert(absl::AsciiStrToLower(recipient)).second) {
      return InvalidField("recipients", "must not hold an address twice");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ChooseRecipients(const DeliveryWish& wish, const v1::ResetPolicy& policy,
                                                          const ResetDone& done) {
  if (wish.returns()) return std::vector<std::string>();
  return wish.delivery == v1::PASSWORD_DELIVERY_SECRET_LINK ? LinkRecipients(policy, done)
                                                            : PasswordRecipients(wish, policy, done);
}

absl::StatusOr<std::vector<std::string>> Deliver(Tx& tx, const Keyring& keyring, const ResetKeys& keys,
                                                 const DeliveryWish& wish, const PasswordTerms& terms,
                                                 const Secret& password, ResetDone& done) {
  if (wish.returns()) return std::vector<std::string>();
  const v1::ResetPolicy policy = FindResetPolicy(tx, done.user.directory).policy;
  ASSIGN_OR_RETURN(const std::vector<std::string> recipients, ChooseRecipients(wish, policy, done));
  if (wish.delivery == v1::PASSWORD_DELIVERY_PASSWORD_BY_MAIL) {
    for (const std::string& to : recipients) {
      MailPassword(tx, keyring, done.user, to, done.administrator_name, password, *terms.lifetime);
    }
    return recipients;
  }
  const Secret token = ResetKeys::NewToken();
  NewResetToken row;
  row.directory = done.user.directory;
  row.user = done.user.id;
  row.link_digest = keys.OfLink(done.user.directory, token.Expose());
  row.person_digest = keys.OfState(done.user, done.version);
  row.link_lifetime = SpanOf(policy.link_lifetime());
  PutResetToken(tx, row);
  MailLink(tx, keyring, done.user, recipients.front(), done.administrator_name, LinkOf(policy, token),
           row.link_lifetime);
  done.expire_time = done.sessions_valid_after + row.link_lifetime;
  return recipients;
}

}  // namespace hearth
