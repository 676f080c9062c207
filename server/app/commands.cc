#include "server/app/commands.h"

#include <grpc/support/log.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <functional>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/app/environment.h"
#include "server/app/server.h"
#include "server/audit/audit_proto.h"
#include "server/audit/tree_head.h"
#include "server/base/clock.h"
#include "server/base/keyring.h"
#include "server/base/random.h"
#include "server/credential/breach_builder.h"
#include "server/credential/breach_filter.h"
#include "server/credential/breach_source.h"
#include "server/directory/bootstrap.h"
#include "server/storage/migrator.h"

namespace hearth {
namespace {

constexpr absl::Duration kBootstrapPatience = absl::Seconds(30);

int Fail(const absl::Status& status) {
  std::cerr << "hearthd: " << status.message() << '\n';
  return 1;
}

// SIGTERM and SIGINT are taken by sigwait; SIGPIPE would kill the process when a peer or the database goes away.
sigset_t BlockSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Passwords pass through this process: it leaves no core, and no other process of the user may read its memory.
void ForbidDumps() {
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

void GrpcToLog(gpr_log_func_args* args) {
  const LogLevel level = args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kDebug;
  Log(level, "grpc", {{"text", std::string(args->message)}});
}

}  // namespace

int RunServe(const Config& config) {
  if (const auto defects = ConfigDefects(config); !defects.empty()) return RunCheckConfig(config);
  ForbidDumps();
  // Debian's Abseil looks for cycles at each lock, as if in a debug build; the tests run with it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const sigset_t signals = BlockSignals();
  StartLog(config.log_level);
  gpr_set_log_function(&GrpcToLog);
  const SystemClock clock;
  SystemRandom random;
  const auto environment = Environment::Create(config, &clock, &random);
  if (!environment.ok()) return Fail(environment.status());
  const auto server = Server::Start(config, environment->get());
  if (!server.ok()) return Fail(server.status());
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Stop();
  return 0;
}

int RunCheckConfig(const Config& config) {
  auto defects = ConfigDefects(config);
  if (defects.empty() && !config.breached_passwords.empty()) {
    const auto filter = BreachFilter::Open(config.breached_passwords);
    if (!filter.ok()) defects.push_back(absl::StrCat("--breached-passwords: ", filter.status().message()));
  }
  for (const std::string& defect : defects) std::cerr << "hearthd: " << defect << '\n';
  if (defects.empty()) std::cout << "The configuration is good.\n";
  return defects.empty() ? 0 : 2;
}

int RunMigrate(const std::string& database, const std::string& app_role) {
  int applied = 0;
  const absl::Status status = Migrate(database, app_role, [&applied](const Migration& migration) {
    ++applied;
    std::cout << "applied " << migration.name << '\n';
  });
  if (!status.ok()) return Fail(status);
  std::cout << "The schema has version " << NeededVersion() << (applied == 0 ? ", as before.\n" : ".\n");
  return 0;
}

int RunBootstrap(const BootstrapOptions& options) {
  const auto keyring = Keyring::Load(options.keys_file);
  if (!keyring.ok()) return Fail(keyring.status());
  Database database({.conninfo = options.database, .connections = 1});
  const auto token =
      MakeBootstrapToken(database, *keyring, absl::Minutes(options.minutes), absl::Now() + kBootstrapPatience);
  if (!token.ok()) return Fail(token.status());
  std::cerr << "This token registers one operator of the platform, once, within " << options.minutes
            << " minutes: put it into a file and run `hearth platform bootstrap --help`.\n";
  std::cout << *token << '\n';
  return 0;
}

int RunShowAuditKeys(const std::string& path) {
  const auto keyring = Keyring::Load(path);
  if (!keyring.ok()) return Fail(keyring.status());
  const HeadSigner signer(&*keyring);
  for (const std::string& id : keyring->Ids()) std::cout << id << ' ' << ToHex(signer.PublicKey(id)) << '\n';
  return 0;
}

int RunGenerateKeys(const std::string& path) {
  const absl::Status status = Keyring::Generate(path);
  if (!status.ok()) return Fail(status);
  std::cout << "Wrote " << path << ". Keep a copy in a safe place: without it no password verifies.\n";
  return 0;
}

int RunBuildBreached(const BreachedOptions& options) {
  const auto built = BuildBreachFilter(options.output, [&](const std::function<absl::Status(uint64_t)>& each) {
    return ReadBreachList(options.list, options.min_count, each);
  });
  if (!built.ok()) return Fail(built.status());
  const auto filter = BreachFilter::Open(options.output);
  if (!filter.ok()) return Fail(filter.status());
  std::cout << "Wrote " << options.output << ": " << built->entries << " passwords in " << built->bytes << " bytes ("
            << static_cast<double>(built->bytes) / static_cast<double>(built->entries)
            << " each). Of passwords that are not in the list, one in "
            << static_cast<uint64_t>(1 / (*filter)->false_positive_rate()) << " is refused with them.\n";
  return 0;
}

int RunAddKey(const std::string& path) {
  const auto id = Keyring::Add(path);
  if (!id.ok()) return Fail(id.status());
  std::cout << "Added " << *id << " to " << path
            << ". Give the file to every replica and restart each; then run `hearthd keys promote`.\n";
  return 0;
}

int RunPromoteKey(const std::string& path) {
  const auto id = Keyring::Promote(path);
  if (!id.ok()) return Fail(id.status());
  std::cout << *id
            << " is current. Give the file to every replica and restart each. Keep the older keys: passwords move to "
            << *id << " at the next sign-in.\n";
  return 0;
}

}  // namespace hearth
