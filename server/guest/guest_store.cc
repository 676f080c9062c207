#include "server/guest/guest_store.h"

#include <utility>

#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr Statement kGet{"guest_get", "SELECT ord, (person).* FROM hearth.get_guests($1::text[], $2::text[])"};
constexpr Statement kResolve{
    "guest_resolve", "SELECT ord, kind, domain, issuer, help_uri FROM hearth.resolve_homes($1::text[], $2::text[])"};

// The keys as the two array parameters of a statement.
std::pair<std::string, std::string> Columns(const std::vector<GuestKey>& keys) {
  std::vector<std::string> directories, whos;
  for (const GuestKey& key : keys) {
    directories.push_back(key.directory);
    whos.push_back(key.who);
  }
  return {TextArray(directories), TextArray(whos)};
}

}  // namespace

std::vector<std::optional<User>> GetGuests(Tx& tx, const std::vector<GuestKey>& keys) {
  const auto [directories, ids] = Columns(keys);
  std::vector<std::optional<User>> guests(keys.size());
  for (const auto& row : tx.Exec(kGet, directories, ids)) guests[row["ord"].as<size_t>() - 1] = UserOf(row);
  return guests;
}

std::vector<std::optional<Home>> ResolveHomes(Tx& tx, const std::vector<GuestKey>& keys) {
  const auto [directories, names] = Columns(keys);
  std::vector<std::optional<Home>> homes(keys.size());
  for (const auto& row : tx.Exec(kResolve, directories, names)) {
    const int kind = row["kind"].as<int>();
    if (kind == 0) continue;
    Home& home = homes[row["ord"].as<size_t>() - 1].emplace();
    home.kind = static_cast<v1::Home::Kind>(kind);
    home.domain = row["domain"].c_str();
    home.issuer = row["issuer"].c_str();
    home.help_uri = row["help_uri"].c_str();
  }
  return homes;
}

}  // namespace hearth
