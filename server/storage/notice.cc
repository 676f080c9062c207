#include "server/storage/notice.h"

#include <exception>
#include <utility>

#include "absl/time/time.h"
#include "server/base/log.h"
#include "server/storage/pqxx_compat.h"
#include "server/storage/sql_error.h"

namespace hearth {
namespace {

// A peer that is gone without a word is noticed within half a minute.
constexpr char kSessionOptions[] =
    " connect_timeout=3 keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=10000"
    " application_name=hearthd-listener";
constexpr absl::Duration kAfterFailure = absl::Milliseconds(500);

}  // namespace

NoticeListener::NoticeListener(std::string conninfo, std::string channel, std::function<void()> wake)
    : conninfo_(std::move(conninfo) + kSessionOptions), channel_(std::move(channel)), wake_(std::move(wake)) {
  thread_ = std::thread([this] { Run(); });
}

NoticeListener::~NoticeListener() {
  stopping_.Notify();
  thread_.join();
}

void NoticeListener::Listen() {
  pqxx::connection connection(conninfo_);
  pqxx_compat::NeverReopen(connection);
  const pqxx_compat::Channel channel(connection, channel_, wake_);
  wake_();
  while (!stopping_.HasBeenNotified()) connection.await_notification(1, 0);
}

void NoticeListener::Run() {
  do {
    try {
      Listen();
    } catch (const std::exception& exception) {
      Log(LogLevel::kDebug, "the listener's connection is lost", {{"detail", Classify(exception).detail}});
    }
  } while (!stopping_.WaitForNotificationWithTimeout(kAfterFailure));
}

}  // namespace hearth
