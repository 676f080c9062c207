#include "server/app/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/app/method_limits.h"
#include "server/base/keyring.h"

namespace hearth {
namespace {

bool IsReadable(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

bool IsLoopbackAddress(const std::string& address) {
  return absl::StartsWith(address, "127.") || absl::StartsWith(address, "[::1]:");
}

// Mutual TLS is left out only by who says so: a forgotten flag would let strangers at the HTTP/2 parser.
void CheckClientCertificates(const Config& config, std::vector<std::string>& defects) {
  const bool none = config.client_certificates == ClientCertificates::kNone;
  if (config.tls_client_ca.empty()) {
    if (!config.tls_client_crls.empty()) defects.push_back("--tls-client-crls needs --tls-client-ca");
    if (!config.insecure_plaintext && !none) {
      defects.push_back(
          "--tls-client-ca is needed (a PEM file): the roots of callers' certificates. Where callers have none, say so "
          "with "
          "--tls-client-certificates none, and put a proxy in front on open networks");
    }
    return;
  }
  if (config.insecure_plaintext) defects.push_back("--tls-client-ca needs TLS; leave --insecure-plaintext out");
  if (none) defects.push_back("--tls-client-ca is of no use with --tls-client-certificates none; leave one out");
  if (!IsReadable(config.tls_client_ca)) {
    defects.push_back(absl::StrCat("--tls-client-ca ", config.tls_client_ca, " cannot be read"));
  }
  if (!config.tls_client_crls.empty() && !IsReadable(config.tls_client_crls)) {
    defects.push_back(absl::StrCat("--tls-client-crls ", config.tls_client_crls, " cannot be read"));
  }
}

void CheckTls(const Config& config, std::vector<std::string>& defects) {
  if (config.insecure_plaintext) {
    if (!IsLoopbackAddress(config.listen)) {
      defects.push_back(
          "--insecure-plaintext works on loopback addresses only; give --tls-certificate and --tls-key instead");
    }
    return;
  }
  for (const auto& [flag, path] :
       {std::pair{"--tls-certificate", config.tls_certificate}, {"--tls-key", config.tls_key}}) {
    if (path.empty()) {
      defects.push_back(absl::StrCat(flag, " is needed (a PEM file)"));
    } else if (!IsReadable(path)) {
      defects.push_back(absl::StrCat(flag, " ", path, " cannot be read"));
    }
  }
}

void CheckMail(const Config& config, std::vector<std::string>& defects) {
  if (config.smtp.url.empty()) {
    if (!config.smtp.user.empty() || !config.smtp_password_file.empty() || !config.smtp.from.empty() ||
        !config.smtp.ca_file.empty() || config.smtp.plaintext) {
      defects.push_back("the other flags of mail need --smtp-url, such as smtps://mail.example.com");
    }
    return;
  }
  const auto smtp = SmtpOf(config);
  if (!smtp.ok()) {
    defects.push_back(std::string(smtp.status().message()));
    return;
  }
  for (std::string& defect : SmtpDefects(*smtp)) defects.push_back(std::move(defect));
}

void CheckHashing(const Config& config, std::vector<std::string>& defects) {
  const HashParameters& argon2 = config.argon2;
  if (argon2.memory_kib < 19 * 1024 || argon2.memory_kib > kMaxHashParameters.memory_kib) {
    defects.push_back(
        absl::StrCat("--argon2-memory-kib must be between 19456 (OWASP's least) and ", kMaxHashParameters.memory_kib));
  }
  if (argon2.iterations < 1 || argon2.iterations > kMaxHashParameters.iterations) {
    defects.push_back(absl::StrCat("--argon2-iterations must be between 1 and ", kMaxHashParameters.iterations));
  }
  if (argon2.iterations == 1 && argon2.memory_kib < 46 * 1024) {
    defects.push_back("--argon2-memory-kib below 47104 needs --argon2-iterations 2 or more (OWASP Password Storage)");
  }
  if (config.import_bcrypt_cost < kLeastBcryptCost || config.import_bcrypt_cost > kMostBcryptCost) {
    defects.push_back(
        absl::StrCat("--import-bcrypt-cost must be between ", kLeastBcryptCost, " and ", kMostBcryptCost));
  }
}

void CheckBreached(const Config& config, std::vector<std::string>& defects) {
  // Whether it is whole is seen when it is mapped; to read it twice would double the time of a start.
  if (!config.breached_passwords.empty() && !IsReadable(config.breached_passwords)) {
    defects.push_back(absl::StrCat("--breached-passwords ", config.breached_passwords, " cannot be read"));
  }
  const std::string& uri = config.breached_range_uri;
  if (uri.empty()) {
    if (!config.breached_range.ca_file.empty() || config.breached_range.allow_private) {
      defects.push_back("the other flags of the online list of breached passwords need --breached-range-uri");
    }
    return;
  }
  if (!absl::StartsWith(uri, "https://") || !absl::EndsWith(uri, "/") ||
      uri.find_first_of("@?# ") != std::string::npos) {
    defects.push_back("--breached-range-uri must be an https:// address that ends with /, to which a prefix is added");
  }
  if (!config.breached_range.ca_file.empty() && !IsReadable(config.breached_range.ca_file)) {
    defects.push_back(absl::StrCat("--breached-range-ca ", config.breached_range.ca_file, " cannot be read"));
  }
}

void CheckLimits(const Config& config, std::vector<std::string>& defects) {
  for (const auto& [whose, rates] :
       {std::pair{"--caller-", config.caller_rates}, {"--directory-", config.directory_rates}}) {
    for (const auto& [what, rate] : {std::pair{"reads", rates.reads},
                                     {"writes", rates.writes},
                                     {"hashes", rates.hashes},
                                     {"runs", rates.runs},
                                     {"watches", rates.watches}}) {
      if (!(rate >= 0 && rate <= 1e6)) {
        defects.push_back(absl::StrCat(whose, what, " must be between 0 and 1000000"));
      }
    }
  }
  for (const auto& [flag, texts] :
       {std::pair{"--caller-limit", config.caller_limits}, {"--directory-limit", config.directory_limits}}) {
    const auto limits = ParseMethodLimits(flag, texts);
    if (!limits.ok()) defects.push_back(std::string(limits.status().message()));
  }
}

}  // namespace

std::vector<std::string> ConfigDefects(const Config& config) {
  std::vector<std::string> defects;
  if (config.database.empty())
    defects.push_back("--database is needed, such as \"host=/run/postgresql dbname=hearth user=hearth_app\"");
  if (absl::StrContains(config.database, "://")) {
    defects.push_back(
        "--database must be in key=value form, such as \"host=db1 dbname=hearth user=hearth_app sslmode=verify-full\"");
  }
  CheckTls(config, defects);
  CheckClientCertificates(config, defects);
  if (config.keys_file.empty()) {
    defects.push_back("--keys-file is needed; make one with `hearthd keys generate --keys-file FILE`");
  } else if (const auto keyring = Keyring::Load(config.keys_file); !keyring.ok()) {
    defects.push_back(std::string(keyring.status().message()));
  } else if (const absl::Status random = keyring->CheckRandom(); !random.ok()) {
    defects.push_back(std::string(random.message()));
  }
  if (!config.metrics_listen.empty() && !IsLoopbackAddress(config.metrics_listen)) {
    defects.push_back("--metrics-listen must be a loopback address; metrics carry no authentication");
  }
  if (!config.key_fetch.ca_file.empty() && !IsReadable(config.key_fetch.ca_file)) {
    defects.push_back(absl::StrCat("--issuer-ca ", config.key_fetch.ca_file, " cannot be read"));
  }
  if (!config.event_issuer.empty() && !absl::StartsWith(config.event_issuer, "https://")) {
    defects.push_back("--event-issuer must be an https:// address");
  }
  if (!config.receivers.ca_file.empty() && !IsReadable(config.receivers.ca_file)) {
    defects.push_back(absl::StrCat("--receiver-ca ", config.receivers.ca_file, " cannot be read"));
  }
  CheckMail(config, defects);
  CheckHashing(config, defects);
  CheckBreached(config, defects);
  if (config.max_sign_in_seconds < 60) defects.push_back("--max-sign-in-seconds must be at least 60");
  CheckLimits(config, defects);
  for (const auto& [flag, value] : {std::pair{"--database-connections", config.database_connections},
                                    {"--lookup-queue", config.lookup_queue},
                                    {"--intake-queue", config.intake_queue},
                                    {"--intake-workers", config.intake_workers},
                                    {"--read-workers", config.read_workers},
                                    {"--bulk-workers", config.bulk_workers},
                                    {"--bulk-queue", config.bulk_queue},
                                    {"--upload-silence-seconds", config.upload_silence_seconds},
                                    {"--write-workers", config.write_workers},
                                    {"--read-queue", config.read_queue},
                                    {"--write-queue", config.write_queue},
                                    {"--mail-couriers", config.mail_couriers},
                                    {"--stream-stall-seconds", config.stream_stall_seconds}}) {
    if (value < 1 || value > 100'000) defects.push_back(absl::StrCat(flag, " must be between 1 and 100000"));
  }
  if (config.hash_queue < 0 || config.hash_queue > 100'000)
    defects.push_back("--hash-queue must be between 0 and 100000");
  if (config.lookup_workers < 0 || config.lookup_workers > 1000)
    defects.push_back("--lookup-workers must be between 0 and 1000");
  return defects;
}

absl::StatusOr<SmtpOptions> SmtpOf(const Config& config) {
  SmtpOptions smtp = config.smtp;
  const std::string& path = config.smtp_password_file;
  if (path.empty()) return smtp;
  struct stat info;
  std::ifstream file(path);
  if (!file || stat(path.c_str(), &info) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("--smtp-password-file ", path, " cannot be read"));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("--smtp-password-file ", path, " is readable by others. Run `chmod 600 ", path, "`."));
  }
  std::string line, rest;
  if (!std::getline(file, line) || line.empty() || std::getline(file, rest)) {
    return absl::FailedPreconditionError(absl::StrCat("--smtp-password-file ", path, " must hold one line"));
  }
  smtp.password = Secret(line);
  WipeString(line);
  return smtp;
}

}  // namespace hearth
