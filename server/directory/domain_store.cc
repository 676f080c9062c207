#include "server/directory/domain_store.h"

namespace hearth {
namespace {

constexpr Statement kFindDirectory{
    "domain_find_directory",
    "SELECT directory_id FROM hearth.domains WHERE domain = $1 AND delete_time IS NULL"};

}  // namespace

std::optional<std::string> FindDirectoryOfDomain(Tx& tx, const std::string& domain) {
  const pqxx::result rows = tx.Exec(kFindDirectory, domain);
  return rows.empty() ? std::nullopt : std::optional<std::string>(rows[0][0].c_str());
}

}  // namespace hearth
