#include "server/guest/membership_desk.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/person_rules.h"
#include "server/directory/target.h"
#include "server/directory/user_store.h"
#include "server/guest/guest_store.h"
#include "server/guest/membership_proto.h"

namespace hearth {
namespace {

absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "membership"}}); }

// Where a page ends, as the text in its token; neither id has a slash.
std::string KeyText(const Membership& membership) { return absl::StrCat(membership.user, "/", membership.directory); }

MembershipKey KeyOf(const Page& page) {
  const size_t slash = page.after.find('/');
  if (slash == std::string::npos) return {};
  return {page.after.substr(0, slash), page.after.substr(slash + 1)};
}

}  // namespace

absl::StatusOr<v1::ListMembershipsResponse> MembershipDesk::ListMemberships(const Call& call,
                                                                            const v1::ListMembershipsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListMembershipsResponse>(
      database_, call, own, [&](Tx& tx, v1::ListMembershipsResponse& response) -> absl::Status {
        if (parent.id != kAll && !FindUser(tx, own, parent.id).has_value()) return UserNotFound();
        auto memberships = hearth::ListMemberships(tx, own, parent.id, KeyOf(page), page.size + 1);
        response.set_next_page_token(pager_.Close(own, request, page, memberships, KeyText));
        for (const Membership& membership : memberships) *response.add_memberships() = ToProto(membership);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::LeaveDirectoryResponse> MembershipDesk::LeaveDirectory(const Call& call,
                                                                          const v1::LeaveDirectoryRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const std::string& own = call.principal.directory;
  const bool self = name.id == call.principal.subject;
  v1::LeaveDirectoryResponse response;
  const auto leave = [&](Tx& tx, const Access& access) -> absl::Status {
    if (!self) RETURN_IF_ERROR(LockSubordinate(tx, call, access, UserName(own, name.id)).status());
    call.note->target = request.name();
    const auto membership = FindMembership(tx, own, name.id, name.membership);
    if (!membership.has_value()) return NotFound();
    call.note->other_directory = membership->directory;
    ServeAlso(tx, membership->directory);
    LockUser(tx, membership->directory, membership->guest);
    const auto guest = FindUser(tx, membership->directory, membership->guest);
    // Removed, or moved to another home, since the membership was read.
    if (!guest.has_value() || guest->deleted() || guest->home.directory != own) return NotFound();
    WithdrawGuest(tx, *guest);
    return CheckStillAdministered(tx, *guest);
  };
  RETURN_IF_ERROR(RunChange(database_, keyring_, call, {own}, self, request, request.request_id(), response, leave));
  return response;
}

}  // namespace hearth
