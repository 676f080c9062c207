// The enumeration behind the home-rule tests: every caller of the world, and every way to name every person, with what the oracle
// needs to know of both. The facts are read from the database by SQL, not through the server.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/authz/principal.h"
#include "tests/support/fixture.h"
#include "tests/support/oracle.h"

namespace hearth::test {

// One way to name a person, or nobody. One of the first two is set.
struct Address {
  std::string name{};
  std::string principal_name{};
  OracleTarget target{};

  const std::string& text() const { return name.empty() ? principal_name : name; }
};

// People beyond the world of fixture.h, in both organisations: holders of several roles, a guest who administers, and a second
// Global Administrator; in Forth Coffee also administrative units, a restricted one among them, with their people and administrators. SQL for
// the superuser.
std::string MorePeopleSql();

// Runs SQL as the superuser.
using RunSql = std::function<Rows(const std::string&)>;

// All callers: every person of every directory, live or not, every service account, and somebody nobody knows.
std::vector<OracleActor> AllActors(const RunSql& sql);

// Every address that a caller of `directory` may try.
std::vector<Address> AllAddresses(const RunSql& sql, const std::string& directory);

// A caller and an address that it tries. Both outlive the cell.
struct Cell {
  const OracleActor* actor;
  const Address* address;
};

// Calls the body for each cell, several at once, in threads of their own.
void ForEachTogether(const std::vector<Cell>& cells,
                     const std::function<void(const OracleActor&, const Address&)>& body);

// The cells in which the oracle refuses the deed, and those in which it allows it.
struct SplitCells {
  std::vector<Cell> refused, allowed;
};
SplitCells Split(const std::vector<Cell>& cells, Deed deed);

// A digest of all passwords and all people, with their session epochs.
std::string PeopleChecksum(const RunSql& sql);

// A request that names this person. Requests without a principal name are made of resource names only.
template <class Request>
Request Naming(const Address& address) {
  Request request;
  if constexpr (requires { request.user_principal_name(); }) {
    if (address.name.empty()) request.set_user_principal_name(address.principal_name);
  }
  if constexpr (requires { request.name(); }) {
    if (!address.name.empty()) request.set_name(address.name);
  }
  return request;
}

inline Principal PrincipalOf(const OracleActor& actor) { return {actor.directory, actor.id}; }

}  // namespace hearth::test
