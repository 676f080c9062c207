// Which network addresses are out in the open.
#pragma once

#include <sys/socket.h>

namespace hearth {

// Whether the address is a public unicast one by the IANA special-purpose registries (RFC 6890, as updated to 2024): not of this machine, of private,
// shared, link-local, documentation, benchmark, tunnel or multicast networks, and no IPv4 address dressed as IPv6. Whoever lets a stranger name an
// address to connect to asks this for the very address that is connected to, after names were resolved (OWASP, server-side request forgery). Pure.
bool IsPublicAddress(const sockaddr* address);

}  // namespace hearth
