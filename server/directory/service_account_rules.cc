#include "server/directory/service_account_rules.h"

#include <set>
#include <vector>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/permission_rules.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr char kPermissions[] = "service_account.permissions";

std::vector<std::string> IdentitiesIn(const v1::ServiceAccount& proto) {
  const std::set<std::string> identities(proto.certificate_identities().begin(), proto.certificate_identities().end());
  return {identities.begin(), identities.end()};
}

}  // namespace

absl::StatusOr<ServiceAccount> NewServiceAccount(const std::string& directory,
                                                 const v1::CreateServiceAccountRequest& request) {
  ServiceAccount account;
  account.directory = directory;
  account.id = request.service_account_id();
  account.display_name = request.service_account().display_name();
  ASSIGN_OR_RETURN(account.permissions, GivablePermissions(request.service_account().permissions(), kPermissions));
  account.identities = IdentitiesIn(request.service_account());
  return account;
}

absl::StatusOr<ServiceAccount> UpdatedServiceAccount(const ServiceAccount& account,
                                                     const v1::UpdateServiceAccountRequest& request) {
  const v1::ServiceAccount& proto = request.service_account();
  ASSIGN_OR_RETURN(
      const std::set<std::string> fields,
      FieldsToUpdate(proto, request.update_mask(), {"display_name", "permissions", "certificate_identities"}));
  ServiceAccount updated = account;
  if (fields.contains("display_name")) updated.display_name = proto.display_name();
  if (updated.display_name.empty()) return InvalidField("service_account.display_name", "must not be empty");
  if (fields.contains("permissions")) {
    ASSIGN_OR_RETURN(updated.permissions, GivablePermissions(proto.permissions(), kPermissions));
  }
  if (fields.contains("certificate_identities")) updated.identities = IdentitiesIn(proto);
  return updated;
}

v1::ServiceAccount ToProto(const ServiceAccount& account) {
  v1::ServiceAccount proto;
  proto.set_name(ServiceAccountName(account.directory, account.id));
  proto.set_display_name(account.display_name);
  for (const v1::Permission permission : account.permissions) proto.add_permissions(permission);
  for (const std::string& identity : account.identities) proto.add_certificate_identities(identity);
  proto.set_disabled(account.disabled);
  proto.set_etag(std::to_string(account.revision));
  *proto.mutable_create_time() = ToProto(account.create_time);
  *proto.mutable_update_time() = ToProto(account.update_time);
  return proto;
}

}  // namespace hearth
