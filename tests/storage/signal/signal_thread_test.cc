// All couriers of a server at once.
#include "server/app/signal_thread.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "tests/support/fixture.h"

namespace hearth::test {
namespace {

class SignalThreadTest : public Fixture {
 protected:
  // A receiver for which something waits.
  void AddReceiver(const std::string& directory, const std::string& id) {
    Sql(
        absl::StrCat("INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, endpoint_uri, audience,"
                     " place, verification_id) VALUES ('",
                     directory, "', '", id, "', 'https://", id, ".example/', '", id, "', 0, gen_random_uuid())"));
  }

  const EventTokens tokens_{&keyring(), "https://hearth.example"};
};

TEST_F(SignalThreadTest, TwoSlowReceiversHoldUpNoOtherDirectory) {
  AddReceiver(kForth, "slow1");
  AddReceiver(kContoso, "slow2");
  absl::BlockingCounter both(2);
  absl::Notification fast, enough;
  const auto post = [&](const std::string& uri, const std::string&) {
    if (absl::StrContains(uri, "slow")) {
      both.DecrementCount();
      enough.WaitForNotification();
    } else {
      fast.Notify();
    }
    return absl::StatusOr<HttpsAnswer>(HttpsAnswer{.status = 202, .body = ""});
  };
  {
    SignalThread threads(&database(), &tokens_, post);
    both.Wait();
    AddReceiver(kPlatform, "fast");
    EXPECT_TRUE(fast.WaitForNotificationWithTimeout(absl::Seconds(20)));
    enough.Notify();
  }
  EXPECT_EQ(Sql("SELECT 1 FROM hearth.event_receivers WHERE verified_time IS NOT NULL AND lease IS NULL").size(), 3u);
}

}  // namespace
}  // namespace hearth::test
