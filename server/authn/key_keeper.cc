#include "server/authn/key_keeper.h"

#include <thread>

#include "server/authn/issuer_key_store.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr int kMostAtOnce = 16;

absl::Status Hasten(Database& database, const DirectoryIssuer& issuer, absl::Time deadline) {
  return database.Write({issuer.directory}, deadline, [&](Tx& tx) {
    HastenFetch(tx, issuer.issuer);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<IssuerToFetch>> Claim(Database& database, absl::Time deadline) {
  std::vector<IssuerToFetch> due, claimed;
  RETURN_IF_ERROR(database.ReadAlone(deadline, [&](Tx& tx) {
    due = IssuersToFetch(tx, kMostAtOnce);
    return absl::OkStatus();
  }));
  for (const IssuerToFetch& issuer : due) {
    bool ours = false;
    RETURN_IF_ERROR(database.Write({issuer.directory}, deadline, [&](Tx& tx) {
      ours = ClaimFetch(tx, issuer);
      return absl::OkStatus();
    }));
    if (ours) claimed.push_back(issuer);
  }
  return claimed;
}

absl::Status Store(Database& database, const IssuerToFetch& issuer, const absl::StatusOr<std::string>& keys,
                   absl::Time deadline) {
  return database.Write({issuer.directory}, deadline, [&](Tx& tx) {
    if (keys.ok()) {
      StoreKeys(tx, issuer, *keys);
    } else {
      StoreProblem(tx, issuer, std::string(keys.status().message()));
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<int> KeepKeys(Database& database, const std::vector<DirectoryIssuer>& unknown,
                             const KeyFetchOptions& options, absl::Time deadline) {
  for (const DirectoryIssuer& issuer : unknown) RETURN_IF_ERROR(Hasten(database, issuer, deadline));
  ASSIGN_OR_RETURN(const std::vector<IssuerToFetch> issuers, Claim(database, deadline));
  std::vector<absl::StatusOr<std::string>> keys(issuers.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < issuers.size(); ++i) {
    threads.emplace_back([&, i] { keys[i] = FetchKeys(issuers[i].jwks_uri, options); });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < issuers.size(); ++i) RETURN_IF_ERROR(Store(database, issuers[i], keys[i], deadline));
  return static_cast<int>(issuers.size());
}

}  // namespace hearth
