#include "server/authn/token_authority.h"

#include <utility>

#include "server/authn/issuer_key_store.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

// An issuer that is not registered, or whose known keys do not fit a token, is looked for again after this, so that forged tokens cost one
// read a second at most for each issuer.
constexpr absl::Duration kIssuerPause = absl::Seconds(1);
// Remembered issuers; beyond it all are forgotten and read anew.
constexpr size_t kMostIssuers = 4096;
constexpr size_t kMostUnknown = 100;

}  // namespace

absl::StatusOr<VerifiedToken> TokenAuthority::Verify(const std::string& token, absl::Time deadline) {
  if (auto known = tokens_.Get(token, clock_.Now())) return *std::move(known);
  ASSIGN_OR_RETURN(const Naming naming, NamingOf(token));
  ASSIGN_OR_RETURN(const Issuer known, FindKnown(naming, deadline));
  auto verified = VerifyWith(token, naming, known);
  if (verified.ok() || known.keys == nullptr || clock_.Now() < known.read_time + kIssuerPause) return verified;
  // The issuer may have been registered anew, with the keys that this token is signed with.
  ASSIGN_OR_RETURN(const Issuer now, ReadIssuer(naming, deadline));
  return now.revision == known.revision ? verified : VerifyWith(token, naming, now);
}

std::string TokenAuthority::RememberedDirectory(const std::string& token) {
  auto known = tokens_.Get(token, clock_.Now());
  return known.has_value() ? std::move(known->directory) : "";
}

absl::StatusOr<TokenAuthority::Naming> TokenAuthority::NamingOf(const std::string& token) {
  ASSIGN_OR_RETURN(std::string issuer, PeekIssuer(token));
  return Naming{std::move(issuer), PeekAudiences(token)};
}

absl::StatusOr<VerifiedToken> TokenAuthority::VerifyAgain(const std::string& token, absl::Time deadline) {
  ASSIGN_OR_RETURN(const Naming naming, NamingOf(token));
  ASSIGN_OR_RETURN(const Issuer issuer, ReadIssuer(naming, deadline));
  return VerifyWith(token, naming, issuer);
}

absl::StatusOr<VerifiedToken> TokenAuthority::VerifyWith(const std::string& token, const Naming& naming,
                                                         const Issuer& issuer) {
  if (issuer.keys == nullptr) {
    return absl::UnauthenticatedError("the issuer is not registered for just one of the audiences, or has no keys yet");
  }
  if (issuer.publishes && issuer.keys->Find(PeekKeyId(token)) == nullptr) {
    NoteUnknownKey({issuer.directory, naming.issuer});
  }
  ASSIGN_OR_RETURN(TokenClaims claims,
                   VerifyToken(token, naming.issuer, issuer.audience, *issuer.keys, clock_.Now(), issuer.subjects));
  VerifiedToken verified{std::move(claims), issuer.revision, issuer.directory};
  tokens_.Put(token, verified);
  return verified;
}

void TokenAuthority::NoteUnknownKey(const DirectoryIssuer& issuer) {
  absl::MutexLock lock(&mutex_);
  if (unknown_.size() < kMostUnknown) unknown_.insert(issuer);
}

std::vector<DirectoryIssuer> TokenAuthority::TakeIssuersWithUnknownKeys() {
  absl::MutexLock lock(&mutex_);
  std::vector<DirectoryIssuer> issuers(unknown_.begin(), unknown_.end());
  unknown_.clear();
  return issuers;
}

absl::StatusOr<TokenAuthority::Issuer> TokenAuthority::FindKnown(const Naming& naming, absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto known = issuers_.find(naming);
    if (known != issuers_.end() &&
        (known->second.keys != nullptr || clock_.Now() < known->second.read_time + kIssuerPause)) {
      return known->second;
    }
  }
  return ReadIssuer(naming, deadline);
}

absl::StatusOr<TokenAuthority::Issuer> TokenAuthority::ReadIssuer(const Naming& naming, absl::Time deadline) {
  std::vector<IssuerRegistration> registrations;
  RETURN_IF_ERROR(database_.ReadAlone(deadline, [&](Tx& tx) {
    registrations = FindIssuers(tx, naming.issuer, naming.audiences);
    return absl::OkStatus();
  }));
  Issuer read{.keys = nullptr,
              .directory = "",
              .audience = "",
              .revision = 0,
              .publishes = false,
              .subjects = SubjectForm::kId,
              .read_time = clock_.Now()};
  // A token that fits several directories is for none: it would be for either to say which.
  if (registrations.size() == 1 && !registrations[0].jwks.empty()) {
    const IssuerRegistration& registration = registrations[0];
    ASSIGN_OR_RETURN(read.keys, KeySet::Parse(registration.jwks));
    read.directory = registration.directory;
    read.audience = registration.audience;
    read.revision = registration.revision;
    read.publishes = !registration.jwks_uri.empty();
    if (registration.external_guests) read.subjects = SubjectForm::kExternal;
  }
  absl::MutexLock lock(&mutex_);
  if (issuers_.size() >= kMostIssuers) issuers_.clear();
  issuers_[naming] = read;
  return read;
}

}  // namespace hearth
