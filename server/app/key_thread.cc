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
    : database_(*database), tokens_(*tokens), options_(options) {
  thread_ = std::thread([this] { Run(); });
}

KeyThread::~KeyThread() {
  stopping_.Notify();
  thread_.join();
}

void KeyThread::Run() {
  do {
    const auto fetched = KeepKeys(database_, tokens_.TakeIssuersWithUnknownKeys(), options_, absl::Now() + kPatience);
    if (!fetched.ok()) {
      Log(LogLevel::kDebug, "keys of issuers not fetched", {{"detail", std::string(fetched.status().message())}});
    } else if (*fetched > 0) {
      Log(LogLevel::kInfo, "keys of issuers fetched", {{"issuers", int64_t{*fetched}}});
    }
  } while (!stopping_.WaitForNotificationWithTimeout(kInterval));
}

}  // namespace hearth
