#include "server/directory/bootstrap_desk.h"

#include <string>

#include "server/audit/audit_store.h"
#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/bootstrap.h"
#include "server/directory/bootstrap_store.h"
#include "server/directory/issuer_rules.h"
#include "server/directory/issuer_store.h"
#include "server/directory/role_store.h"
#include "server/directory/user_proto.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr char kPlatform[] = "platform";  // kPlatformDirectory

absl::Status Exists(const char* type) { return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", type}}); }

absl::Status NotAccepted() { return Refuse(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED); }

TrustedIssuer IssuerOf(const v1::BootstrapPlatformRequest& request) {
  v1::TrustedIssuer proto;
  proto.set_issuer(request.issuer());
  proto.set_audience(request.audience());
  proto.set_jwks(request.jwks());
  return NewIssuer(kPlatform, request.trusted_issuer_id().empty() ? "primary" : request.trusted_issuer_id(), proto);
}

// The platform has no domain, so its people have principal names in one that nobody can own (RFC 2606).
User OperatorOf(const v1::BootstrapPlatformRequest& request) {
  User user;
  user.directory = kPlatform;
  user.id = request.operator_id();
  user.user_principal_name = request.operator_id() + "@platform.invalid";
  user.display_name = "Platform operator";
  user.user_type = v1::USER_TYPE_MEMBER;
  user.home.kind = v1::Home::KIND_THIS_DIRECTORY;
  user.home.directory = kPlatform;
  return user;
}

// The issuer is registered in just this form, or is registered now.
absl::Status RegisterIssuer(Tx& tx, const TrustedIssuer& issuer) {
  const auto known = FindIssuer(tx, kPlatform, issuer.id);
  if (!known.has_value()) return InsertIssuer(tx, issuer) ? absl::OkStatus() : Exists("issuer");
  const bool same = known->issuer == issuer.issuer && known->audience == issuer.audience && known->jwks == issuer.jwks;
  return same ? absl::OkStatus() : Exists("issuer");
}

// The call as the audit tells it: by the operator that it made.
Call RecordedAs(const Call& call, const User& user) {
  Call recorded = call;
  recorded.principal = {kPlatform, user.id};
  recorded.access.kind = PrincipalKind::kPerson;
  recorded.note->target = UserName(kPlatform, user.id);
  return recorded;
}

void MakeOperator(Tx& tx, const std::string& user) {
  RoleGrant grant;
  grant.holder.directory = kPlatform;
  grant.holder.id = user;
  grant.role = RoleId(v1::ROLE_PLATFORM_OPERATOR);
  InsertRole(tx, grant);
}

}  // namespace

absl::StatusOr<v1::BootstrapPlatformResponse> BootstrapDesk::BootstrapPlatform(
    const Call& call, const v1::BootstrapPlatformRequest& request) {
  const Attempt attempt(keyring_, kPlatform, /*actor=*/"", request, request.request_id());
  const std::string digest = BootstrapDigest(keyring_, request.bootstrap_token());
  const User user = OperatorOf(request);
  const TrustedIssuer issuer = IssuerOf(request);
  v1::BootstrapPlatformResponse response;
  ASSIGN_OR_RETURN(const bool done, database_.Replay(call.deadline, attempt, response));
  if (done) return response;
  // Before anything is written: a stranger's guess costs one read.
  RETURN_IF_ERROR(database_.Read({kPlatform}, call.deadline, [&](Tx& tx) {
    return HasBootstrapToken(tx, digest) ? absl::OkStatus() : NotAccepted();
  }));
  RETURN_IF_ERROR(database_.Once({kPlatform}, call.deadline, attempt, response, [&](Tx& tx) -> absl::Status {
    // Another may have been faster. The token is back when something below fails.
    if (!TakeBootstrapToken(tx, digest)) return NotAccepted();
    RETURN_IF_ERROR(CheckKeys(request.jwks(), "jwks"));
    RETURN_IF_ERROR(RegisterIssuer(tx, issuer));
    if (!InsertUser(tx, user)) return Exists("user");
    MakeOperator(tx, user.id);
    *response.mutable_operator_() = ToProto(FindUser(tx, kPlatform, user.id).value());
    *response.mutable_trusted_issuer() = ToProto(FindIssuer(tx, kPlatform, issuer.id).value());
    AppendAudit(tx, RecordedAs(call, user));
    return absl::OkStatus();
  }));
  return response;
}

}  // namespace hearth
