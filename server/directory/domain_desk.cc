#include "server/directory/domain_desk.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/directory_rules.h"
#include "server/directory/domain_store.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr char kType[] = "domain";

absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}}); }

v1::Domain DomainProto(const Domain& domain) {
  v1::Domain proto;
  proto.set_name(DomainName(domain.directory, domain.domain));
  proto.set_primary(domain.primary);
  FillLifetime(domain, proto);
  return proto;
}

v1::Domain ReadAgain(Tx& tx, const ResourceName& name) {
  return DomainProto(FindDomain(tx, name.directory, name.id).value());
}

// Locks and reads the domain, live or deleted, of a live directory.
absl::StatusOr<Domain> LockDomainRow(Tx& tx, const ResourceName& name) {
  const auto directory = FindDirectory(tx, name.directory);
  if (!directory.has_value() || directory->deleted()) return DirectoryNotFound();
  LockDomain(tx, name.directory, name.id);
  auto domain = FindDomain(tx, name.directory, name.id);
  if (!domain.has_value()) return NotFound();
  return *std::move(domain);
}

absl::StatusOr<Domain> LockLiveDomain(Tx& tx, const ResourceName& name) {
  ASSIGN_OR_RETURN(Domain domain, LockDomainRow(tx, name));
  if (domain.deleted()) return NotFound();
  return domain;
}

}  // namespace

absl::StatusOr<v1::CreateDomainResponse> DomainDesk::CreateDomain(const Call& call,
                                                                  const v1::CreateDomainRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string domain = absl::AsciiStrToLower(request.domain_id());
  const ResourceName name{
      .directory = parent.directory, .collection = "domains", .id = domain, .holder = "", .role = "", .unit = ""};
  call.note->target = DomainName(name.directory, domain);
  return Change<v1::CreateDomainResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::CreateDomainResponse& response) -> absl::Status {
        RETURN_IF_ERROR(LockUndeletedDirectory(tx, name.directory).status());
        if (!InsertDomain(tx, name.directory, domain, /*primary=*/false)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        }
        if (request.domain().primary()) MakePrimary(tx, name.directory, domain);
        *response.mutable_domain() = ReadAgain(tx, name);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetDomainResponse> DomainDesk::GetDomain(const Call& call, const v1::GetDomainRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetDomainResponse>(database_, call, name.directory, [&](Tx& tx, v1::GetDomainResponse& response) {
    const auto domain = FindDomain(tx, name.directory, name.id);
    if (!domain.has_value()) return NotFound();
    *response.mutable_domain() = DomainProto(*domain);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::ListDomainsResponse> DomainDesk::ListDomains(const Call& call,
                                                                const v1::ListDomainsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListDomainsResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListDomainsResponse& response) -> absl::Status {
        if (!FindDirectory(tx, parent.directory).has_value()) return DirectoryNotFound();
        auto domains = hearth::ListDomains(tx, parent.directory, page.after, page.size + 1, request.show_deleted());
        response.set_next_page_token(
            pager_.Close(own, request, page, domains, [](const Domain& d) { return d.domain; }));
        for (const Domain& domain : domains) *response.add_domains() = DomainProto(domain);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateDomainResponse> DomainDesk::UpdateDomain(const Call& call,
                                                                  const v1::UpdateDomainRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.domain().name()));
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(request.domain(), request.update_mask(), {"primary"}));
  if (fields.contains("primary") && !request.domain().primary()) {
    return InvalidField("domain.primary", "cannot be set to false; make another domain primary");
  }
  return Change<v1::UpdateDomainResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::UpdateDomainResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Domain domain, LockLiveDomain(tx, name));
        RETURN_IF_ERROR(CheckEtag(request.domain().etag(), domain.revision, kType));
        if (!fields.empty() && !domain.primary) MakePrimary(tx, name.directory, name.id);
        *response.mutable_domain() = ReadAgain(tx, name);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteDomainResponse> DomainDesk::DeleteDomain(const Call& call,
                                                                  const v1::DeleteDomainRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DeleteDomainResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::DeleteDomainResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Domain domain, LockLiveDomain(tx, name));
        RETURN_IF_ERROR(CheckEtag(request.etag(), domain.revision, kType));
        if (domain.primary || DomainInUse(tx, name.directory, name.id)) {
          return Refuse(v1::ERROR_REASON_DOMAIN_IN_USE, {{"domain", domain.domain}});
        }
        MarkDomainDeleted(tx, name.directory, name.id);
        *response.mutable_domain() = ReadAgain(tx, name);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UndeleteDomainResponse> DomainDesk::UndeleteDomain(const Call& call,
                                                                      const v1::UndeleteDomainRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::UndeleteDomainResponse>(
      database_, keyring_, call, ScopeOf(call, name.directory), request,
      [&](Tx& tx, const Access&, v1::UndeleteDomainResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Domain domain, LockDomainRow(tx, name));
        if (!domain.deleted()) return Refuse(v1::ERROR_REASON_NOT_DELETED, {{"resource_type", kType}});
        if (!domain.restorable) return NotFound();
        RestoreDomain(tx, name.directory, name.id);
        *response.mutable_domain() = ReadAgain(tx, name);
        return absl::OkStatus();
      });
}

}  // namespace hearth
