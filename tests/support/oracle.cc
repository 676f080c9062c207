#include "tests/support/oracle.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "hearth/v1/options.pb.h"

namespace hearth::test {
namespace {

const v1::RoleGrants& Grants(v1::Role role) {
  return v1::Role_descriptor()->FindValueByNumber(role)->options().GetExtension(v1::role);
}

// The permission that a deed needs; of oneself some need none. Finding a home needs none at all.
struct Need {
  v1::Permission permission;
  std::string name;
  bool self_suffices = false;
};
const Need& NeedOf(Deed deed) {
  static const Need reset{v1::PERMISSION_RESETS_PERFORM, "resets.perform"},
      disable{v1::PERMISSION_USERS_WRITE, "users.write"}, verify{v1::PERMISSION_PASSWORDS_VERIFY, "passwords.verify"},
      change{v1::PERMISSION_PASSWORDS_VERIFY, "passwords.verify", true},
      guest{v1::PERMISSION_GUESTS_READ, "guests.read", true};
  if (deed == Deed::kDisable) return disable;
  if (deed == Deed::kVerifyPassword) return verify;
  if (deed == Deed::kChangePassword) return change;
  return deed == Deed::kGetGuest ? guest : reset;
}

bool Permitted(Deed deed, const OracleActor& actor, bool self) {
  const Need& need = NeedOf(deed);
  if (deed == Deed::kResolveHome || (self && need.self_suffices)) return true;
  if (actor.service) return actor.permissions.contains(need.name);
  return std::any_of(actor.roles.begin(), actor.roles.end(), [&](v1::Role role) {
    const auto& granted = Grants(role).permissions();
    return std::find(granted.begin(), granted.end(), need.permission) != granted.end();
  });
}

std::string RowOf(v1::Role role) {
  const std::string& name = Grants(role).display_name();
  const bool has_row = PublishedMatrix().contains({"Global Administrator", name});
  return has_row ? name : "Any other built-in or custom role";
}

// AND over the target's roles, OR over the actor's. A service account reaches people without administrator roles only.
bool Covers(const OracleActor& actor, const OracleTarget& target) {
  if (actor.service) return target.roles.empty();
  return std::any_of(actor.roles.begin(), actor.roles.end(), [&](v1::Role mine) {
    const auto covers = [&](const std::string& row) {
      const auto cell = PublishedMatrix().find({Grants(mine).display_name(), row});
      return cell != PublishedMatrix().end() && cell->second;
    };
    return target.roles.empty() ? covers("No admin role")
                                : std::all_of(target.roles.begin(), target.roles.end(),
                                              [&](v1::Role theirs) { return covers(RowOf(theirs)); });
  });
}

}  // namespace

const std::map<std::pair<std::string, std::string>, bool>& PublishedMatrix() {
  static const auto* const matrix = [] {
    auto* cells = new std::map<std::pair<std::string, std::string>, bool>;
    const char* source = std::getenv("HEARTH_SOURCE_DIR");
    std::ifstream file(std::string(source == nullptr ? "." : source) + "/tests/unit/authz/who_can_reset.csv");
    std::string line;
    std::getline(file, line);  // The heading.
    while (std::getline(file, line)) {
      const size_t first = line.find(','), last = line.rfind(',');
      (*cells)[{line.substr(0, first), line.substr(first + 1, last - first - 1)}] = line.at(last + 1) == '1';
    }
    return cells;
  }();
  return *matrix;
}

std::string Verdict(Deed deed, const OracleActor& actor, const OracleTarget& target) {
  const bool proof = deed == Deed::kVerifyPassword || deed == Deed::kChangePassword;
  const bool self = !actor.service && target.listed && target.id == actor.id;
  const bool here = target.home == HomeKind::kHere;
  const char* const away = target.home == HomeKind::kElsewhere ? "NOT_HOME_DIRECTORY" : "HOME_OUTSIDE_HEARTH";
  if (!actor.active) return "CALLER_NOT_ACTIVE";
  if (target.foreign_name) return "FOREIGN_DIRECTORY";
  if (!Permitted(deed, actor, self)) return "PERMISSION_MISSING";
  if (deed == Deed::kResolveHome) return target.listed || target.known_domain ? "OK" : "HOME_NOT_FOUND";
  if (deed == Deed::kChangePassword && self && !here) return away;
  if (proof && (!target.listed || !here)) return "PASSWORD_NOT_ACCEPTED";
  if (proof) return target.disabled ? "USER_DISABLED" : "OK";
  if (!target.listed) return target.own_domain ? "NOT_FOUND" : "FOREIGN_DIRECTORY";
  if (deed == Deed::kGetGuest) return target.guest || !here ? "OK" : "NOT_FOUND";
  if (deed != Deed::kDisable && !here) return away;
  if (self) return "OWN_ACCOUNT";
  return Covers(actor, target) ? "OK" : "TARGET_ROLE_PROTECTED";
}

}  // namespace hearth::test
