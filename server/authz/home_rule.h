// The rule the system exists for: who may give a person a new password.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "hearth/v1/error_reason.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "server/authz/access.h"
#include "server/authz/principal.h"
#include "server/authz/role_matrix.h"

namespace hearth {

// Where a person is at home.
struct Home {
  v1::Home::Kind kind = v1::Home::KIND_UNSPECIFIED;
  std::string directory;     // Id of the home directory; empty for KIND_EXTERNAL_ISSUER. Never shown to another
                             // directory.
  std::string domain;        // The home directory's primary domain.
  std::string issuer;        // For KIND_EXTERNAL_ISSUER.
  std::string help_uri;      // Where that home's people find help; may be empty.
  std::string contact = "";  // How they reach its administrators; may be empty.
};

// A person, as far as the rules ask.
struct Target {
  std::string directory;  // The directory that lists the person.
  std::string user;
  Home home;
  std::vector<HeldRole> roles = {};        // Held in `directory`, anywhere.
  std::vector<UnitMembership> units = {};  // Of `directory`, that the person is in.
  bool privileged_group = false;           // Member or owner of a role-assignable group.
};

// The verdict, and what explains it.
struct ResetDecision {
  bool allowed = false;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  v1::ResetRule rule = v1::RESET_RULE_UNSPECIFIED;
  v1::Role blocking_role =
      v1::ROLE_UNSPECIFIED;  // For the authority matrix: the role of the target that is out of reach, if it is one.
  std::string blocking_standing = "";  // What the target counts as there: "Global Administrator", "No admin role", ….
  std::string restricting_unit = "";   // For the restricted unit: the unit's id.
};

// Whether `actor` may reset the password of `target`. Asks, in this order: is the target's home the directory
// that lists them and the actor's directory; is the target somebody else than the actor; does a role of the
// actor reach into a restricted unit that the target is in; into a unit of the target, or is it of the whole
// directory; does one such role cover every role of the target. Only roles that themselves grant `permission`
// are asked. user_type is not asked. A service account with the permission reaches people without
// administrator roles outside restricted units only. Pure.
ResetDecision DecideReset(const Principal& actor, const Access& access, const Target& target,
                          v1::Permission permission = v1::PERMISSION_RESETS_PERFORM);

// Whether `actor` may do to `target` what takes `permission`: change, disable, delete or restore them. As
// DecideReset, but for people of any home, since what a directory keeps of a guest is its own. Microsoft's
// table of sensitive actions equals the reset matrix in every cell. Pure.
ResetDecision DecideSensitive(const Principal& actor, const Access& access, const Target& target,
                              v1::Permission permission);

// The refusal with which a decision against a call leaves the server; OK when allowed. NOT_HOME_DIRECTORY and
// HOME_OUTSIDE_HEARTH name the home. Refusals that somebody else could grant tell whom to ask, where the home publishes it: its help as a link, and
// its contact as the metadatum home_contact.
absl::Status ToStatus(const ResetDecision& decision, const Target& target);

// What keeps the home from passwords here: NOT_HOME_DIRECTORY, HOME_OUTSIDE_HEARTH, or OK when the person is
// homed in the listing directory.
absl::Status CheckHome(const Target& target);

}  // namespace hearth
