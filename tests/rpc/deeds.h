// For each method that is recorded when it goes well: a request that goes well in the world. A new method gets a line here.
#pragma once

#include <map>
#include <string>

namespace hearth::test {

// One call, as a text with places to fill:
//   {d} {D}   a directory, its primary domain; {o} {O} the other one's
//   {u}       the id of a member of {d}, or of a guest there who is at home in {o}: whom the method is about
//   {g} {p}   the ids of a guest of {d} who is at home in {o}, and of one who has not accepted
//   {m}       the id of a member of {d} who is a guest of {o}
//   {h}       the id of a member of {o} whom {d} does not list
//   {n} {i}   a name and a UUID that nobody has
//   {password} {token} {handle} {code} {jwks}   what had to be made first, for this call
struct Deed {
  std::string request;       // The request in text format.
  std::string arrange = {};  // SQL that makes what it needs.
  std::string caller = {};   // "{d}/{u}"; empty: whoever holds what the method needs.
};

// By the name of the method: "AuditService.ListAuditEvents".
const std::map<std::string, Deed>& Deeds();

}  // namespace hearth::test
