#include "server/guest/membership_store.h"

#include "server/base/resource_name.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_MEMBERSHIP                                                                     \
  "SELECT m.directory_id, m.user_id, m.resource_directory_id, m.guest_id, r.display_name,"           \
  " coalesce(d.domain, '') AS domain, hearth.micros(m.create_time) AS create_time"                   \
  " FROM hearth.memberships m JOIN hearth.directories r ON r.directory_id = m.resource_directory_id" \
  " LEFT JOIN hearth.domains d ON d.directory_id = r.directory_id AND d.is_primary"                  \
  " WHERE m.directory_id = $1"

constexpr Statement kFind{"membership_find",
                          HEARTH_SELECT_MEMBERSHIP " AND m.user_id = $2 AND m.resource_directory_id = $3"};
constexpr Statement kList{
    "membership_list", HEARTH_SELECT_MEMBERSHIP
    " AND m.user_id = $2 AND m.resource_directory_id > $3 ORDER BY m.resource_directory_id LIMIT $4"};
constexpr Statement kListAll{"membership_list_all", HEARTH_SELECT_MEMBERSHIP
                             " AND (m.user_id, m.resource_directory_id) > ($2, $3)"
                             " ORDER BY m.user_id, m.resource_directory_id LIMIT $4"};
constexpr Statement kTell{
    "membership_tell",
    "UPDATE hearth.memberships SET told_time = now() WHERE directory_id = $1 AND resource_directory_id = $2"
    " AND guest_id = $3 AND coalesce(told_time < now() - interval '24 hours', true) RETURNING user_id"};

Membership MembershipOf(const pqxx::row& row) {
  return {.home = row["directory_id"].c_str(),
          .user = row["user_id"].c_str(),
          .directory = row["resource_directory_id"].c_str(),
          .guest = row["guest_id"].c_str(),
          .display_name = row["display_name"].c_str(),
          .domain = row["domain"].c_str(),
          .create_time = ToTime(row["create_time"])};
}

}  // namespace

std::optional<Membership> FindMembership(Tx& tx, std::string_view home, std::string_view user,
                                         std::string_view directory) {
  const pqxx::result rows = tx.Exec(kFind, std::string(home), std::string(user), std::string(directory));
  return rows.empty() ? std::nullopt : std::optional(MembershipOf(rows[0]));
}

std::vector<Membership> ListMemberships(Tx& tx, std::string_view home, std::string_view user,
                                        const MembershipKey& after, int limit) {
  const bool all = user == kAll;
  std::vector<Membership> memberships;
  for (const auto& row : tx.Exec(all ? kListAll : kList, std::string(home), all ? after.user : std::string(user),
                                 after.directory, limit)) {
    memberships.push_back(MembershipOf(row));
  }
  return memberships;
}

std::optional<std::string> TellMember(Tx& tx, std::string_view home, std::string_view directory,
                                      std::string_view guest) {
  const pqxx::result rows = tx.Exec(kTell, std::string(home), std::string(directory), std::string(guest));
  return rows.empty() ? std::nullopt : std::optional<std::string>(rows[0][0].c_str());
}

}  // namespace hearth
