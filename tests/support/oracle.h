// Who may do what to whom, a second time: written from the text of the rule and from the published matrix, without a look at the
// server. Tests compare the server with it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hearth/v1/role.pb.h"

namespace hearth::test {

// The published table, tests/unit/authz/who_can_reset.csv: whether (actor role, target role) may be reset. 108 cells.
const std::map<std::pair<std::string, std::string>, bool>& PublishedMatrix();

enum class Deed {
  kCheckReset,
  kReset,
  kResetGiven,
  kChangePassword,
  kVerifyPassword,
  kGetGuest,
  kResolveHome,
  kDisable
};

// A role as it is held, by oneself or through a group: in the whole directory, or on an administrative unit.
struct OracleRole {
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string unit{};
  std::string custom{};                 // Instead of `role`: the name of a role that the directory defined …
  std::set<std::string> permissions{};  // … and what it grants: "users.read".
};

// Who calls.
struct OracleActor {
  std::string directory{}, id{};
  bool active = true;    // Known, not disabled, not deleted; a guest has redeemed, and is neither of them at home.
  bool service = false;  // A service account: permissions of its own, no roles.
  std::set<std::string> permissions{};  // Of a service account: "users.read".
  std::vector<OracleRole> roles{};      // Of a person.
};

enum class HomeKind { kHere, kElsewhere, kOutsideHearth };

// Whom the request names, seen from the actor's directory.
struct OracleTarget {
  bool foreign_name = false;  // A resource name of another directory.
  bool listed = false;        // A live person of the actor's directory.
  bool own_domain =
      false;  // An unlisted principal name ends in a domain of the actor's directory; or an unlisted resource name.
  bool known_domain = false;  // The principal name ends in a domain of some directory.
  std::string id{};
  HomeKind home = HomeKind::kHere;
  bool guest = false;  // By user type.
  bool disabled = false;
  std::vector<OracleRole> roles{};
  std::map<std::string, bool> units{};  // That the person is in, and whether each is restricted.
  std::set<std::string> restricted{};   // All restricted units of the directory.
  bool in_group = false;                // Member or owner of a role-assignable group.
};

// "OK", or the name of the reason with which the deed is refused (with the right password, where one is asked for).
std::string Verdict(Deed deed, const OracleActor& actor, const OracleTarget& target);

}  // namespace hearth::test
