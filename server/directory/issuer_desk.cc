#include "server/directory/issuer_desk.h"

#include <string>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/issuer_rules.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr char kType[] = "issuer";

absl::Status Exists() { return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}}); }
absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}}); }

}  // namespace

absl::StatusOr<v1::CreateTrustedIssuerResponse> IssuerDesk::CreateTrustedIssuer(
    const Call& call, const v1::CreateTrustedIssuerRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  const std::string& directory = call.principal.directory;
  const std::string& id = request.trusted_issuer_id();
  call.note->target = TrustedIssuerName(directory, id);
  RETURN_IF_ERROR(CheckIssuer(request.trusted_issuer(), "trusted_issuer"));
  return Change<v1::CreateTrustedIssuerResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access&, v1::CreateTrustedIssuerResponse& response) {
        if (!InsertIssuer(tx, NewIssuer(directory, id, request.trusted_issuer()))) return Exists();
        *response.mutable_trusted_issuer() = ToProto(FindIssuer(tx, directory, id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetTrustedIssuerResponse> IssuerDesk::GetTrustedIssuer(const Call& call,
                                                                          const v1::GetTrustedIssuerRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetTrustedIssuerResponse>(database_, call, name.directory,
                                            [&](Tx& tx, v1::GetTrustedIssuerResponse& response) {
                                              const auto issuer = FindIssuer(tx, name.directory, name.id);
                                              if (!issuer.has_value()) return NotFound();
                                              *response.mutable_trusted_issuer() = ToProto(*issuer);
                                              return absl::OkStatus();
                                            });
}

absl::StatusOr<v1::ListTrustedIssuersResponse> IssuerDesk::ListTrustedIssuers(
    const Call& call, const v1::ListTrustedIssuersRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListTrustedIssuersResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListTrustedIssuersResponse& response) {
        auto issuers = ListIssuers(tx, parent.directory, page.after, page.size + 1);
        response.set_next_page_token(
            pager_.Close(own, request, page, issuers, [](const TrustedIssuer& i) { return i.id; }));
        for (const TrustedIssuer& issuer : issuers) *response.add_trusted_issuers() = ToProto(issuer);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateTrustedIssuerResponse> IssuerDesk::UpdateTrustedIssuer(
    const Call& call, const v1::UpdateTrustedIssuerRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.trusted_issuer().name()));
  return Change<v1::UpdateTrustedIssuerResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::UpdateTrustedIssuerResponse& response) -> absl::Status {
        const auto issuer = LockIssuer(tx, name.directory, name.id);
        if (!issuer.has_value()) return NotFound();
        RETURN_IF_ERROR(CheckEtag(request.trusted_issuer().etag(), issuer->revision, kType));
        ASSIGN_OR_RETURN(const TrustedIssuer updated, UpdatedIssuer(*issuer, request));
        const bool same = updated.audience == issuer->audience && updated.jwks == issuer->jwks &&
                          updated.jwks_uri == issuer->jwks_uri;
        if (!same && !UpdateIssuer(tx, updated)) return Exists();
        *response.mutable_trusted_issuer() = ToProto(FindIssuer(tx, name.directory, name.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteTrustedIssuerResponse> IssuerDesk::DeleteTrustedIssuer(
    const Call& call, const v1::DeleteTrustedIssuerRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DeleteTrustedIssuerResponse>(database_, keyring_, call, {call.principal.directory}, request,
                                                 [&](Tx& tx, const Access&, v1::DeleteTrustedIssuerResponse&) {
                                                   return DeleteIssuer(tx, name.directory, name.id) ? absl::OkStatus()
                                                                                                    : NotFound();
                                                 });
}

}  // namespace hearth
