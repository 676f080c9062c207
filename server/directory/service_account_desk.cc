#include "server/directory/service_account_desk.h"

#include <set>
#include <string>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/service_account_store.h"
#include "server/directory/time_proto.h"

namespace hearth {
namespace {

constexpr char kType[] = "service account";
constexpr char kPermissions[] = "service_account.permissions";

absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}}); }

v1::ServiceAccount AccountProto(const ServiceAccount& account) {
  v1::ServiceAccount proto;
  proto.set_name(ServiceAccountName(account.directory, account.id));
  proto.set_display_name(account.display_name);
  for (const v1::Permission permission : account.permissions) proto.add_permissions(permission);
  *proto.mutable_create_time() = ToProto(account.create_time);
  return proto;
}

// The account that the request asks for, its permissions each once and in order.
absl::StatusOr<ServiceAccount> NewAccount(const std::string& directory,
                                          const v1::CreateServiceAccountRequest& request) {
  std::set<v1::Permission> permissions;
  for (const int number : request.service_account().permissions()) {
    if (!v1::Permission_IsValid(number) || number == v1::PERMISSION_UNSPECIFIED) {
      return InvalidField(kPermissions, "each must be one of the permissions");
    }
    if (number == v1::PERMISSION_PLATFORM_ADMIN) return InvalidField(kPermissions, "platform.admin cannot be given");
    permissions.insert(static_cast<v1::Permission>(number));
  }
  if (permissions.empty()) return InvalidField(kPermissions, "at least one is needed");
  ServiceAccount account;
  account.directory = directory;
  account.id = request.service_account_id();
  account.display_name = request.service_account().display_name();
  account.permissions.assign(permissions.begin(), permissions.end());
  return account;
}

}  // namespace

absl::StatusOr<v1::CreateServiceAccountResponse> ServiceAccountDesk::CreateServiceAccount(
    const Call& call, const v1::CreateServiceAccountRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  const std::string& directory = call.principal.directory;
  call.note->target = ServiceAccountName(directory, request.service_account_id());
  ASSIGN_OR_RETURN(const ServiceAccount account, NewAccount(directory, request));
  return Change<v1::CreateServiceAccountResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access&, v1::CreateServiceAccountResponse& response) {
        if (!InsertServiceAccount(tx, account)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        }
        *response.mutable_service_account() = AccountProto(FindServiceAccount(tx, directory, account.id).value());
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
                                               *response.mutable_service_account() = AccountProto(*account);
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
        for (const ServiceAccount& account : accounts) *response.add_service_accounts() = AccountProto(account);
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
