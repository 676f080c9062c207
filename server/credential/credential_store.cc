#include "server/credential/credential_store.h"

#include "server/credential/sign_in_store.h"

namespace hearth {
namespace {

constexpr Statement kFind{
    "credential_find",
    "SELECT phc, pepper_key_id, version, must_change, coalesce(expire_time <= now(), false) AS expired,"
    " hearth.micros(expire_time) AS expire_time, import_digest FROM hearth.credentials WHERE directory_id = $1 AND"
    " user_id = $2"};
constexpr Statement kFindVersion{
    "credential_find_version",
    "SELECT coalesce(c.version, u.credential_version) FROM hearth.users u LEFT JOIN hearth.credentials c"
    " ON c.directory_id = u.directory_id AND c.user_id = u.user_id WHERE u.directory_id = $1 AND u.user_id = $2"};
constexpr Statement kInsert{
    "credential_insert",
    "INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc, pepper_key_id, "
    "must_change, expire_time)"
    " SELECT u.directory_id, u.user_id, u.home_directory_id, $3::bigint, $4, $5, $6, now() + $7 * interval '1 "
    "microsecond'"
    " FROM hearth.users u WHERE u.directory_id = $1 AND u.user_id = $2 AND u.home_directory_id = $1"
    " AND u.credential_version = $3::bigint - 1 ON CONFLICT DO NOTHING RETURNING hearth.micros(expire_time)"};
constexpr Statement kReplace{
    "credential_replace",
    "UPDATE hearth.credentials SET version = version + 1, phc = $4, pepper_key_id = $5, must_change = $6,"
    " expire_time = now() + $7 * interval '1 microsecond', change_time = now(), import_digest = NULL"
    " WHERE directory_id = $1 AND user_id = $2 AND version = $3 - 1 RETURNING hearth.micros(expire_time)"};
constexpr Statement kMark{"credential_mark_imported",
                          "UPDATE hearth.credentials SET import_digest = $4::bytea WHERE directory_id = $1 AND"
                          " user_id = $2 AND version = $3"};
constexpr Statement kRefresh{"credential_refresh",
                             "UPDATE hearth.credentials SET phc = $4, pepper_key_id = $5 WHERE directory_id = $1 AND "
                             "user_id = $2 AND version = $3 AND phc = $6 AND pepper_key_id = $7"};

constexpr Statement kDestroy{"credential_destroy",
                             "DELETE FROM hearth.credentials WHERE directory_id = $1 AND user_id = $2"};

}  // namespace

std::optional<Credential> FindCredential(Tx& tx, std::string_view directory, std::string_view user) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(user));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  Credential credential;
  credential.hash = {row["phc"].c_str(), row["pepper_key_id"].c_str()};
  credential.version = row["version"].as<int64_t>();
  credential.must_change = row["must_change"].as<bool>();
  credential.expired = row["expired"].as<bool>();
  credential.expire_time = ToTime(row["expire_time"]);
  if (!row["import_digest"].is_null()) credential.import_digest = FromBytea(row["import_digest"]);
  return credential;
}

int64_t FindCredentialVersion(Tx& tx, std::string_view directory, std::string_view user) {
  const pqxx::result rows = tx.Exec(kFindVersion, std::string(directory), std::string(user));
  return rows.empty() ? 0 : rows[0][0].as<int64_t>();
}

std::optional<StoredCredential> ReplaceCredential(Tx& tx, const CredentialBinding& binding, const PasswordHash& hash,
                                                  const PasswordTerms& terms) {
  std::optional<int64_t> lifetime;
  if (terms.lifetime.has_value()) lifetime = absl::ToInt64Microseconds(*terms.lifetime);
  const auto write = [&](const Statement& statement) {
    return tx.Exec(statement, binding.directory, binding.user, binding.version, hash.phc, hash.pepper_key_id,
                   terms.must_change, lifetime);
  };
  pqxx::result rows = write(kReplace);
  if (rows.empty()) rows = write(kInsert);
  if (rows.empty()) return std::nullopt;
  ClearSignInCounts(tx, binding.directory, binding.user);
  return StoredCredential{ToTime(rows[0][0])};
}

void MarkImported(Tx& tx, const CredentialBinding& binding, const std::string& digest) {
  tx.Exec(kMark, binding.directory, binding.user, binding.version, Bytea(digest));
}

void RefreshHash(Tx& tx, const CredentialBinding& binding, const PasswordHash& old, const PasswordHash& hash) {
  tx.Exec(kRefresh, binding.directory, binding.user, binding.version, hash.phc, hash.pepper_key_id, old.phc,
          old.pepper_key_id);
}

void DestroyCredential(Tx& tx, std::string_view directory, std::string_view user) {
  tx.Exec(kDestroy, std::string(directory), std::string(user));
}

}  // namespace hearth
