#include "server/reset/identifier.h"

#include <utility>
#include <vector>

#include "server/directory/user_store.h"

namespace hearth {

std::optional<User> FindByIdentifier(Tx& tx, const std::string& directory, const std::string& identifier) {
  auto user = FindUserByPrincipalName(tx, directory, identifier);
  if (user.has_value()) return user;
  std::vector<User> holders = FindUsersByAddress(tx, directory, identifier);
  return holders.size() == 1 ? std::optional(std::move(holders.front())) : std::nullopt;
}

}  // namespace hearth
