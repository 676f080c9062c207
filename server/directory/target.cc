#include "server/directory/target.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/domain_store.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

enum class Manner { kPlain, kLocking, kEven };

std::optional<std::string> OwnerOf(Tx& tx, const std::string& user_principal_name) {
  return FindDirectoryOfDomain(tx, user_principal_name.substr(user_principal_name.find('@') + 1));
}

// Why a principal name that the caller's directory does not list is refused.
absl::Status RefuseUnlisted(const Call& call, const std::optional<std::string>& owner) {
  if (owner == call.principal.directory) return UserNotFound();
  if (owner.has_value()) call.note->other_directory = *owner;
  return Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY);
}

absl::StatusOr<User> Find(Tx& tx, const Call& call, const TargetName& target, Manner manner) {
  const std::string& directory = call.principal.directory;
  const bool lock = manner == Manner::kLocking, even = manner == Manner::kEven;
  call.note->evenly = even;
  std::optional<User> user;
  if (!target.name.empty()) {
    call.note->target = target.name;
    const auto name = ParseResourceName(target.name);
    if (!name.has_value() || name->directory != directory) return Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY);
    if (lock) LockUser(tx, directory, name->id);
    user = even ? FindUserEvenly(tx, directory, name->id) : FindUser(tx, directory, name->id);
    if (!user.has_value() || user->deleted()) return UserNotFound();
  } else {
    const std::string principal_name = CanonicalPrincipalName(target.user_principal_name);
    call.note->target_principal_name = principal_name;
    user = even ? FindUserByPrincipalNameEvenly(tx, directory, principal_name)
                : FindUserByPrincipalName(tx, directory, principal_name);
    std::optional<std::string> owner;
    if (!user.has_value() || even) owner = OwnerOf(tx, principal_name);
    if (!user.has_value()) return RefuseUnlisted(call, owner);
    if (lock) {
      LockUser(tx, directory, user->id);
      user = FindUser(tx, directory, user->id);  // What came in between counts.
      if (!user.has_value() || user->deleted()) return UserNotFound();
    }
  }
  call.note->target = UserName(directory, user->id);
  call.note->target_principal_name = user->user_principal_name;
  if (user->home.kind == v1::Home::KIND_OTHER_DIRECTORY) call.note->other_directory = user->home.directory;
  return *std::move(user);
}

}  // namespace

std::string CanonicalPrincipalName(const std::string& name) { return absl::AsciiStrToLower(name); }

absl::Status UserNotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "user"}}); }

Target ToTarget(const User& user) {
  return {user.directory, user.id, user.home, user.roles, user.units, user.privileged_group};
}

absl::StatusOr<User> FindTarget(Tx& tx, const Call& call, const TargetName& target, bool lock) {
  return Find(tx, call, target, lock ? Manner::kLocking : Manner::kPlain);
}

absl::StatusOr<User> FindTargetEvenly(Tx& tx, const Call& call, const TargetName& target) {
  return Find(tx, call, target, Manner::kEven);
}

}  // namespace hearth
