#include "server/directory/directory_desk.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/directory_rules.h"
#include "server/directory/domain_store.h"
#include "server/directory/issuer_rules.h"
#include "server/directory/new_user.h"
#include "server/directory/role_store.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr char kFirstIssuer[] = "primary";

absl::Status Exists(const std::string& type) {
  return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", type}});
}

v1::Directory DirectoryProto(const Directory& directory) {
  v1::Directory proto;
  proto.set_name(DirectoryName(directory.id));
  proto.set_display_name(directory.display_name);
  proto.set_primary_domain(directory.primary_domain);
  proto.set_help_uri(directory.help_uri);
  proto.set_contact(directory.contact);
  if (directory.suspended()) *proto.mutable_suspend_time() = ToProto(directory.suspend_time);
  FillLifetime(directory, proto);
  return proto;
}

v1::Directory ReadAgain(Tx& tx, const std::string& id) { return DirectoryProto(FindDirectory(tx, id).value()); }

// What can be said of the request without the database.
absl::Status CheckNew(const v1::CreateDirectoryRequest& request, const std::string& domain) {
  const v1::User& administrator = request.administrator();
  if (DomainOfPrincipalName(administrator.user_principal_name()) != domain) {
    return InvalidField("administrator.user_principal_name", "must be in the directory's first domain");
  }
  const v1::Home::Kind home = administrator.home().kind();
  if (home != v1::Home::KIND_UNSPECIFIED && home != v1::Home::KIND_THIS_DIRECTORY) {
    return InvalidField("administrator.home.kind", "the first administrator is homed in the new directory");
  }
  RETURN_IF_ERROR(CheckIssuer(request.trusted_issuer(), "trusted_issuer"));
  if (request.trusted_issuer().external_guests()) {
    return InvalidField("trusted_issuer.external_guests", "must be false: the first administrator signs in there");
  }
  return request.directory_id() == kPlatformDirectory ? Exists("directory") : absl::OkStatus();
}

absl::Status InsertAll(Tx& tx, const v1::CreateDirectoryRequest& request, const std::string& domain) {
  Directory directory;
  directory.id = request.directory_id();
  directory.display_name = request.directory().display_name();
  directory.help_uri = request.directory().help_uri();
  directory.contact = request.directory().contact();
  if (!InsertDirectory(tx, directory)) return Exists("directory");
  if (!InsertDomain(tx, directory.id, domain, /*primary=*/true)) return Exists("domain");
  if (!InsertIssuer(tx, NewIssuer(directory.id, kFirstIssuer, request.trusted_issuer()))) return Exists("issuer");
  ASSIGN_OR_RETURN(const User administrator,
                   NewUser(tx, directory.id, request.administrator_id(), request.administrator(), "administrator"));
  if (!InsertUser(tx, administrator)) return Exists("user");
  RoleGrant first;
  first.holder.directory = directory.id;
  first.holder.id = administrator.id;
  first.role = RoleId(v1::ROLE_GLOBAL_ADMINISTRATOR);
  InsertRole(tx, first);
  return absl::OkStatus();
}

