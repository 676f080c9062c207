#include "server/rpc/authenticator.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/authz/access_store.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/credentials.h"

namespace hearth {
namespace {

// A call with good credentials, as far as can be told without the directory.
struct Claimed {
  Work* work;
  Credentials credentials;
  VerifiedToken verified;                // Of the token, if there is one.
  size_t caller = 0;                     // Which caller of the look-up the token names.
  std::optional<CallerRow> row_again{};  // The same, if it had to be looked up again.
};

// So often an issuer may change while one call is authenticated.
constexpr int kMostChanges = 3;

// What the directories say of all callers of a batch.
struct Callers {
  std::vector<CallerKey> keys;  // Whom tokens name; `rows` is parallel to it.
  std::vector<std::optional<CallerRow>> rows;
  std::vector<std::string> identities;  // Of certificates.
  std::map<std::string, CertificateCaller> services;

  absl::Status Read(Database& database, absl::Time deadline) {
    return database.ReadAlone(deadline, [this](Tx& tx) {
      if (!keys.empty()) rows = ReadCallers(tx, keys);
      if (!identities.empty()) services = ReadCertificateCallers(tx, identities);
      return absl::OkStatus();
    });
  }
};

// Failures of the database keep their reason; all others are one answer.
void RefuseCredentials(Work& work, const absl::Status& cause) {
  if (ReasonOf(cause).has_value()) {
    work.status = cause;
    return;
  }
  work.log_detail = std::string(cause.message());
  work.status = Refuse(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED);
}

// The one service account that the certificate's identities are bound to.
absl::StatusOr<const CertificateCaller*> ServiceOf(const std::vector<std::string>& identities, const Callers& callers) {
  const CertificateCaller* service = nullptr;
  for (const std::string& identity : identities) {
    const auto found = callers.services.find(identity);
    if (found == callers.services.end()) continue;
    if (service != nullptr && service->principal != found->second.principal) {
      return absl::UnauthenticatedError("the certificate names two service accounts");
    }
    service = &found->second;
  }
  if (service == nullptr) return absl::UnauthenticatedError("no service account is bound to the certificate");
  return service;
}

CallerKey KeyOf(const VerifiedToken& token) {
  return {token.directory, token.claims.issuer, token.claims.subject, token.claims.other_audiences};
}

// The caller that the token names, if the token is still good under what is registered now. When the issuer was registered anew since the token was
// checked, or is not registered there any more, the token is checked again, and who it names is looked up again if the issuer changed once more in
// between: both are of one revision.
absl::StatusOr<const CallerRow*> BearerOf(Claimed& claimed, const Callers& callers, TokenAuthority& tokens,
                                          Database& database) {
  const absl::Time deadline = claimed.work->call.deadline;
  const std::optional<CallerRow>* row = &callers.rows[claimed.caller];
  const auto fits = [&] { return row->has_value() && (*row)->issuer_revision == claimed.verified.key_set_revision; };
  for (int changes = 0; !fits(); ++changes) {
    if (changes == kMostChanges) return absl::UnauthenticatedError("the issuer is changing");
    ASSIGN_OR_RETURN(claimed.verified, tokens.VerifyAgain(*claimed.credentials.token, deadline));
    if (fits()) break;
    RETURN_IF_ERROR(database.ReadAlone(deadline, [&](Tx& tx) {
      claimed.row_again = ReadCallers(tx, {KeyOf(claimed.verified)})[0];
      return absl::OkStatus();
    }));
    row = &claimed.row_again;
  }
  return &**row;
}

// Who calls, by a token beside a certificate: a person through the service, or the service itself twice.
absl::Status Combine(const CertificateCaller& service, Call& call) {
  if (service.principal.directory != call.principal.directory) {
    return absl::UnauthenticatedError("certificate and token are of different directories");
  }
  if (call.access.kind == PrincipalKind::kPerson) {
    call.through = service.principal.subject;
  } else if (service.principal.subject != call.principal.subject) {
    return absl::UnauthenticatedError("certificate and token are of different services");
  }
  call.access.active = call.access.active && service.access.active;
  return absl::OkStatus();
}

// Whom an issuer of external guests vouches for: a guest; or somebody who may become one, and can do nothing else.
absl::Status IdentifyOutsider(const CallerRow& row, const TokenClaims& claims, Call& call) {
  if (call.policy->access() != v1::ACCESS_INVITEE) {
    // Not audited: strangers would fill the directory's audit.
    if (row.subject.empty()) return absl::UnauthenticatedError("the subject is no guest of the directory");
    call.principal = {row.directory, row.subject};
    call.access = row.access;
    return absl::OkStatus();
  }
  call.outsider = ExternalIdentity{claims.issuer, claims.subject, claims.verified_mail};
  call.principal = {row.directory, absl::StrCat(claims.issuer, " ", claims.subject)};
  call.access = Access{};
  call.access.active = true;
  return absl::OkStatus();
}

absl::Status Identify(Claimed& claimed, const Callers& callers, TokenAuthority& tokens, Database& database) {
  Call& call = claimed.work->call;
  const CertificateCaller* service = nullptr;
  if (!claimed.credentials.identities.empty()) {
    ASSIGN_OR_RETURN(service, ServiceOf(claimed.credentials.identities, callers));
  }
  if (!claimed.credentials.token.has_value()) {
    call.principal = service->principal;
    call.access = service->access;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const CallerRow* row, BearerOf(claimed, callers, tokens, database));
  const TokenClaims& claims = claimed.verified.claims;
  if (row->external) {
    RETURN_IF_ERROR(IdentifyOutsider(*row, claims, call));
  } else {
    call.principal = {row->directory, claims.subject};
    call.access = row->access;
  }
  claimed.work->sign_in = {.time = claims.auth_time, .limited = claims.limited, .scopes = claims.scopes};
  return service == nullptr ? absl::OkStatus() : Combine(*service, call);
}

}  // namespace

std::string Authenticator::RememberedDirectory(const Work& work) {
  const auto credentials = CredentialsOf(*work.context);
  return credentials.ok() && credentials->token.has_value() ? tokens_.RememberedDirectory(*credentials->token) : "";
}

void Authenticator::Authenticate(absl::Span<Work* const> batch) {
  std::vector<Claimed> all;
  Callers callers;
  std::map<CallerKey, size_t> known;
  absl::Time deadline = absl::InfinitePast();
  const auto claim = [&](Work* work) -> absl::Status {
    deadline = std::max(deadline, work->call.deadline);
    Claimed claimed{.work = work, .credentials = {}, .verified = {}};
    ASSIGN_OR_RETURN(claimed.credentials, CredentialsOf(*work->context));
    if (claimed.credentials.token.has_value()) {
      ASSIGN_OR_RETURN(claimed.verified, tokens_.Verify(*claimed.credentials.token, work->call.deadline));
      const auto [caller, added] = known.try_emplace(KeyOf(claimed.verified), callers.keys.size());
      if (added) callers.keys.push_back(caller->first);
      claimed.caller = caller->second;
    }
    const auto& identities = claimed.credentials.identities;
    callers.identities.insert(callers.identities.end(), identities.begin(), identities.end());
    all.push_back(std::move(claimed));
    return absl::OkStatus();
  };
  for (Work* work : batch) {
    if (const absl::Status status = claim(work); !status.ok()) RefuseCredentials(*work, status);
  }
  if (all.empty()) return;

  const absl::Status read = callers.Read(database_, deadline);
  for (Claimed& claimed : all) {
    Work& work = *claimed.work;
    if (!read.ok()) {
      work.status = read;
      continue;
    }
    if (const absl::Status status = Identify(claimed, callers, tokens_, database_); !status.ok()) {
      RefuseCredentials(work, status);
      continue;
    }
    work.authenticated = true;
    if (!work.call.access.active) work.status = Refuse(v1::ERROR_REASON_CALLER_NOT_ACTIVE);
  }
}

}  // namespace hearth
