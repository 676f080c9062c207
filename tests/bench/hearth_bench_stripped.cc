// `hearthd serve` with hashes that cost next to nothing, for tests/bench/timing: what is left of a call's time is all that could tell who exists, and
// a difference of microseconds is seen. hearthd itself refuses such parameters. It takes the flags of the same names; those that it does not know are
// those of limits, which it has none of.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "absl/synchronization/mutex.h"
#include "server/app/config.h"
#include "server/app/environment.h"
#include "server/app/server.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/random.h"

namespace {

// What PHC strings of the stored hashes say, too: tests/bench/timing.
constexpr hearth::HashParameters kCheap{.memory_kib = 8, .iterations = 1};

int Serve(const hearth::Config& config) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // As hearthd does.
  hearth::StartLog(config.log_level);
  const hearth::SystemClock clock;
  hearth::SystemRandom random;
  const auto environment = hearth::Environment::Create(config, &clock, &random);
  if (!environment.ok()) return std::cerr << environment.status().message() << '\n', 1;
  const auto server = hearth::Server::Start(config, environment->get());
  if (!server.ok()) return std::cerr << server.status().message() << '\n', 1;
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) return 1;
  CLI::App app("hearthd with hashes that cost nothing.");
  hearth::Config config;
  config.argon2 = kCheap;
  config.client_certificates = hearth::ClientCertificates::kNone;
  config.metrics_listen = "";
  config.caller_rates = config.directory_rates = {0, 0, 0, 0, 0};
  CLI::App* serve = app.add_subcommand("serve", "Serves until SIGTERM")->allow_extras();
  serve->add_option("--database", config.database)->required();
  serve->add_option("--listen", config.listen)->required();
  serve->add_option("--keys-file", config.keys_file)->required();
  serve->add_option("--tls-certificate", config.tls_certificate)->required();
  serve->add_option("--tls-key", config.tls_key)->required();
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  return Serve(config);
}
