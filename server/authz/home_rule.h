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
  std::string directory;  // Id of the home directory; empty for KIND_EXTERNAL_ISSUER. Never shown to another
                          // directory.
  std::string domain;     // The home directory's primary domain.
  std::string issuer;     // For KIND_EXTERNAL_ISSUER.
  std::string help_uri;   // Where that home's people find help; may be empty.
};

// A person, as far as the rules ask.
struct Target {
  std::string directory;  // The directory that lists the person.
  std::string user;
  Home home;
  std::vector<v1::Role> roles;  // Held in `directory`.
};

// The verdict, and what explains it.
struct ResetDecision {
  bool allowed = false;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  v1::ResetRule rule = v1::RESET_RULE_UNSPECIFIED;
  v1::Role blocking_role = v1::ROLE_UNSPECIFIED;
};

// Whether `actor` may reset the password of `target`. Asks, in this order: is the target's home the directory
// that lists them and the actor's directory; is the target somebody else than the actor; does one role of the
// actor cover every role of the target. user_type is not asked. A service account with the permission reaches
// people without administrator roles only. Pure.
ResetDecision DecideReset(const Principal& actor, const Access& access, const Target& target);

// Whether `actor` may change, disable, delete or restore `target`: as DecideReset, but for people of any
// home, since what a directory keeps of a guest is its own. Microsoft's table of sensitive actions equals the
// reset matrix in every cell. Pure.
ResetDecision DecideSensitive(const Principal& actor, const Access& access, const Target& target);

// The refusal with which a decision against a call leaves the server; OK when allowed. NOT_HOME_DIRECTORY and
// HOME_OUTSIDE_HEARTH name the home and link its help.
absl::Status ToStatus(const ResetDecision& decision, const Target& target);

// What keeps the home from passwords here: NOT_HOME_DIRECTORY, HOME_OUTSIDE_HEARTH, or OK when the person is
// homed in the listing directory.
absl::Status CheckHome(const Target& target);

}  // namespace hearth
