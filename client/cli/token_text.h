// Security Event Tokens, for people to read.
#ifndef HEARTH_CLIENT_CLI_TOKEN_TEXT_H_
#define HEARTH_CLIENT_CLI_TOKEN_TEXT_H_

#include <string>

namespace hearth::cli {

// What a token in compact form (RFC 7515) claims, as one line of JSON, without line feed. The signature is not looked at: the server gave the token
// over TLS. Empty when it is no token.
std::string TokenClaims(const std::string& jws);

// The same in short: when it happened, what, and to whom. Printable.
std::string TokenLine(const std::string& jws);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_TOKEN_TEXT_H_
