#include "server/reset/request_desk.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/authz/fence.h"
#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/target.h"
#include "server/reset/identifier.h"
#include "server/reset/intent_store.h"
#include "server/reset/request_rules.h"

namespace hearth {
namespace {

constexpr v1::Permission kVerdictPermission = v1::PERMISSION_USERS_READ;

// The gate has asked the same already; this holds if it did not.
absl::Status CheckOwnDirectory(const Call& call, const v1::RequestResetRequest& request) {
  if (request.parent().empty()) return absl::OkStatus();
  const auto name = ParseResourceName(request.parent());
  if (!name.has_value()) return Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY);
  return CheckFence(call.principal, name->directory);
}

// The request without what may differ between repeats: nothing does.
std::string BytesOf(const v1::RequestResetRequest& request) { return request.SerializeAsString(); }

}  // namespace

absl::Status RequestDesk::Verdict(const Call& call, const v1::RequestResetRequest& request) {
  RETURN_IF_ERROR(CheckOwnDirectory(call, request));
  if (!request.explicit_verdict()) return absl::OkStatus();
  if (!call.access.permissions.Has(kVerdictPermission)) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(kVerdictPermission)}});
  }
  const std::string& directory = call.principal.directory;
  const std::string identifier = CanonicalIdentifier(request.identifier());
  return database_.Read({directory}, call.deadline, [&](Tx& tx) -> absl::Status {
    const auto user = FindByIdentifier(tx, directory, identifier);
    if (!user.has_value()) {
      return FindTarget(tx, call, {.name = "", .user_principal_name = identifier}, /*lock=*/false).status();
    }
    call.note->target = UserName(directory, user->id);
    call.note->target_principal_name = user->user_principal_name;
    if (user->home.kind == v1::Home::KIND_OTHER_DIRECTORY) call.note->other_directory = user->home.directory;
    RETURN_IF_ERROR(CheckHome(ToTarget(*user)));
    return user->disabled ? Refuse(v1::ERROR_REASON_USER_DISABLED) : absl::OkStatus();
  });
}

Intent RequestDesk::IntentOf(const Call& call, const v1::RequestResetRequest& request,
                             const std::string& handle) const {
  const std::string& directory = call.principal.directory;
  const std::string identifier = CanonicalIdentifier(request.identifier());
  return {.key = {directory, keys_.OfHandle(directory, handle)},
          .request_digest = keys_.OfRequest(BytesOf(request)),
          .identifier_digest = keys_.OfIdentifier(directory, identifier),
          .sealed = box_.Seal({identifier, request.language(), request.channel()}),
          .call_id = call.id,
          .caller_directory = directory,
          .caller = call.principal.subject,
          .caller_kind = call.access.kind == PrincipalKind::kPerson ? "person" : "service",
          .peer = call.peer,
          .trace_id = call.trace_id,
          .create_time = absl::InfinitePast()};
}

std::vector<absl::StatusOr<v1::RequestResetResponse>> RequestDesk::RequestReset(
    absl::Span<const Ask<v1::RequestResetRequest>> asks) {
  std::vector<absl::StatusOr<v1::RequestResetResponse>> answers(asks.size());
  std::vector<Intent> intents;
  std::vector<size_t> places;  // Of the intents among the asks.
  absl::Time latest = absl::InfinitePast();
  for (size_t i = 0; i < asks.size(); ++i) {
    const Call& call = *asks[i].call;
    const v1::RequestResetRequest& request = *asks[i].request;
    const absl::Status verdict = Verdict(call, request);
    if (!verdict.ok()) {
      answers[i] = verdict;
      continue;
    }
    v1::RequestResetResponse response;
    response.set_handle(keys_.Handle(call.principal.directory, call.principal.subject, request.request_id()));
    intents.push_back(IntentOf(call, request, response.handle()));
    places.push_back(i);
    latest = std::max(latest, call.deadline);
    answers[i] = std::move(response);
  }
  if (intents.empty()) return answers;
  std::vector<bool> reused;
  const absl::Status status = database_.WriteAlone(latest, [&](Tx& tx) {
    reused = InsertIntents(tx, intents);
    return absl::OkStatus();
  });
  for (size_t i = 0; i < places.size(); ++i) {
    if (!status.ok()) answers[places[i]] = status;
    if (status.ok() && reused[i]) answers[places[i]] = Refuse(v1::ERROR_REASON_REQUEST_ID_REUSED);
  }
  return answers;
}

}  // namespace hearth
