// Relays against a mail server that we did not write.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/mail/relay.h"
#include "server/mail/smtp_transport.h"
#include "tests/storage/mail/mail_fixture.h"
#include "tests/support/mail_sink.h"

namespace hearth::test {

// A test with an outbox, from which relays send to a sink.
class RelayTest : public MailFixture {
 protected:
  std::unique_ptr<Relay> NewRelay(const MailSink& sink, int couriers = 2) {
    const SmtpOptions options{.url = "smtp://" + sink.address(), .from = "hearth@forthcoffee.com", .plaintext = true};
    auto& registry = registries_.emplace_back(std::make_unique<prometheus::Registry>());
    return std::make_unique<Relay>(
        &database(), &keyring(), &random_, *registry, [options] { return std::make_unique<SmtpTransport>(options); },
        CourierOptions{.from = options.from}, couriers);
  }
  // Waits until the condition holds, for at most 60 s.
  template <class Condition>
  bool WaitUntil(const Condition& condition) {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (!condition()) {
      if (absl::Now() > deadline) return false;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return true;
  }
  bool WaitUntilEmpty() {
    return WaitUntil([this] { return Count("outbox") == "0"; });
  }
  // How often each Message-ID came.
  static std::map<std::string, int> Ids(const std::vector<SunkMail>& mails) {
    std::map<std::string, int> ids;
    for (const SunkMail& mail : mails) ++ids[mail.Header("Message-Id").at(0)];
    return ids;
  }

  SystemRandom random_;
  std::vector<std::unique_ptr<prometheus::Registry>> registries_;
};

}  // namespace hearth::test
