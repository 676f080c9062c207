#include "server/app/key_thread.h"

#include <string>

#include "absl/time/clock.h"
#include "server/authn/key_keeper.h"
#include "server/base/log.h"

namespace hearth {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

KeyThread::KeyThread(Database* database, TokenAuthority* tokens, const KeyFetchOptions& options)
    : database_(*database),
      tokens_(*tokens),
      options_(options),
      thread_({kInterval, kInterval}, "keys of issuers not looked for", [this] { return Look(); }) {}

// A failure is no warning: it comes every second while the database is away, which all else tells of.
absl::StatusOr<int64_t> KeyThread::Look() {
  const auto fetched = KeepKeys(database_, tokens_.TakeIssuersWithUnknownKeys(), options_, absl::Now() + kPatience);
  if (!fetched.ok()) {
    Log(LogLevel::kDebug, "keys of issuers not fetched", {{"detail", std::string(fetched.status().message())}});
  } else if (*fetched > 0) {
    Log(LogLevel::kInfo, "keys of issuers fetched", {{"issuers", int64_t{*fetched}}});
  }
  return 0;  // The next look is in a second, whatever this one found.
}

}  // namespace hearth
