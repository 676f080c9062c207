// How to reach the mail server.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/base/secret.h"

namespace hearth {

// A submission server (RFC 6409).
struct SmtpOptions {
  std::string
      url;  // smtps://host[:port] (TLS from the first byte, RFC 8314) or smtp://host[:port] (STARTTLS, which must succeed).
  std::string user = {};  // For SASL PLAIN or LOGIN, within TLS only; empty: none.
  Secret password = {};
  std::string from = {};     // The address in From and of the envelope.
  std::string ca_file = {};  // PEM; empty: the system's.
  bool plaintext = false;    // No TLS. For loopback only.
  absl::Duration connect_timeout = absl::Seconds(15);
  absl::Duration timeout = absl::Seconds(60);  // For one whole mail; half of it for one reply.
};

// What is wrong with them, a sentence each, in the words of hearthd's flags; empty when nothing is. Reads the CA file, opens no connection.
std::vector<std::string> SmtpDefects(const SmtpOptions& options);

}  // namespace hearth
