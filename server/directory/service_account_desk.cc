#include "server/directory/service_account_desk.h"

#include <string>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/service_account_rules.h"
#include "server/directory/service_account_store.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr char kType[] = "service account";

absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}}); }

// Writes the identities of an account that the transaction inserted or locked.
absl::Status WriteIdentities(Tx& tx, const ServiceAccount& account) {
  if (SetCertificateIdentities(tx, account)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "certificate identity"}});
}

bool SameAccount(const ServiceAccount& a, const ServiceAccount& b) {
  return a.display_name == b.display_name && a.permissions == b.permissions && a.identities == b.identities &&
         a.disabled == b.disabled;
}

}  // namespace

absl::StatusOr<v1::CreateServiceAccountResponse> ServiceAccountDesk::CreateServiceAccount(
    const Call& call, const v1::CreateServiceAccountRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  const std::string& directory = call.principal.directory;
  call.note->target = ServiceAccountName(directory, request.service_account_id());
  ASSIGN_OR_RETURN(const ServiceAccount account, NewServiceAccount(directory, request));
  return Change<v1::CreateServiceAccountResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access&, v1::CreateServiceAccountResponse& response) -> absl::Status {
        if (!InsertServiceAccount(tx, account)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        }
        RETURN_IF_ERROR(WriteIdentities(tx, account));
        *response.mutable_service_account() = ToProto(FindServiceAccount(tx, directory, account.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetServiceAccountResponse> ServiceAccountDesk::GetServiceAccount(
    const Call& call, const v1::GetServiceAccountRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetServiceAccountResponse>(database_, call, name.directory,
                                             [&](Tx& tx, v1::GetServiceAccountResponse& response) {
                                               const auto account = FindServiceAccount(tx, name.directory, name.id);
                                               if (!account.has_value()) return NotFound();
                                               *response.mutable_service_account() = ToProto(*account);
                                               return absl::OkStatus();
                                             });
}

absl::StatusOr<v1::ListServiceAccountsResponse> ServiceAccountDesk::ListServiceAccounts(
    const Call& call, const v1::ListServiceAccountsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListServiceAccountsResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListServiceAccountsResponse& response) {
        auto accounts = hearth::ListServiceAccounts(tx, parent.directory, page.after, page.size + 1);
        response.set_next_page_token(
            pager_.Close(own, request, page, accounts, [](const ServiceAccount& a) { return a.id; }));
        for (const ServiceAccount& account : accounts) *response.add_service_accounts() = ToProto(account);
        return absl::OkStatus();
      });
}

template <class Response, class Request, class Body>
absl::StatusOr<Response> ServiceAccountDesk::ChangeAccount(const Call& call, const Request& request,
                                                           const std::string& name, const std::string& etag,
                                                           const Body& change) {
  ASSIGN_OR_RETURN(const ResourceName parts, NameOf(call, name));
  return Change<Response>(database_, keyring_, call, {call.principal.directory}, request,
                          [&](Tx& tx, const Access&, Response& response) -> absl::Status {
                            const auto account = LockServiceAccount(tx, parts.directory, parts.id);
                            if (!account.has_value()) return NotFound();
                            RETURN_IF_ERROR(CheckEtag(etag, account->revision, kType));
                            ServiceAccount changed = *account;
                            RETURN_IF_ERROR(change(changed));
                            if (!SameAccount(changed, *account)) {
                              hearth::UpdateServiceAccount(tx, changed);
                              RETURN_IF_ERROR(WriteIdentities(tx, changed));
                            }
                            *response.mutable_service_account() =
                                ToProto(FindServiceAccount(tx, parts.directory, parts.id).value());
                            return absl::OkStatus();
                          });
}

absl::StatusOr<v1::UpdateServiceAccountResponse> ServiceAccountDesk::UpdateServiceAccount(
    const Call& call, const v1::UpdateServiceAccountRequest& request) {
  const v1::ServiceAccount& wanted = request.service_account();
  return ChangeAccount<v1::UpdateServiceAccountResponse>(
      call, request, wanted.name(), wanted.etag(), [&](ServiceAccount& account) -> absl::Status {
        ASSIGN_OR_RETURN(account, UpdatedServiceAccount(account, request));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DisableServiceAccountResponse> ServiceAccountDesk::DisableServiceAccount(
    const Call& call, const v1::DisableServiceAccountRequest& request) {
  return ChangeAccount<v1::DisableServiceAccountResponse>(call, request, request.name(), request.etag(),
                                                          [](ServiceAccount& account) {
                                                            account.disabled = true;
                                                            return absl::OkStatus();
                                                          });
}

absl::StatusOr<v1::EnableServiceAccountResponse> ServiceAccountDesk::EnableServiceAccount(
    const Call& call, const v1::EnableServiceAccountRequest& request) {
  return ChangeAccount<v1::EnableServiceAccountResponse>(call, request, request.name(), request.etag(),
                                                         [](ServiceAccount& account) {
                                                           account.disabled = false;
                                                           return absl::OkStatus();
                                                         });
}

absl::StatusOr<v1::DeleteServiceAccountResponse> ServiceAccountDesk::DeleteServiceAccount(
    const Call& call, const v1::DeleteServiceAccountRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DeleteServiceAccountResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::DeleteServiceAccountResponse&) {
        return hearth::DeleteServiceAccount(tx, name.directory, name.id) ? absl::OkStatus() : NotFound();
      });
}

}  // namespace hearth
