#include "server/directory/new_user.h"

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/directory_store.h"
#include "server/directory/domain_store.h"
#include "server/directory/issuer_store.h"
#include "server/directory/target.h"

namespace hearth {
namespace {

absl::Status SettleHere(Tx& tx, User& user) {
  RETURN_IF_ERROR(HoldDomainOf(tx, user.directory, user.user_principal_name));
  user.home.kind = v1::Home::KIND_THIS_DIRECTORY;
  user.home.directory = user.directory;
  return absl::OkStatus();
}

absl::Status SettleInOtherDirectory(Tx& tx, const v1::Home& home, const std::string& field, User& user) {
  const std::string domain = absl::AsciiStrToLower(home.domain());
  if (domain.empty()) return InvalidField(field + ".home.domain", "is needed for KIND_OTHER_DIRECTORY");
  if (domain != DomainOfPrincipalName(user.user_principal_name)) {
    return InvalidField(field + ".home.domain", "must be the domain of the principal name");
  }
  const auto owner = FindDirectoryOfDomain(tx, domain);
  if (owner == user.directory) {
    return InvalidField(field + ".home.domain", "belongs to this directory; use KIND_THIS_DIRECTORY");
  }
  const auto directory = owner.has_value() ? FindDirectory(tx, *owner) : std::nullopt;
  if (!directory.has_value() || directory->deleted()) {
    return Refuse(v1::ERROR_REASON_HOME_NOT_FOUND, {{"domain", domain}});
  }
  user.home.kind = v1::Home::KIND_OTHER_DIRECTORY;
  user.home.directory = *owner;
  return absl::OkStatus();
}

absl::Status SettleOutside(Tx& tx, const v1::Home& home, const std::string& field, User& user) {
  if (home.issuer().empty()) return InvalidField(field + ".home.issuer", "is needed for KIND_EXTERNAL_ISSUER");
  if (IsIssuerOf(tx, user.directory, home.issuer())) {
    return InvalidField(field + ".home.issuer", "is this directory's own; use KIND_THIS_DIRECTORY");
  }
  const auto owner = FindDirectoryOfDomain(tx, DomainOfPrincipalName(user.user_principal_name));
  if (owner.has_value()) {
    return InvalidField(field + ".home.kind", owner == user.directory
                                                  ? "the domain is this directory's; use KIND_THIS_DIRECTORY"
                                                  : "the domain is in Hearth; use KIND_OTHER_DIRECTORY");
  }
  user.home.kind = v1::Home::KIND_EXTERNAL_ISSUER;
  user.home.issuer = home.issuer();
  return absl::OkStatus();
}

absl::Status Settle(Tx& tx, const v1::Home& home, const std::string& field, User& user) {
  switch (home.kind()) {
    case v1::Home::KIND_UNSPECIFIED:
    case v1::Home::KIND_THIS_DIRECTORY:
      return SettleHere(tx, user);
    case v1::Home::KIND_OTHER_DIRECTORY:
      return SettleInOtherDirectory(tx, home, field, user);
    case v1::Home::KIND_EXTERNAL_ISSUER:
      return SettleOutside(tx, home, field, user);
    default:
      return InvalidField(field + ".home.kind", "is not a kind of home");
  }
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

absl::StatusOr<User> NewUser(Tx& tx, const std::string& directory, const std::string& id, const v1::User& proto,
                             const std::string& field) {
  User user;
  user.directory = directory;
  user.id = id;
  user.user_principal_name = CanonicalPrincipalName(proto.user_principal_name());
  user.display_name = proto.display_name();
  user.mail = proto.mail();
  RETURN_IF_ERROR(Settle(tx, proto.home(), field, user));
  user.user_type = proto.user_type();
  if (user.user_type == v1::USER_TYPE_UNSPECIFIED) {
    user.user_type = user.homed_here() ? v1::USER_TYPE_MEMBER : v1::USER_TYPE_GUEST;
  }
  RETURN_IF_ERROR(CheckUserType(user.user_type, field + ".user_type"));
  if (!user.homed_here()) user.invitation_state = v1::INVITATION_STATE_PENDING_ACCEPTANCE;
  return user;
}

}  // namespace hearth
