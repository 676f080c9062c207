// Puts mails into the outbox of a database, as a domain of the server would: for tests/faults and tests/bench.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/mail/mail_rules.h"
#include "server/mail/outbox.h"
#include "server/mail/samples.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

struct Options {
  std::string database, keys_file, directory = "forthcoffee", to = "a{n}@roastery.example";
  int count = 1, mailboxes = 0, batch = 100;
};

// The mail of that number; its administrator is called "number-…".
Mail NumberedMail(const Options& options, int number) {
  const int box = options.mailboxes == 0 ? number : number % options.mailboxes;
  Mail mail;
  mail.directory = options.directory;
  mail.to = options.to;
  mail.to.replace(mail.to.find("{n}"), 3, std::to_string(box));
  mail.person = absl::StrCat("user", box);
  mail.kind = v1::MAIL_TEMPLATE_PASSWORD_CHANGED;
  mail.values = SampleValues(mail.kind);
  mail.values["administrator"] = absl::StrCat("number-", number);
  mail.lifetime = absl::Hours(24);
  return mail;
}

int Run(const Options& options) {
  const auto keyring = Keyring::Load(options.keys_file);
  if (!keyring.ok()) {
    std::cerr << keyring.status().message() << '\n';
    return 1;
  }
  Database database({.conninfo = options.database, .connections = 1});
  for (int first = 0; first < options.count; first += options.batch) {
    const absl::Status status = database.Write({options.directory}, absl::Now() + absl::Seconds(60), [&](Tx& tx) {
      for (int i = first; i < std::min(options.count, first + options.batch); ++i) {
        Enqueue(tx, *keyring, NumberedMail(options, i));
      }
      return absl::OkStatus();
    });
    if (!status.ok()) {
      std::cerr << status.message() << '\n';
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
  CLI::App app("Puts mails into an outbox.");
  hearth::Options options;
  app.add_option("--database", options.database, "conninfo of the application's role")->required();
  app.add_option("--keys-file", options.keys_file)->required();
  app.add_option("--directory", options.directory)->capture_default_str();
  app.add_option("--to", options.to, "address, with {n} for the mailbox")->capture_default_str();
  app.add_option("--count", options.count)->capture_default_str();
  app.add_option("--mailboxes", options.mailboxes, "that many, in turn; 0: one for each mail")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0) return 1;
  return hearth::Run(options);
}
