// Sends what is in the outbox, as long as the server runs.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "server/mail/courier.h"

namespace hearth {

// Couriers in threads of their own. Relays of several servers work on the same outbox at once. When there is nothing to do each looks twice a
// second; when the server cannot be spoken to, each leaves it alone for a while that grows to a minute. Thread-safe.
class Relay {
 public:
  // Starts `couriers` threads. What is passed in outlives the relay.
  Relay(Database* database, const Keyring* keyring, Random* random, prometheus::Registry& registry,
        const MailTransportFactory& transports, const CourierOptions& options, int couriers);
  // Lets messages that are on their way finish, for at most the transport's time, and gives back what was claimed.
  ~Relay();

 private:
  void Run(size_t courier);
  // How long to wait after a round; `failures` counts those in a row without a server or database.
  absl::Duration Pause(const absl::StatusOr<CourierRound>& round, int& failures);
  void Measure();

  Database& database_;
  const Keyring& keyring_;
  Random& random_;
  MailMetrics metrics_;
  const CourierOptions options_;
  absl::Notification stopping_;
  std::vector<std::unique_ptr<MailTransport>> transports_;
  std::vector<std::thread> threads_;
};

}  // namespace hearth
