#include "server/app/flags.h"

#include <cstdint>
#include <limits>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace hearth {

Flags::Flags(CLI::App& app) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "hearthd " HEARTH_VERSION);

  serve_ = app.add_subcommand("serve", "Serve until SIGTERM, then drain");
  check_ = app.add_subcommand("check-config", "Check the flags of `serve` and say what is wrong");
  for (CLI::App* command : {serve_, check_}) AddServeFlags(*command);

  migrate_ = app.add_subcommand("migrate", "Bring the database schema to this version");
  migrate_->add_option("--database", migrate_database_, "libpq connection string of the schema's owner")->required();
  migrate_->add_option("--app-role", app_role_, "Role that `serve` connects as")->capture_default_str();

  bootstrap_ =
      app.add_subcommand("bootstrap", "Print a single-use token with which an operator of the platform registers");
  bootstrap_->add_option("--database", bootstrap_options_.database, "libpq connection string of the schema's owner")
      ->required();
  bootstrap_->add_option("--keys-file", bootstrap_options_.keys_file, "The keys file of `serve`")->required();
  bootstrap_->add_option("--minutes", bootstrap_options_.minutes, "How long the token is good")
      ->check(CLI::Range(1, 24 * 60))
      ->capture_default_str();

  AddTune(app);
  AddKeys(app);
}

void Flags::AddTune(CLI::App& app) {
  tune_ = app.add_subcommand("tune", "Measure what password hashes cost on this machine, and propose flags of `serve`");
  tune_->add_option("--max-ms", tune_options_.most_millis, "Most milliseconds of one hash while all lanes are busy")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  tune_
      ->add_option(
          "--memory-mib", tune_options_.memory_mib,
          "Most memory of all lanes together; 0: a quarter of the machine's, or of what control groups leave of it")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  tune_
      ->add_option("--lanes", tune_options_.lanes,
                   "Hashes at once; 0: one for each processor that control groups leave")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  tune_->add_flag("--json", tune_options_.json, "Print JSON");
}

void Flags::AddKeys(CLI::App& app) {
  CLI::App* keys = app.add_subcommand("keys", "Secret keys of the deployment");
  keys->require_subcommand(1);
  generate_ = keys->add_subcommand("generate", "Make a new keys file, mode 0600");
  add_key_ = keys->add_subcommand("add", "First step of a rotation: add a key that servers know and do not use yet");
  promote_key_ = keys->add_subcommand("promote", "Second step, once every server has restarted: make that key current");
  for (CLI::App* command : {generate_, add_key_, promote_key_}) {
    command->add_option("--keys-file", keys_path_, "File to write")->required();
  }

  show_audit_ = keys->add_subcommand("show-audit", "Print the public keys that the audit's heads are signed with");
  show_audit_->add_option("--keys-file", keys_path_, "The keys file of `serve`")->required();

  CLI::App* breached =
      app.add_subcommand("breached", "Filters of breached passwords, for `serve --breached-passwords`");
  breached->require_subcommand(1);
  build_breached_ = breached->add_subcommand(
      "build",
      "Make a filter from a public list of SHA-1 digests: a folder of range files as the k-anonymity API of Pwned\n"
      "Passwords has them (named ABCDE or ABCDE.txt, lines SUFFIX:COUNT), or one sorted file of lines DIGEST[:COUNT]");
  build_breached_->add_option("LIST", breached_options_.list, "The folder or file")->required();
  build_breached_->add_option("--output", breached_options_.output, "File to write; may be the one in use")->required();
  build_breached_
      ->add_option("--min-count", breached_options_.min_count,
                   "Leave out passwords that were seen less often than this")
      ->check(CLI::Range(int64_t{1}, std::numeric_limits<int64_t>::max()))
      ->capture_default_str();
}

