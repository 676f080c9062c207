// The configuration of `hearthd serve`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/authn/key_fetch.h"
#include "server/base/log.h"
#include "server/credential/hasher.h"
#include "server/credential/import_bounds.h"
#include "server/mail/smtp_options.h"

namespace hearth {

// Whether callers must show a certificate; --tls-client-ca says which are good.
enum class ClientCertificates {
  kRequired,  // Strangers do not get past the handshake.
  kOptional,  // A caller without one presents a token.
  kNone,      // None is asked for.
};

// The most calls a second that are let through, by work class; 0: any number.
struct CallRates {
  double reads = 0, writes = 0, hashes = 0;
  double runs = 0;     // Long runs that stream their answers.
  double watches = 0;  // Streams that wait for events.
};

// What can be configured, with its defaults. Secrets are in files, never in flags.
struct Config {
  std::string database;  // libpq connection string in key=value form, as the application's role.
  int database_connections = 12;
  std::string listen = "127.0.0.1:7443";  // Numeric host and port; port 0 picks a free one.
  std::string tls_certificate, tls_key;   // PEM files; read again when they change.
  std::string tls_client_ca;              // PEM roots of callers' certificates; read again when they change.
  ClientCertificates client_certificates = ClientCertificates::kRequired;
  std::string
      tls_client_crls;  // Folder of certificate revocation lists, named as `openssl rehash` names them; or empty.
  bool insecure_plaintext = false;  // No TLS: on loopback addresses only.
  std::string keys_file;
  std::string metrics_listen = "127.0.0.1:9443";  // Loopback; empty: no metrics.
  bool reflection = false;
  HashParameters argon2;
  std::string breached_passwords;  // A filter made by `hearthd breached build`; empty: none is asked.
  std::string breached_range_uri;  // Of a list that is asked online, to which prefixes are added; empty: none is asked.
  HttpsOptions breached_range = {.timeout = absl::Seconds(2), .most_bytes = 256 * 1024, .header = "Add-Padding: true"};
  int hash_lanes = 0;                          // 0: one for each processor.
  int import_bcrypt_cost = kImportBcryptCost;  // The most of a hash that is imported.
  int lookup_workers = 0;                      // 0: one for every two processors; few workers make large batches.
  int intake_workers = 1;                      // What comes while one commits is the next batch.
  int read_workers = 2, write_workers = 6;
  int bulk_workers = 4;  // One more than methods of the class, of each of which a directory has one run at a time.
  int lookup_queue = 4096, intake_queue = 4096, read_queue = 1024, write_queue = 512, bulk_queue = 16;
  int hash_queue = 0;               // 0: 16 for each lane.
  int upload_silence_seconds = 30;  // How long a caller who streams requests may send nothing.
  SmtpOptions smtp;                 // Without a URL, mails wait. The password is read from its file by SmtpOf.
  std::string smtp_password_file;
  int mail_couriers = 2;
  CallRates caller_rates = {5000, 500, 100, 1, 20};          // Of one person or service account.
  CallRates directory_rates = {20'000, 2000, 400, 4, 100};   // Of all callers of one directory.
  std::vector<std::string> caller_limits, directory_limits;  // Of single methods; see method_limits.h.
  int stream_stall_seconds = 30;                             // How long a worker waits for a caller to read a response.
  KeyFetchOptions key_fetch;                                 // How keys of issuers are fetched.
  std::string event_issuer;             // The `iss` of Security Event Tokens: an https address; empty: none are sent.
  HttpsOptions receivers;               // How receivers of events are reached.
  std::string audit_heads;              // File to which signed heads of the audit are appended; empty: none.
  int max_sign_in_seconds = 12 * 3600;  // How old a sign-in may be for resets and the like (NIST SP 800-63B, 4.2.3).
  int drain_seconds = 10;               // How long calls may take to finish at shutdown.
  LogLevel log_level = LogLevel::kInfo;
};

// What is wrong with the configuration, a sentence each; empty when nothing is. Reads the files it names, opens no connection.
std::vector<std::string> ConfigDefects(const Config& config);

// config.smtp with the password from its file. Fails with a text for the operator when the file cannot be read, is readable by others, or does not
// hold one line.
absl::StatusOr<SmtpOptions> SmtpOf(const Config& config);

}  // namespace hearth
