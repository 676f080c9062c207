#include "server/directory/new_user.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/domain_store.h"
#include "server/directory/target.h"

namespace hearth {
namespace {

absl::Status SettleHere(Tx& tx, User& user) {
  RETURN_IF_ERROR(HoldDomainOf(tx, user.directory, user.user_principal_name));
  user.home.kind = v1::Home::KIND_THIS_DIRECTORY;
  user.home.directory = user.directory;
  return absl::OkStatus();
}

absl::Status Settle(Tx& tx, const v1::Home& home, const std::string& field, User& user) {
  if (home.kind() == v1::Home::KIND_UNSPECIFIED || home.kind() == v1::Home::KIND_THIS_DIRECTORY) {
    return SettleHere(tx, user);
  }
  return InvalidField(field + ".home.kind", "who is at home elsewhere is invited; see InviteGuestUser");
}

}  // namespace

std::string DomainOfPrincipalName(const std::string& user_principal_name) {
  return absl::AsciiStrToLower(user_principal_name.substr(user_principal_name.find('@') + 1));
}

absl::Status HoldDomainOf(Tx& tx, const std::string& directory, const std::string& user_principal_name) {
  const std::string domain = DomainOfPrincipalName(user_principal_name);
  if (HoldDomain(tx, directory, domain)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED, {{"domain", domain}});
}

absl::Status CheckUserType(v1::UserType type, const std::string& field) {
  if (type == v1::USER_TYPE_MEMBER || type == v1::USER_TYPE_GUEST) return absl::OkStatus();
  return InvalidField(field, "must be MEMBER or GUEST");
}

absl::StatusOr<std::vector<std::string>> AlternateMails(const v1::User& proto, bool homed_here,
                                                        const std::string& field) {
  if (!homed_here && proto.alternate_mails_size() > 0) {
    return InvalidField(field + ".alternate_mails", "only people homed here have them; the others' are at their home");
  }
  std::vector<std::string> addresses;
  for (const std::string& given : proto.alternate_mails()) {
    std::string address = absl::AsciiStrToLower(given);
    if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
      return InvalidField(field + ".alternate_mails", "must not hold an address twice");
    }
    addresses.push_back(std::move(address));
  }
  return addresses;
}

absl::StatusOr<User> NewUser(Tx& tx, const std::string& directory, const std::string& id, const v1::User& proto,
                             const std::string& field) {
  User user;
  user.directory = directory;
  user.id = id;
  user.user_principal_name = CanonicalPrincipalName(proto.user_principal_name());
  user.display_name = proto.display_name();
  user.mail = proto.mail();
  user.preferred_language = proto.preferred_language();
  RETURN_IF_ERROR(Settle(tx, proto.home(), field, user));
  ASSIGN_OR_RETURN(user.alternate_mails, AlternateMails(proto, user.homed_here(), field));
  user.user_type = proto.user_type();
  if (user.user_type == v1::USER_TYPE_UNSPECIFIED) user.user_type = v1::USER_TYPE_MEMBER;
  RETURN_IF_ERROR(CheckUserType(user.user_type, field + ".user_type"));
  return user;
}

}  // namespace hearth
