#include "server/guest/invitee.h"

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/directory_store.h"
#include "server/directory/domain_store.h"
#include "server/directory/issuer_store.h"
#include "server/directory/new_user.h"
#include "server/guest/guest_store.h"
#include "server/guest/policy_store.h"
#include "server/storage/database.h"

namespace hearth {
namespace {

absl::StatusOr<Home> HomeInHearth(Tx& tx, const std::string& owner, const Invitee& invitee) {
  if (!invitee.home_issuer.empty())
    return InvalidField("home_issuer", "a directory of Hearth has the address's domain");
  const auto directory = FindDirectory(tx, owner);
  if (!directory.has_value() || !directory->live()) {
    return Refuse(v1::ERROR_REASON_HOME_NOT_FOUND, {{"domain", DomainOfPrincipalName(invitee.address)}});
  }
  Home home;
  home.kind = v1::Home::KIND_OTHER_DIRECTORY;
  home.directory = owner;
  return home;
}

}  // namespace

absl::StatusOr<Home> HomeOf(Tx& tx, const std::string& directory, const Invitee& invitee) {
  const std::string domain = DomainOfPrincipalName(invitee.address);
  const auto owner = FindDirectoryOfDomain(tx, domain);
  if (owner == directory) {
    return InvalidField(invitee.field, "ends in a domain of this directory, whose people are no guests from elsewhere");
  }
  if (owner.has_value()) return HomeInHearth(tx, *owner, invitee);
  if (invitee.home_issuer.empty()) return Refuse(v1::ERROR_REASON_HOME_NOT_FOUND, {{"domain", domain}});
  const auto issuer = KeepIssuerNamed(tx, directory, invitee.home_issuer);
  if (issuer.has_value() && !issuer->external_guests) {
    return InvalidField("home_issuer", "is this directory's own, whose people are no guests from elsewhere");
  }
  Home home;
  home.kind = v1::Home::KIND_EXTERNAL_ISSUER;
  home.issuer = invitee.home_issuer;
  return home;
}

absl::Status CheckGuestPolicies(Tx& tx, const std::string& directory, const GuestPolicy& policy, const Home& home,
                                const std::string& address) {
  if (home.directory.empty()) return CheckInbound(policy, {DomainOfPrincipalName(address)});
  RETURN_IF_ERROR(CheckInbound(policy, DomainsOf(tx, home.directory)));
  ServeAlso(tx, home.directory);
  return CheckOutbound(FindGuestPolicy(tx, home.directory), DomainsOf(tx, directory));
}

absl::Status CheckNotHeldLocally(Tx& tx, const User& guest, const std::string& address) {
  if (address.empty() || !IsHeldLocally(tx, guest.directory, guest.id, address)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_ADDRESS_HELD_LOCALLY);
}

absl::Status SettleElsewhere(Tx& tx, const Call& call, const GuestPolicy& policy, const Invitee& invitee, User& guest) {
  ASSIGN_OR_RETURN(guest.home, HomeOf(tx, guest.directory, invitee));
  if (call.note->other_directory.empty()) call.note->other_directory = guest.home.directory;
  RETURN_IF_ERROR(CheckGuestPolicies(tx, guest.directory, policy, guest.home, invitee.address));
  return CheckNotHeldLocally(tx, guest, invitee.address);
}

}  // namespace hearth
