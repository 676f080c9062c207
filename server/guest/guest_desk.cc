#include "server/guest/guest_desk.h"

#include <algorithm>
#include <utility>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/domain_store.h"
#include "server/directory/target.h"
#include "server/directory/user_proto.h"
#include "server/guest/guest_filter.h"
#include "server/guest/guest_rules.h"
#include "server/guest/guest_store.h"

namespace hearth {
namespace {

// A batch waits as long as its most patient call; the dispatcher answers the others in time.
template <class Request>
absl::Time LatestDeadline(absl::Span<const Ask<Request>> asks) {
  absl::Time latest = absl::InfinitePast();
  for (const auto& ask : asks) latest = std::max(latest, ask.call->deadline);
  return latest;
}

}  // namespace

std::vector<absl::StatusOr<v1::ResolveHomeDirectoryResponse>> GuestDesk::ResolveHomeDirectory(
    absl::Span<const Ask<v1::ResolveHomeDirectoryRequest>> asks) {
  std::vector<GuestKey> keys;
  for (const auto& ask : asks) {
    keys.push_back({ask.call->principal, CanonicalPrincipalName(ask.request->user_principal_name())});
  }
  std::vector<std::optional<Home>> homes;
  const absl::Status status = database_.ReadAlone(LatestDeadline(asks), [&](Tx& tx) {
    homes = ResolveHomes(tx, keys);
    return absl::OkStatus();
  });
  if (!status.ok()) return std::vector<absl::StatusOr<v1::ResolveHomeDirectoryResponse>>(asks.size(), status);
  std::vector<absl::StatusOr<v1::ResolveHomeDirectoryResponse>> answers;
  for (size_t i = 0; i < asks.size(); ++i) {
    if (homes[i].has_value()) {
      v1::ResolveHomeDirectoryResponse response;
      *response.mutable_home() = ToProto(*homes[i]);
      answers.emplace_back(std::move(response));
    } else {
      const std::string& name = keys[i].who;
      answers.emplace_back(Refuse(v1::ERROR_REASON_HOME_NOT_FOUND, {{"domain", name.substr(name.find('@') + 1)}}));
    }
  }
  return answers;
}

std::vector<absl::StatusOr<v1::GetGuestUserResponse>> GuestDesk::GetGuestUser(
    absl::Span<const Ask<v1::GetGuestUserRequest>> asks) {
  std::vector<GuestKey> keys;
  for (const auto& ask : asks) {
    keys.push_back({ask.call->principal, std::string(ParseResourceName(ask.request->name())->id)});
  }
  std::vector<std::optional<User>> guests;
  const absl::Status status = database_.ReadAlone(LatestDeadline(asks), [&](Tx& tx) {
    guests = GetGuests(tx, keys);
    return absl::OkStatus();
  });
  if (!status.ok()) return std::vector<absl::StatusOr<v1::GetGuestUserResponse>>(asks.size(), status);
  std::vector<absl::StatusOr<v1::GetGuestUserResponse>> answers;
  for (const std::optional<User>& guest : guests) {
    if (guest.has_value()) {
      v1::GetGuestUserResponse response;
      *response.mutable_guest_user() = ToProto(*guest);
      answers.emplace_back(std::move(response));
    } else {
      answers.emplace_back(GuestNotFound());
    }
  }
  return answers;
}

absl::StatusOr<v1::ListGuestUsersResponse> GuestDesk::ListGuestUsers(const Call& call,
                                                                     const v1::ListGuestUsersRequest& request) {
  const std::string& directory = call.principal.directory;
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  ASSIGN_OR_RETURN(const GuestFilter filter, ParseGuestFilter(request.filter()));
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(directory, request));
  return Look<v1::ListGuestUsersResponse>(
      database_, call, directory, [&](Tx& tx, v1::ListGuestUsersResponse& response) {
        GuestQuery query{
            .state = filter.state, .home = {}, .stale = filter.stale, .show_deleted = request.show_deleted()};
        if (!filter.home_domain.empty()) {
          query.home = FindDirectoryOfDomain(tx, filter.home_domain);
          if (!query.home.has_value()) return absl::OkStatus();  // Nobody is at home there.
        }
        auto guests = ListGuests(tx, directory, query, page.after, page.size + 1);
        response.set_next_page_token(
            pager_.Close(directory, request, page, guests, [](const User& guest) { return guest.id; }));
        for (const User& guest : guests) *response.add_guest_users() = ToProto(guest);
        return absl::OkStatus();
      });
}

}  // namespace hearth
