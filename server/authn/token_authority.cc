#include "server/authn/token_authority.h"

#include <optional>
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
  ASSIGN_OR_RETURN(const std::string name, PeekIssuer(token));
  ASSIGN_OR_RETURN(const Issuer known, FindKnown(name, deadline));
  auto verified = VerifyWith(token, name, known);
  if (verified.ok() || known.keys == nullptr || clock_.Now() < known.read_time + kIssuerPause) return verified;
  // The issuer may have been registered anew, with the keys that this token is signed with.
  ASSIGN_OR_RETURN(const Issuer now, ReadIssuer(name, deadline));
  return now.revision == known.revision ? verified : VerifyWith(token, name, now);
}

absl::StatusOr<VerifiedToken> TokenAuthority::VerifyAgain(const std::string& token, absl::Time deadline) {
  ASSIGN_OR_RETURN(const std::string name, PeekIssuer(token));
  ASSIGN_OR_RETURN(const Issuer issuer, ReadIssuer(name, deadline));
  return VerifyWith(token, name, issuer);
}

absl::StatusOr<VerifiedToken> TokenAuthority::VerifyWith(const std::string& token, const std::string& name,
                                                         const Issuer& issuer) {
  if (issuer.keys == nullptr) return absl::UnauthenticatedError("the issuer is not registered, or has no keys yet");
  if (issuer.publishes && issuer.keys->Find(PeekKeyId(token)) == nullptr) NoteUnknownKey(name);
  ASSIGN_OR_RETURN(TokenClaims claims,
                   VerifyToken(token, name, issuer.audience, *issuer.keys, clock_.Now(), issuer.subjects));
  tokens_.Put(token, claims, issuer.revision);
  return VerifiedToken{std::move(claims), issuer.revision};
}

void TokenAuthority::NoteUnknownKey(const std::string& issuer) {
  absl::MutexLock lock(&mutex_);
  if (unknown_.size() < kMostUnknown) unknown_.insert(issuer);
}

std::vector<std::string> TokenAuthority::TakeIssuersWithUnknownKeys() {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> issuers(unknown_.begin(), unknown_.end());
  unknown_.clear();
  return issuers;
}

absl::StatusOr<TokenAuthority::Issuer> TokenAuthority::FindKnown(const std::string& issuer, absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto known = issuers_.find(issuer);
    if (known != issuers_.end() &&
        (known->second.keys != nullptr || clock_.Now() < known->second.read_time + kIssuerPause)) {
      return known->second;
    }
  }
  return ReadIssuer(issuer, deadline);
}

absl::StatusOr<TokenAuthority::Issuer> TokenAuthority::ReadIssuer(const std::string& issuer, absl::Time deadline) {
  std::optional<IssuerRegistration> registration;
  RETURN_IF_ERROR(database_.ReadAlone(deadline, [&](Tx& tx) {
    registration = FindIssuer(tx, issuer);
    return absl::OkStatus();
  }));
  Issuer read{.keys = nullptr,
              .audience = "",
              .revision = 0,
              .publishes = false,
              .subjects = SubjectForm::kId,
              .read_time = clock_.Now()};
  if (registration.has_value() && !registration->jwks.empty()) {
    ASSIGN_OR_RETURN(read.keys, KeySet::Parse(registration->jwks));
    read.audience = registration->audience;
    read.revision = registration->revision;
    read.publishes = !registration->jwks_uri.empty();
    if (registration->external_guests) read.subjects = SubjectForm::kExternal;
  }
  absl::MutexLock lock(&mutex_);
  if (issuers_.size() >= kMostIssuers) issuers_.clear();
  issuers_[issuer] = read;
  return read;
}

}  // namespace hearth
