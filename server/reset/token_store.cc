#include "server/reset/token_store.h"

namespace hearth {
namespace {

constexpr Statement kPut{
    "reset_token_put",
    "INSERT INTO hearth.reset_tokens (directory_id, user_id, home_directory_id, link_digest, handle_digest, "
    "code_digest,"
    " person_digest, needs_both, link_expire_time, code_expire_time)"
    " SELECT u.directory_id, u.user_id, u.home_directory_id, $3::bytea, $4::bytea, $5::bytea, $6::bytea, $7,"
    " now() + $8 * interval '1 microsecond', now() + $9 * interval '1 microsecond'"
    " FROM hearth.users u WHERE u.directory_id = $1 AND u.user_id = $2 AND u.home_directory_id = $1"
    " ON CONFLICT (directory_id, user_id) DO UPDATE SET link_digest = excluded.link_digest,"
    " handle_digest = excluded.handle_digest, code_digest = excluded.code_digest,"
    " person_digest = excluded.person_digest, needs_both = excluded.needs_both, code_attempts = 0,"
    " verified_digest = NULL, verified_expire_time = NULL, link_expire_time = excluded.link_expire_time,"
    " code_expire_time = excluded.code_expire_time, create_time = now()"};
constexpr Statement kDelete{"reset_token_delete",
                            "DELETE FROM hearth.reset_tokens WHERE directory_id = $1 AND user_id = $2"};
constexpr Statement kOfHandle{
    "reset_token_of_handle",
    "SELECT user_id, code_digest, person_digest, handle_digest AS row FROM hearth.reset_tokens"
    " WHERE directory_id = $1 AND handle_digest = $2::bytea AND NOT needs_both"
    " AND code_digest IS NOT NULL AND verified_digest IS NULL AND code_expire_time > now()"};
constexpr Statement kCountOfLink{
    "reset_token_count_of_link",
    "UPDATE hearth.reset_tokens SET code_attempts = code_attempts + 1 WHERE directory_id = $1 AND link_digest = "
    "$2::bytea"
    " AND needs_both AND code_attempts < $3 AND code_digest IS NOT NULL AND verified_digest IS NULL"
    " AND link_expire_time > now() AND code_expire_time > now()"
    " RETURNING user_id, code_digest, person_digest, link_digest AS row"};
constexpr Statement kStoreVerified{
    "reset_token_verified",
    "UPDATE hearth.reset_tokens SET verified_digest = $4::bytea,"
    " verified_expire_time = now() + $5 * interval '1 microsecond' WHERE directory_id = $1 AND user_id = $2"
    " AND code_digest = $3::bytea AND verified_digest IS NULL AND code_expire_time > now()"
    " RETURNING hearth.micros(verified_expire_time)"};
#define HEARTH_SELECT_REDEEMABLE                                                                                  \
  "SELECT user_id, person_digest, needs_both, link_digest IS NOT DISTINCT FROM $2::bytea AS by_link"              \
  " FROM hearth.reset_tokens WHERE directory_id = $1 AND ((link_digest = $2::bytea AND link_expire_time > now())" \
  " OR (verified_digest = $3::bytea AND verified_expire_time > now()))"
constexpr Statement kFind{"reset_token_find", HEARTH_SELECT_REDEEMABLE};
constexpr Statement kLock{"reset_token_lock", HEARTH_SELECT_REDEEMABLE " FOR UPDATE"};
constexpr Statement kSweep{"reset_token_sweep",
                           "DELETE FROM hearth.reset_tokens WHERE directory_id = ANY (hearth.served())"
                           " AND greatest(link_expire_time, code_expire_time, verified_expire_time) < now()"};

std::optional<std::string> Digest(const std::string& digest) {
  return digest.empty() ? std::nullopt : std::optional(Bytea(digest));
}

std::optional<CodeOffer> OfferOf(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return CodeOffer{rows[0]["user_id"].c_str(), FromBytea(rows[0]["code_digest"]), FromBytea(rows[0]["person_digest"]),
                   FromBytea(rows[0]["row"])};
}

}  // namespace

void PutResetToken(Tx& tx, const NewResetToken& token) {
  tx.Exec(kPut, token.directory, token.user, Digest(token.link_digest), Digest(token.handle_digest),
          Digest(token.code_digest), Bytea(token.person_digest), token.needs_both,
          absl::ToInt64Microseconds(token.link_lifetime), absl::ToInt64Microseconds(token.code_lifetime));
}

void DeleteResetToken(Tx& tx, const std::string& directory, const std::string& user) {
  tx.Exec(kDelete, directory, user);
}

std::optional<CodeOffer> FindCodeOfHandle(Tx& tx, const std::string& directory, const std::string& handle_digest) {
  return OfferOf(tx.Exec(kOfHandle, directory, Bytea(handle_digest)));
}

std::optional<CodeOffer> CountCodeOfLink(Tx& tx, const std::string& directory, const std::string& link_digest,
                                         int most) {
  return OfferOf(tx.Exec(kCountOfLink, directory, Bytea(link_digest), most));
}

std::optional<absl::Time> StoreVerified(Tx& tx, const std::string& directory, const CodeOffer& offer,
                                        const std::string& verified_digest, absl::Duration lifetime) {
  const pqxx::result rows = tx.Exec(kStoreVerified, directory, offer.user, Bytea(offer.code_digest),
                                    Bytea(verified_digest), absl::ToInt64Microseconds(lifetime));
  return rows.empty() ? std::nullopt : std::optional(ToTime(rows[0][0]));
}

std::optional<Redeemable> FindRedeemable(Tx& tx, const std::string& directory, const std::string& link_digest,
                                         const std::string& verified_digest, bool lock) {
  const pqxx::result rows = tx.Exec(lock ? kLock : kFind, directory, Bytea(link_digest), Bytea(verified_digest));
  if (rows.empty()) return std::nullopt;
  return Redeemable{.user = rows[0]["user_id"].c_str(),
                    .person_digest = FromBytea(rows[0]["person_digest"]),
                    .by_link = rows[0]["by_link"].as<bool>(),
                    .needs_both = rows[0]["needs_both"].as<bool>()};
}

int SweepResetTokens(Tx& tx) { return static_cast<int>(tx.Exec(kSweep).affected_rows()); }

}  // namespace hearth
