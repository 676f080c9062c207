#include "server/rpc/authenticator.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "server/authz/access_store.h"
#include "server/base/error.h"

namespace hearth {
namespace {

constexpr absl::string_view kScheme = "Bearer ";

// A call whose token was good, and which caller of the look-up it is.
struct Bearer {
  Work* work;
  std::string token;
  VerifiedToken verified;
  size_t caller;
};

// The one token of a call. Two authorization entries are refused: which would count?
absl::StatusOr<std::string> TokenOf(const grpc::CallbackServerContext& context) {
  const auto [first, last] = context.client_metadata().equal_range("authorization");
  if (first == last) return absl::UnauthenticatedError("no authorization metadata");
  if (std::next(first) != last) return absl::UnauthenticatedError("more than one authorization metadata");
  const absl::string_view value(first->second.data(), first->second.size());
  if (!absl::StartsWithIgnoreCase(value, kScheme)) return absl::UnauthenticatedError("not a bearer token");
  return std::string(value.substr(kScheme.size()));
}

// Failures of the database keep their reason; all others are one answer.
void RefuseCredentials(Work& work, const absl::Status& cause) {
  if (ReasonOf(cause).has_value()) {
    work.status = cause;
    return;
  }
  work.log_detail = std::string(cause.message());
  work.status = Refuse(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED);
}

void Admit(Bearer& bearer, const CallerRow& row) {
  Work& work = *bearer.work;
  work.call.principal = {row.directory, bearer.verified.claims.subject};
  work.call.access = row.access;
  work.authenticated = true;
  if (!row.access.active) work.status = Refuse(v1::ERROR_REASON_CALLER_NOT_ACTIVE);
}

}  // namespace

void Authenticator::Authenticate(absl::Span<Work* const> batch) {
  std::vector<Bearer> bearers;
  std::vector<CallerKey> keys;
  std::map<std::pair<std::string, std::string>, size_t> known;
  absl::Time deadline = absl::InfinitePast();
  for (Work* work : batch) {
    deadline = std::max(deadline, work->call.deadline);
    auto token = TokenOf(*work->context);
    auto verified = token.ok() ? tokens_.Verify(*token, work->call.deadline) : token.status();
    if (!verified.ok()) {
      RefuseCredentials(*work, verified.status());
      continue;
    }
    const auto [caller, added] = known.try_emplace({verified->claims.issuer, verified->claims.subject}, keys.size());
    if (added) keys.push_back({verified->claims.issuer, verified->claims.subject});
    bearers.push_back({work, *std::move(token), *std::move(verified), caller->second});
  }
  if (bearers.empty()) return;

  std::vector<std::optional<CallerRow>> callers;
  const absl::Status read = database_.ReadAlone(deadline, [&](Tx& tx) {
    callers = ReadCallers(tx, keys);
    return absl::OkStatus();
  });
  for (Bearer& bearer : bearers) {
    if (!read.ok()) {
      bearer.work->status = read;
      continue;
    }
    const std::optional<CallerRow>& row = callers[bearer.caller];
    if (!row.has_value()) {
      RefuseCredentials(*bearer.work, absl::UnauthenticatedError("the issuer is no longer registered"));
      continue;
    }
    if (row->issuer_revision != bearer.verified.key_set_revision) {
      // The issuer was registered anew since the token was checked: check it under what holds now.
      const auto again = tokens_.VerifyAgain(bearer.token, bearer.work->call.deadline);
      if (!again.ok() || again->key_set_revision != row->issuer_revision) {
        RefuseCredentials(*bearer.work,
                          again.ok() ? absl::UnauthenticatedError("the issuer is changing") : again.status());
        continue;
      }
    }
    Admit(bearer, *row);
  }
}

}  // namespace hearth
