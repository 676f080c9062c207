// All SQL about people.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/directory/user.h"
#include "server/storage/tx.h"

namespace hearth {

// The person in a row of hearth.people.
User UserOf(const pqxx::row& row);

// The person of that id, live or deleted; nullopt when there is none.
std::optional<User> FindUser(Tx& tx, std::string_view directory, std::string_view id);
// The live person of that principal name (lower case).
std::optional<User> FindUserByPrincipalName(Tx& tx, std::string_view directory, const std::string& user_principal_name);
// The same two with the same work, whether there is such a person or not: somebody else of the directory is read in the place of who is not there.
std::optional<User> FindUserEvenly(Tx& tx, std::string_view directory, std::string_view id);
std::optional<User> FindUserByPrincipalNameEvenly(Tx& tx, std::string_view directory,
                                                  const std::string& user_principal_name);
// At most two live people homed in the directory who have that address (ASCII letters in lower case).
std::vector<User> FindUsersByAddress(Tx& tx, std::string_view directory, const std::string& address);
// Live, enabled people homed in the directory who hold one of the roles there, by id; at most 1,000. Not guests to whom roles give nothing.
std::vector<User> ListHolders(Tx& tx, std::string_view directory, const std::vector<v1::Role>& roles);
// Locks the person's row until the transaction ends; false when there is none. Their roles cannot change
// meanwhile either.
bool LockUser(Tx& tx, std::string_view directory, std::string_view id);

// One page of people by id, after `after`. `units`: only of their members; nullopt: of everybody.
std::vector<User> ListUsers(Tx& tx, std::string_view directory, const std::string& after, int limit, bool show_deleted,
                            const std::optional<std::vector<std::string>>& units);

// Inserts the person; false when the id (also by a service account) or the principal name is taken.
bool InsertUser(Tx& tx, const User& user);
// Writes principal name, display name, addresses, language and user type, and counts the revision; false when the principal
// name is taken.
bool UpdateUser(Tx& tx, const User& user);
// Counts the revision, for changes of what belongs to the person but stands in other tables: roles.
void TouchUser(Tx& tx, std::string_view directory, std::string_view id);
// Disables or enables; disabling cuts the sessions.
void SetDisabled(Tx& tx, std::string_view directory, std::string_view id, bool disabled);
// Deletes (and cuts the sessions) or restores. Restoring is false when the principal name was taken since.
void MarkDeleted(Tx& tx, std::string_view directory, std::string_view id);
bool Restore(Tx& tx, std::string_view directory, std::string_view id);
// Cuts the sessions; returns since when.
absl::Time CutSessions(Tx& tx, std::string_view directory, std::string_view id);

// Removes people whose 30 days are over; returns how many.
int PurgeUsers(Tx& tx);

}  // namespace hearth
