#include "server/mail/set_aside_store.h"

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_SET_ASIDE                                                                                 \
  "SELECT directory_id, mail_id, recipient, person, template, note, sealed IS NOT NULL AND expire_time > now()" \
  " AS retryable, hearth.micros(create_time) AS create_time, hearth.micros(end_time) AS end_time,"              \
  " hearth.micros(expire_time) AS expire_time FROM hearth.mails WHERE directory_id = $1 AND state = 4"
constexpr Statement kList{"set_aside_list", HEARTH_SELECT_SET_ASIDE " ORDER BY end_time DESC, mail_id DESC LIMIT $2"};
// The place is of whole microseconds, as times are stored.
constexpr Statement kListAfter{
    "set_aside_list_after", HEARTH_SELECT_SET_ASIDE
    " AND (end_time, mail_id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond',"
    " $4::uuid) ORDER BY end_time DESC, mail_id DESC LIMIT $2"};
constexpr Statement kLock{"set_aside_lock", HEARTH_SELECT_SET_ASIDE " AND mail_id = $2::uuid FOR UPDATE"};
constexpr Statement kRetry{
    "set_aside_retry",
    "WITH mail AS (UPDATE hearth.mails SET state = 1, end_time = NULL WHERE directory_id = $1 AND mail_id = $2::uuid"
    " AND state = 4 RETURNING directory_id, mail_id) INSERT INTO hearth.outbox (directory_id, mail_id, mailbox)"
    " SELECT directory_id, mail_id, nullif($3::bytea, '') FROM mail"};
constexpr Statement kDiscard{"set_aside_discard",
                             "UPDATE hearth.mails SET state = 5, sealed = NULL, end_time = now()"
                             " WHERE directory_id = $1 AND mail_id = $2::uuid AND state = 4"};

SetAsideMail MailOf(const pqxx::row& row) {
  SetAsideMail mail;
  mail.directory = row["directory_id"].c_str();
  mail.id = row["mail_id"].c_str();
  mail.to = row["recipient"].c_str();
  mail.person = row["person"].c_str();
  mail.kind = static_cast<v1::MailTemplate>(row["template"].as<int>());
  mail.note = row["note"].c_str();
  mail.retryable = row["retryable"].as<bool>();
  mail.create_time = ToTime(row["create_time"]);
  mail.set_aside_time = ToTime(row["end_time"]);
  mail.expire_time = ToTime(row["expire_time"]);
  return mail;
}

}  // namespace

std::string SetAsideMail::place() const { return absl::StrCat(ToMicros(set_aside_time), "/", id); }

std::vector<SetAsideMail> ListSetAside(Tx& tx, std::string_view directory, const std::string& after, int limit) {
  const size_t slash = after.find('/');
  const pqxx::result rows = after.empty() ? tx.Exec(kList, std::string(directory), limit)
                                          : tx.Exec(kListAfter, std::string(directory), limit, after.substr(0, slash),
                                                    after.substr(slash + 1));
  std::vector<SetAsideMail> mails;
  for (const auto& row : rows) mails.push_back(MailOf(row));
  return mails;
}

std::optional<SetAsideMail> LockSetAside(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kLock, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(MailOf(rows[0]));
}

void RetrySetAside(Tx& tx, const SetAsideMail& mail, const std::string& mailbox) {
  tx.Exec(kRetry, mail.directory, mail.id, Bytea(mailbox));
}

void DiscardSetAside(Tx& tx, const SetAsideMail& mail) { tx.Exec(kDiscard, mail.directory, mail.id); }

}  // namespace hearth
