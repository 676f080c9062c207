// How a client connects, and how one call is made. Plain values: fill in what differs from the defaults.
#ifndef HEARTH_CLIENT_OPTIONS_H_
#define HEARTH_CLIENT_OPTIONS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "hearth/client/cancellation.h"

namespace hearth::client {

// How often and how fast a safe call is tried again. Which calls are safe is not a choice: the contract says
// it.
struct RetryOptions {
  // The most attempts of one call, the first included. 1: never try again.
  int max_attempts = 6;
  // Wait before the second attempt; doubles with each. The real wait is between half of it and all of it, at
  // random.
  absl::Duration initial_backoff = absl::Milliseconds(100);
  // No wait is longer, but for a server that asks for more (RetryInfo).
  absl::Duration max_backoff = absl::Seconds(5);
};

// Where and as whom to call.
struct Options {
  // host:port, [ipv6]:port, unix:/path, or a gRPC name such as dns:///hearth.example.com:7443.
  std::string server = "127.0.0.1:7443";

  // PEM file of the roots that the server's certificate must lead to. Empty: the roots of the system.
  std::string ca_file;
  // PEM files of the client's certificate chain and its key, for mutual TLS: both or none.
  std::string cert_file;
  std::string key_file;
  // The name that the server's certificate must carry, when it is not the host of `server`.
  std::string server_name;
  // True: no TLS. Only for a loopback address or a unix socket; refused for everything else.
  bool plaintext = false;

  // The bearer token of every call, or the file that holds it; at most one of the two, none for no token. The
  // file is read again when it changes, so that tokens can be rotated under a running client.
  std::string token;
  std::string token_file;

  // How long a call may take, with all its attempts. Zero: the default of its method in the contract.
  absl::Duration timeout = absl::ZeroDuration();
  // How long a stream that watches (WatchEvents) may bring nothing, though the server promises a response every ten
  // seconds: then it ends with UNAVAILABLE, since whoever goes on waiting may miss something and not know.
  absl::Duration silence = absl::Seconds(30);
  RetryOptions retry;
  // Put before gRPC's own user agent, such as "checkout/1.4".
  std::string user_agent;
};

// What is different about one call.
struct CallOptions {
  // How long it may take, with all its attempts. Zero: as Options::timeout.
  absl::Duration timeout = absl::ZeroDuration();
  // The bearer token of this call, such as that of the person it is made for. Empty: as Options.
  std::string token;
  // More request metadata: lower-case names, printable ASCII values.
  std::vector<std::pair<std::string, std::string>> metadata;
  // Ends the call early when it is cancelled; one may serve many calls.
  Cancellation cancellation;
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_OPTIONS_H_
