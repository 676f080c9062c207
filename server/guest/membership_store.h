// All SQL about memberships, which are the home's view of its people as guests elsewhere. Nothing here makes or ends one: they follow the guests
// (migrations/…_guests.sql, follow_guest).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/storage/tx.h"

namespace hearth {

// That a person is a guest elsewhere: one row of hearth.memberships, with what the other directory is called.
struct Membership {
  std::string home;       // Id of the home directory.
  std::string user;       // The person's id there.
  std::string directory;  // Id of the directory where they are a guest.
  std::string guest;      // The guest's id there.
  std::string display_name;
  std::string domain;  // The directory's primary one.
  absl::Time create_time;
};

std::optional<Membership> FindMembership(Tx& tx, std::string_view home, std::string_view user,
                                         std::string_view directory);
// Where a page of memberships begins: after this one. Both empty: at the first.
struct MembershipKey {
  std::string user;
  std::string directory;
};
// One page of a person's memberships, or with kAll of those of all people of `home`, by person and directory.
std::vector<Membership> ListMemberships(Tx& tx, std::string_view home, std::string_view user,
                                        const MembershipKey& after, int limit);

// Notes that the person behind a guest is told of a refused reset there; their id at home. nullopt when they were told in the last 24 hours, or nobody
// is linked. Safe to repeat: a repeat of a committed one tells nobody.
std::optional<std::string> TellMember(Tx& tx, std::string_view home, std::string_view directory,
                                      std::string_view guest);

}  // namespace hearth
