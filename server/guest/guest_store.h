// All SQL about guests: where people are at home, and what moves that.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/authz/principal.h"
#include "server/directory/user.h"
#include "server/storage/tx.h"

namespace hearth {

// A question about somebody, asked from one directory.
struct GuestKey {
  Principal asker;  // Of whose directory somebody is asked for.
  std::string who;  // A user id, or a principal name in lower case.
};

// The live guests of those ids; nullopt where there is none, or no guest. One statement; the answers are parallel to the keys.
std::vector<std::optional<User>> GetGuests(Tx& tx, const std::vector<GuestKey>& keys);

// Where the holders of those principal names are at home, by the listing of the asker's directory or else by the domain; by the domain alone for guests who
// see only themselves (GuestPolicy.restrict_guests). nullopt where nowhere in Hearth. The same.
std::vector<std::optional<Home>> ResolveHomes(Tx& tx, const std::vector<GuestKey>& keys);

// Which guests a list wants.
struct GuestQuery {
  v1::InvitationState state = v1::INVITATION_STATE_UNSPECIFIED;  // Unspecified: any.
  std::optional<std::string> home;                               // Id of the home directory, in Hearth.
  bool stale = false;  // Pending, without an invitation that could still be redeemed.
  bool show_deleted = false;
};
// One page of guests by id, after `after`.
std::vector<User> ListGuests(Tx& tx, std::string_view directory, const GuestQuery& query, const std::string& after,
                             int limit);

// Whether another live person than `guest`, at home in the directory, has this mail (lower case).
bool IsHeldLocally(Tx& tx, std::string_view directory, std::string_view guest, const std::string& mail);

// The statements below move a guest's home. The person's row is locked; roles, history and id stay; sessions are cut. Memberships and invitations
// follow by triggers. False when the principal name is taken by another live person of the directory.

// Links a pending guest to the person `home_user` of their home, by whose principal name and mail they are listed from now on.
bool LinkGuest(Tx& tx, const User& guest, std::string_view home_user);
// Links a pending guest whose home is outside Hearth to the subject of their home's issuer; they keep the invited address as principal name. Also
// false when that subject is another live guest of the directory.
bool LinkOutsider(Tx& tx, const User& guest, const std::string& subject);
// Makes the person a pending guest whose home is `guest.home`, by that address. They have no password here (DestroyCredential).
bool MoveHomeAway(Tx& tx, const User& guest, const std::string& address);
// Makes the person at home in the directory that lists them, without a password.
bool MoveHomeHere(Tx& tx, const User& guest, const std::string& user_principal_name);

// Deletes a guest who does not agree any more, or whose home ended it. The link to the person goes, too: who is restored has to redeem anew.
void WithdrawGuest(Tx& tx, const User& guest);

// A guest who never came.
struct StaleGuest {
  std::string id;
  std::string user_principal_name;
  std::string home_directory;  // Empty for homes outside Hearth.
};
// Deletes the pending guests of the directory whose invitation ended more than 30 days ago, or who have none and were last changed before that, but
// those whom another transaction has locked; `limit` at most.
std::vector<StaleGuest> RemoveStaleGuests(Tx& tx, std::string_view directory, int limit);

// Writes display name, sponsor, user type and language, and counts the revision.
void UpdateGuest(Tx& tx, const User& guest);

}  // namespace hearth
