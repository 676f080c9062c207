#include "server/guest/guest_store.h"

#include <map>
#include <set>
#include <utility>

#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr Statement kGet{"guest_get", "SELECT * FROM hearth.get_guests($1::text[], $2::text[], $3::text[])"};
constexpr Statement kResolve{"guest_resolve",
                             "SELECT ord, kind, domain, issuer, help_uri, contact"
                             " FROM hearth.resolve_homes($1::text[], $2::text[], $3::text[])"};

// The keys as the array parameters of a statement.
struct Columns {
  explicit Columns(const std::vector<GuestKey>& keys) {
    std::set<std::string> distinct;
    std::vector<std::string> all_directories, all_whos;
    for (const GuestKey& key : keys) {
      distinct.insert(key.directory);
      all_directories.push_back(key.directory);
      all_whos.push_back(key.who);
    }
    scope = TextArray({distinct.begin(), distinct.end()});
    directories = TextArray(all_directories);
    whos = TextArray(all_whos);
  }

  std::string scope, directories, whos;
};

}  // namespace

std::vector<std::optional<User>> GetGuests(Tx& tx, const std::vector<GuestKey>& keys) {
  const Columns columns(keys);
  std::map<std::pair<std::string, std::string>, User> found;
  for (const auto& row : tx.Exec(kGet, columns.scope, columns.directories, columns.whos)) {
    User guest = UserOf(row);
    found.insert_or_assign({guest.directory, guest.id}, std::move(guest));
  }
  std::vector<std::optional<User>> guests;
  for (const GuestKey& key : keys) {
    const auto guest = found.find({key.directory, key.who});
    guests.push_back(guest == found.end() ? std::nullopt : std::optional(guest->second));
  }
  return guests;
}

std::vector<std::optional<Home>> ResolveHomes(Tx& tx, const std::vector<GuestKey>& keys) {
  const Columns columns(keys);
  std::vector<std::optional<Home>> homes(keys.size());
  for (const auto& row : tx.Exec(kResolve, columns.scope, columns.directories, columns.whos)) {
    const int kind = row["kind"].as<int>();
    if (kind == 0) continue;
    Home& home = homes[row["ord"].as<size_t>() - 1].emplace();
    home.kind = static_cast<v1::Home::Kind>(kind);
    home.domain = row["domain"].c_str();
    home.issuer = row["issuer"].c_str();
    home.help_uri = row["help_uri"].c_str();
    home.contact = row["contact"].c_str();
  }
  return homes;
}

}  // namespace hearth
