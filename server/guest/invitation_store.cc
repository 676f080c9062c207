#include "server/guest/invitation_store.h"

namespace hearth {
namespace {

constexpr Statement kLock{
    "invitation_lock",
    "SELECT address, inviter, redirect_uri, digest, hearth.micros(expire_time) AS expire_time, expire_time <= now() AS"
    " expired, mails, hearth.micros(mail_time) AS mail_time,"
    " mails < 10 AND coalesce(mail_time < now() - interval '1 minute', true) AS mail_allowed"
    " FROM hearth.invitations WHERE directory_id = $1 AND user_id = $2 FOR UPDATE"};
constexpr Statement kSave{
    "invitation_save",
    "INSERT INTO hearth.invitations AS i (directory_id, user_id, digest, address, inviter, redirect_uri, expire_time,"
    " mails, mail_time)"
    " VALUES ($1, $2, $3::bytea, $4, $5, $6, now() + $7 * interval '1 second', $8::integer,"
    " CASE WHEN $8::integer > 0 THEN now() END)"
    " ON CONFLICT (directory_id, user_id) DO UPDATE SET digest = excluded.digest, address = excluded.address,"
    " inviter = excluded.inviter, redirect_uri = excluded.redirect_uri, expire_time = excluded.expire_time,"
    " mails = i.mails + excluded.mails, mail_time = coalesce(excluded.mail_time, i.mail_time)"
    " RETURNING hearth.micros(expire_time)"};

}  // namespace

std::optional<Invitation> LockInvitation(Tx& tx, std::string_view directory, std::string_view guest) {
  const pqxx::result rows = tx.Exec(kLock, std::string(directory), std::string(guest));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  Invitation invitation;
  invitation.directory = directory;
  invitation.guest = guest;
  invitation.address = row["address"].c_str();
  invitation.inviter = row["inviter"].c_str();
  invitation.redirect_uri = row["redirect_uri"].c_str();
  invitation.digest = FromBytea(row["digest"]);
  invitation.expire_time = ToTime(row["expire_time"]);
  invitation.expired = row["expired"].as<bool>();
  invitation.mails = row["mails"].as<int>();
  invitation.mail_time = ToTime(row["mail_time"]);
  invitation.mail_allowed = row["mail_allowed"].as<bool>();
  return invitation;
}

absl::Time SaveInvitation(Tx& tx, const Invitation& invitation, absl::Duration lifetime, bool mailed) {
  return ToTime(tx.Exec(kSave, invitation.directory, invitation.guest, Bytea(invitation.digest), invitation.address,
                        invitation.inviter, invitation.redirect_uri, absl::ToInt64Seconds(lifetime),
                        mailed ? 1 : 0)[0][0]);
}

}  // namespace hearth
