// A person as one directory lists them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/resources.pb.h"
#include "server/authz/held_role.h"
#include "server/authz/home_rule.h"

namespace hearth {

// One row of hearth.people.
struct User {
  std::string directory;
  std::string id;
  std::string user_principal_name;
  std::string display_name;
  std::string mail;
  std::vector<std::string>
      alternate_mails;  // Verified by the home, ASCII letters in lower case; empty for people homed elsewhere.
  std::string preferred_language;  // BCP 47, as it was given; empty: not known.
  v1::UserType user_type = v1::USER_TYPE_UNSPECIFIED;
  Home home;
  v1::InvitationState invitation_state = v1::INVITATION_STATE_UNSPECIFIED;
  absl::Time invitation_expire_time = absl::InfinitePast();  // InfinitePast: there is no invitation to redeem.
  std::string sponsor;                                       // A user id of the directory; empty: none.
  bool disabled_at_home = false;                             // Also: deleted, or the home itself is.
  bool disabled = false;
  std::vector<HeldRole> roles;        // Anywhere in the directory.
  std::vector<UnitMembership> units;  // That the person is in.
  bool privileged_group = false;      // Member or owner of a role-assignable group.
  bool password_set = false;
  bool must_change = false;
  absl::Time password_change_time = absl::InfinitePast();
  absl::Time password_expire_time = absl::InfinitePast();  // InfinitePast: does not expire.
  absl::Time sessions_valid_after;
  absl::Time create_time;
  absl::Time update_time;
  absl::Time delete_time = absl::InfinitePast();  // InfinitePast: live.
  bool restorable = false;                        // Deleted, and less than 30 days ago by the database's clock.
  int64_t revision = 0;

  bool homed_here() const { return home.kind == v1::Home::KIND_THIS_DIRECTORY; }
  bool deleted() const { return delete_time != absl::InfinitePast(); }
};

// What the rules of authz ask of a person.
Target ToTarget(const User& user);

}  // namespace hearth