// Writes what the request changes.
absl::Status ApplyUpdate(Tx& tx, const Directory& directory, const v1::UpdateDirectoryRequest& request) {
  const v1::Directory& proto = request.directory();
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(proto, request.update_mask(), {"display_name", "help_uri", "contact"}));
  Directory updated = directory;
  if (fields.contains("display_name")) updated.display_name = proto.display_name();
  if (fields.contains("help_uri")) updated.help_uri = proto.help_uri();
  if (fields.contains("contact")) updated.contact = proto.contact();
  if (updated.display_name.empty()) return InvalidField("directory.display_name", "must not be empty");
  const bool same = updated.display_name == directory.display_name && updated.help_uri == directory.help_uri &&
                    updated.contact == directory.contact;
  if (!same) UpdateDirectory(tx, updated);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CreateDirectoryResponse> DirectoryDesk::CreateDirectory(const Call& call,
                                                                           const v1::CreateDirectoryRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, call.note->target = DirectoryName(request.directory_id())));
  const std::string domain = absl::AsciiStrToLower(request.domain());
  RETURN_IF_ERROR(CheckNew(request, domain));
  return Change<v1::CreateDirectoryResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::CreateDirectoryResponse& response) -> absl::Status {
        RETURN_IF_ERROR(InsertAll(tx, request, domain));
        *response.mutable_directory() = ReadAgain(tx, request.directory_id());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetDirectoryResponse> DirectoryDesk::GetDirectory(const Call& call,
                                                                     const v1::GetDirectoryRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetDirectoryResponse>(database_, call, name.directory,
                                        [&](Tx& tx, v1::GetDirectoryResponse& response) -> absl::Status {
                                          const auto directory = FindDirectory(tx, name.directory);
                                          if (!directory.has_value()) return DirectoryNotFound();
                                          *response.mutable_directory() = DirectoryProto(*directory);
                                          return absl::OkStatus();
                                        });
}

absl::StatusOr<v1::ListDirectoriesResponse> DirectoryDesk::ListDirectories(const Call& call,
                                                                           const v1::ListDirectoriesRequest& request) {
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListDirectoriesResponse>(database_, call, own, [&](Tx& tx, v1::ListDirectoriesResponse& response) {
    auto directories = hearth::ListDirectories(tx, page.after, page.size + 1, request.show_deleted());
    response.set_next_page_token(
        pager_.Close(own, request, page, directories, [](const Directory& d) { return d.id; }));
    for (const Directory& directory : directories) *response.add_directories() = DirectoryProto(directory);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::UpdateDirectoryResponse> DirectoryDesk::UpdateDirectory(const Call& call,
                                                                           const v1::UpdateDirectoryRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.directory().name()));
  return Change<v1::UpdateDirectoryResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::UpdateDirectoryResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Directory directory, LockUndeletedDirectory(tx, name.directory));
        RETURN_IF_ERROR(CheckEtag(request.directory().etag(), directory.revision, "directory"));
        RETURN_IF_ERROR(ApplyUpdate(tx, directory, request));
        *response.mutable_directory() = ReadAgain(tx, directory.id);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteDirectoryResponse> DirectoryDesk::DeleteDirectory(const Call& call,
                                                                           const v1::DeleteDirectoryRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  if (name.directory == kPlatformDirectory) return InvalidField("name", "the platform directory cannot be deleted");
  return Change<v1::DeleteDirectoryResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::DeleteDirectoryResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Directory directory, LockUndeletedDirectory(tx, name.directory));
        RETURN_IF_ERROR(CheckEtag(request.etag(), directory.revision, "directory"));
        MarkDirectoryDeleted(tx, directory.id);
        *response.mutable_directory() = ReadAgain(tx, directory.id);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UndeleteDirectoryResponse> DirectoryDesk::UndeleteDirectory(
    const Call& call, const v1::UndeleteDirectoryRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::UndeleteDirectoryResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::UndeleteDirectoryResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Directory directory, LockDirectoryRow(tx, name.directory));
        if (!directory.deleted()) return Refuse(v1::ERROR_REASON_NOT_DELETED, {{"resource_type", "directory"}});
        if (!directory.restorable) return DirectoryNotFound();
        RestoreDirectory(tx, directory.id);
        *response.mutable_directory() = ReadAgain(tx, directory.id);
        return absl::OkStatus();
      });
}

template <typename Response, typename Request>
absl::StatusOr<Response> DirectoryDesk::SetSuspended(const Call& call, const Request& request, bool suspended) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  if (name.directory == kPlatformDirectory) return InvalidField("name", "the platform directory cannot be suspended");
  return Change<Response>(database_, keyring_, call, ScopeOf(call, name.directory), request,
                          [&](Tx& tx, const Access&, Response& response) -> absl::Status {
                            ASSIGN_OR_RETURN(const Directory directory, LockUndeletedDirectory(tx, name.directory));
                            RETURN_IF_ERROR(CheckEtag(request.etag(), directory.revision, "directory"));
                            if (directory.suspended() != suspended) SetDirectorySuspended(tx, directory.id, suspended);
                            *response.mutable_directory() = ReadAgain(tx, directory.id);
                            return absl::OkStatus();
                          });
}

absl::StatusOr<v1::SuspendDirectoryResponse> DirectoryDesk::SuspendDirectory(
    const Call& call, const v1::SuspendDirectoryRequest& request) {
  return SetSuspended<v1::SuspendDirectoryResponse>(call, request, true);
}

absl::StatusOr<v1::ResumeDirectoryResponse> DirectoryDesk::ResumeDirectory(const Call& call,
                                                                           const v1::ResumeDirectoryRequest& request) {
  return SetSuspended<v1::ResumeDirectoryResponse>(call, request, false);
}

}  // namespace hearth
