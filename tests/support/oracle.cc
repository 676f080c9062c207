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

bool Grants(const OracleRole& held, const Need& need) {
  if (!held.custom.empty()) return held.permissions.contains(need.name);
  const auto& granted = Grants(held.role).permissions();
  return std::find(granted.begin(), granted.end(), need.permission) != granted.end();
}

// What is done to people can be done by those whose role is on a unit; all else takes a role of the whole directory.
bool UnitSuffices(Deed deed) {
  return deed == Deed::kCheckReset || deed == Deed::kReset || deed == Deed::kResetGiven || deed == Deed::kDisable;
}

bool Permitted(Deed deed, const OracleActor& actor, bool self) {
  const Need& need = NeedOf(deed);
  if (deed == Deed::kResolveHome || (self && need.self_suffices)) return true;
  if (actor.service) return actor.permissions.contains(need.name);
  return std::any_of(actor.roles.begin(), actor.roles.end(), [&](const OracleRole& held) {
    return Grants(held, need) && (held.unit.empty() || UnitSuffices(deed));
  });
}

bool Cell(v1::Role actor, const std::string& row) {
  const auto cell = PublishedMatrix().find({Grants(actor).display_name(), row});
  return cell != PublishedMatrix().end() && cell->second;
}

// The rows of the published table that a person stands in.
std::vector<std::string> RowsOf(const OracleTarget& target) {
  std::vector<std::string> rows;
  for (const OracleRole& held : target.roles) {
    const std::string& name = held.custom.empty() ? Grants(held.role).display_name() : held.custom;
    if (target.restricted.contains(held.unit)) {
      rows.emplace_back("Role scoped to restricted management administrative unit");
    } else {
      const bool has_row = held.custom.empty() && PublishedMatrix().contains({"Global Administrator", name});
      rows.push_back(has_row ? name : "Any other built-in or custom role");
    }
  }
  if (target.in_group) rows.emplace_back("No admin role (member or owner of role-assignable group)");
  if (rows.empty()) rows.emplace_back("No admin role");
  return rows;
}

bool IsFenced(const OracleTarget& target) {
  return std::any_of(target.units.begin(), target.units.end(), [](const auto& unit) { return unit.second; });
}

// "Only administrators who are explicitly scoped on a restricted unit of the person"; else those of the directory, and of any unit of the person.
bool Counts(const OracleRole& held, const OracleTarget& target) {
  const auto unit = target.units.find(held.unit);
  if (IsFenced(target)) return unit != target.units.end() && unit->second;
  return held.unit.empty() || unit != target.units.end();
}

// AND over the rows of the target. A role that is no column of the table, but grants the permission, reaches people without roles only, as a service
// does. An administrator of a unit reaches people without roles only; but one for privileged authentication everybody
// except Global Administrators.
bool Covers(const OracleRole& held, const OracleTarget& target) {
  const std::vector<std::string> rows = RowsOf(target);
  return std::all_of(rows.begin(), rows.end(), [&](const std::string& row) {
    if (!held.custom.empty()) return row == "No admin role";
    const bool of_unit = held.role == v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR ? row != "Global Administrator"
                                                                                       : row == "No admin role";
    return Cell(held.role, row) && (held.unit.empty() || of_unit);
  });
}

// OR over the actor's roles that grant what the deed needs. A service account reaches people without administrator roles outside restricted units.
std::string Authority(Deed deed, const OracleActor& actor, const OracleTarget& target) {
  if (actor.service) {
    if (IsFenced(target)) return "TARGET_UNIT_RESTRICTED";
    return target.roles.empty() && !target.in_group ? "OK" : "TARGET_ROLE_PROTECTED";
  }
  bool some_count = false, some_cover = false;
  for (const OracleRole& held : actor.roles) {
    if (!Grants(held, NeedOf(deed)) || !Counts(held, target)) continue;
    some_count = true;
    some_cover = some_cover || Covers(held, target);
  }
  if (!some_count) return IsFenced(target) ? "TARGET_UNIT_RESTRICTED" : "OUTSIDE_ADMINISTRATIVE_UNIT";
  return some_cover ? "OK" : "TARGET_ROLE_PROTECTED";
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
  return Authority(deed, actor, target);
}

}  // namespace hearth::test