void Flags::AddServeFlags(CLI::App& command) {
  static const std::map<std::string, LogLevel> kLevels = {{"debug", LogLevel::kDebug},
                                                          {"info", LogLevel::kInfo},
                                                          {"warning", LogLevel::kWarning},
                                                          {"error", LogLevel::kError}};
  static const std::map<std::string, ClientCertificates> kClientCertificates = {
      {"required", ClientCertificates::kRequired},
      {"optional", ClientCertificates::kOptional},
      {"none", ClientCertificates::kNone}};
  command.set_config("--config", "", "File with these flags, a line each: listen=\"127.0.0.1:7443\"");
  command.add_option("--database", config_.database,
                     "libpq connection string, key=value form, of the application's role");
  command.add_option("--database-connections", config_.database_connections, "Most connections")->capture_default_str();
  command.add_option("--listen", config_.listen, "Numeric host:port")->capture_default_str();
  command.add_option("--tls-certificate", config_.tls_certificate, "PEM file; read again when it changes");
  command.add_option("--tls-key", config_.tls_key, "PEM file; read again when it changes");
  command.add_option("--tls-client-ca", config_.tls_client_ca,
                     "PEM roots of callers' certificates (mutual TLS); read again when they change");
  command
      .add_option("--tls-client-certificates", config_.client_certificates,
                  "required (default); optional, for callers that present a token only; or none: not asked for")
      ->transform(CLI::CheckedTransformer(kClientCertificates));
  command.add_option("--tls-client-crls", config_.tls_client_crls,
                     "Folder of revocation lists for those certificates, made with `openssl rehash`");
  command.add_flag("--insecure-plaintext", config_.insecure_plaintext, "No TLS; on loopback addresses only");
  command.add_option("--keys-file", config_.keys_file, "Secret keys; see `hearthd keys`");
  command.add_option("--metrics-listen", config_.metrics_listen, "Loopback host:port for Prometheus; empty: none")
      ->capture_default_str();
  command.add_flag("--reflection", config_.reflection, "Serve the contract by gRPC reflection");
  command.add_option("--argon2-memory-kib", config_.argon2.memory_kib, "Memory of one password hash")
      ->capture_default_str();
  command.add_option("--argon2-iterations", config_.argon2.iterations, "Passes of one password hash")
      ->capture_default_str();
  command.add_option("--breached-passwords", config_.breached_passwords,
                     "Filter of breached passwords, which nobody can choose; see `hearthd breached`");
  command.add_option(
      "--breached-range-uri", config_.breached_range_uri,
      "Ask this list of breached passwords, too: an https:// address with the k-anonymity API of Pwned\n"
      "Passwords, such as https://api.pwnedpasswords.com/range/. Five digits of the SHA-1 digest of a new\n"
      "password are added to it and sent. Where it does not answer within two seconds, nothing is asked of "
      "it");
  command.add_option("--breached-range-ca", config_.breached_range.ca_file,
                     "PEM roots of that server; default: the system's");
  command.add_flag("--breached-range-allow-private-addresses", config_.breached_range.allow_private,
                   "Ask it at an address that is not public, too");
  command.add_option("--hash-lanes", config_.hash_lanes, "Hashes at once; 0: one for each processor")
      ->capture_default_str();
  command
      .add_option(
          "--import-bcrypt-cost", config_.import_bcrypt_cost,
          "Most cost of a bcrypt hash that is imported, 4 to 14. 14, which ZITADEL makes, holds a lane for some\n"
          "0.8 s, 16 times what 10 takes: at each try until the person's first sign-in, which replaces it")
      ->capture_default_str();
  command
      .add_option("--lookup-workers", config_.lookup_workers,
                  "Threads for batched look-ups; 0: one for every two processors")
      ->capture_default_str();
  command.add_option("--intake-workers", config_.intake_workers, "Threads for batched inserts")->capture_default_str();
  command.add_option("--read-workers", config_.read_workers, "Threads for reads")->capture_default_str();
  command.add_option("--write-workers", config_.write_workers, "Threads for changes")->capture_default_str();
  command.add_option("--bulk-workers", config_.bulk_workers, "Long runs at once")->capture_default_str();
  command.add_option("--lookup-queue", config_.lookup_queue, "Look-ups that may wait")->capture_default_str();
  command.add_option("--intake-queue", config_.intake_queue, "Batched inserts that may wait")->capture_default_str();
  command.add_option("--read-queue", config_.read_queue, "Reads that may wait")->capture_default_str();
  command.add_option("--write-queue", config_.write_queue, "Changes that may wait")->capture_default_str();
  command
      .add_option("--hash-queue", config_.hash_queue,
                  "Calls with a password that may wait for a lane; 0: 16 for each lane")
      ->capture_default_str();
  command.add_option("--bulk-queue", config_.bulk_queue, "Long runs that may wait")->capture_default_str();
  command
      .add_option("--upload-silence-seconds", config_.upload_silence_seconds,
                  "How long a caller who streams requests, as an import does, may send nothing")
      ->capture_default_str();
  command.add_option("--smtp-url", config_.smtp.url,
                     "Mail server: smtps://host[:465], or smtp://host[:587] with STARTTLS; without it, mails wait");
  command.add_option("--smtp-user", config_.smtp.user, "Name at the mail server");
  command.add_option("--smtp-password-file", config_.smtp_password_file, "File with its password, mode 0600");
  command.add_option("--smtp-ca", config_.smtp.ca_file,
                     "PEM file of who vouches for the mail server; default: the system's");
  command.add_flag("--smtp-plaintext", config_.smtp.plaintext,
                   "No TLS to the mail server; on numeric loopback addresses only");
  command.add_option("--mail-from", config_.smtp.from, "Address that mails come from");
  command.add_option("--mail-couriers", config_.mail_couriers, "Mails that are sent at once")->capture_default_str();
  command.add_option("--issuer-ca", config_.key_fetch.ca_file,
                     "PEM roots of the servers from which issuers' keys are fetched; default: the system's");
  command.add_flag("--issuer-allow-private-addresses", config_.key_fetch.allow_private,
                   "Fetch issuers' keys from addresses that are not public, too");
  command.add_option(
      "--audit-heads", config_.audit_heads,
      "File to which the signed heads of the audit are appended; keep it where the database's owner cannot "
      "write");
  command.add_option(
      "--event-issuer", config_.event_issuer,
      "The `iss` of Security Event Tokens, an https address; without it events are not delivered to receivers");
  command.add_option("--receiver-ca", config_.receivers.ca_file,
                     "PEM roots of the servers that receive events; default: the system's");
  command.add_flag("--receiver-allow-private-addresses", config_.receivers.allow_private,
                   "Deliver events to addresses that are not public, too");
  command
      .add_option("--max-sign-in-seconds", config_.max_sign_in_seconds,
                  "How long ago a person may have signed in (auth_time) to reset passwords or give authority")
      ->capture_default_str();
  for (const auto& [whose, rates, limits, text] :
       {std::tuple{"caller", &config_.caller_rates, &config_.caller_limits, "by one caller"},
        std::tuple{"directory", &config_.directory_rates, &config_.directory_limits,
                   "by all callers of one directory"}}) {
    const std::string prefix = absl::StrCat("--", whose, "-");
    const std::string help = absl::StrCat(" a second ", text, ", twice as many at once; 0: any number");
    command.add_option(prefix + "reads", rates->reads, "Most reads" + help)->capture_default_str();
    command.add_option(prefix + "writes", rates->writes, "Most changes" + help)->capture_default_str();
    command.add_option(prefix + "hashes", rates->hashes, "Most calls with a password" + help)->capture_default_str();
    command.add_option(prefix + "runs", rates->runs, "Most long runs" + help)->capture_default_str();
    command.add_option(prefix + "watches", rates->watches, "Most streams of events" + help)->capture_default_str();
    command.add_option(prefix + "limit", *limits,
                       "The same for one method, besides: ResetPasswordService.ResetPassword=5; can be repeated");
  }
  command
      .add_option("--stream-stall-seconds", config_.stream_stall_seconds,
                  "How long a caller may take to read one answer of a long run before the run is ended")
      ->capture_default_str();
  command.add_option("--drain-seconds", config_.drain_seconds, "Time for running calls at shutdown")
      ->capture_default_str();
  command.add_option("--log-level", config_.log_level, "debug, info, warning or error")
      ->transform(CLI::CheckedTransformer(kLevels, CLI::ignore_case));
}

int Flags::Run() const {
  if (serve_->parsed()) return RunServe(config_);
  if (check_->parsed()) return RunCheckConfig(config_);
  if (migrate_->parsed()) return RunMigrate(migrate_database_, app_role_);
  if (bootstrap_->parsed()) return RunBootstrap(bootstrap_options_);
  if (build_breached_->parsed()) return RunBuildBreached(breached_options_);
  if (tune_->parsed()) return RunTune(tune_options_);
  if (add_key_->parsed()) return RunAddKey(keys_path_);
  if (show_audit_->parsed()) return RunShowAuditKeys(keys_path_);
  if (promote_key_->parsed()) return RunPromoteKey(keys_path_);
  return RunGenerateKeys(keys_path_);
}

}  // namespace hearth
