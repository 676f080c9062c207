#include "server/mail/outbox_store.h"

namespace hearth {
namespace {

constexpr Statement kInsert{
    "outbox_insert",
    "WITH mail AS (INSERT INTO hearth.mails (directory_id, mail_id, recipient, person, template, languages, message_id,"
    " key_id, sealed, expire_time) VALUES ($1, $2::uuid, $3, $4, $5, $6, $2::text || '@' || coalesce((SELECT p.domain"
    " FROM hearth.domains p WHERE p.directory_id = $1 AND p.is_primary), 'hearth.invalid'), $7, $8::bytea,"
    " now() + $9::bigint * interval '1 microsecond') ON CONFLICT DO NOTHING RETURNING directory_id, mail_id)"
    " INSERT INTO hearth.outbox (directory_id, mail_id, mailbox)"
    " SELECT directory_id, mail_id, nullif($10::bytea, '') FROM mail"};

}  // namespace

void InsertMail(Tx& tx, const OutboxRow& row) {
  tx.Exec(kInsert, row.directory, row.id, row.to, row.person, static_cast<int>(row.kind), row.languages, row.key_id,
          Bytea(row.sealed), absl::ToInt64Microseconds(row.lifetime), Bytea(row.mailbox));
}

}  // namespace hearth
