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
constexpr Statement kClaim{"outbox_claim", "SELECT * FROM hearth.claim_mails($1, $2, $3::uuid, $4)"};
// In the order of their keys, as all who lock several do.
constexpr Statement kEnd{
    "outbox_end",
    "WITH ended AS (SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[])"
    " q(directory_id, mail_id, lease, state, note)),"
    " held AS (SELECT o.directory_id, o.mail_id FROM hearth.outbox o JOIN ended USING (directory_id, mail_id, lease)"
    " ORDER BY 1, 2 FOR UPDATE OF o),"
    " gone AS (DELETE FROM hearth.outbox o USING held WHERE o.directory_id = held.directory_id"
    " AND o.mail_id = held.mail_id RETURNING o.directory_id, o.mail_id)"
    " UPDATE hearth.mails m SET state = ended.state, note = ended.note, end_time = now(),"
    " sealed = CASE WHEN ended.state = 4 THEN m.sealed END FROM gone JOIN ended USING (directory_id, mail_id)"
    " WHERE m.directory_id = gone.directory_id AND m.mail_id = gone.mail_id"};
constexpr Statement kDefer{
    "outbox_defer",
    "WITH head AS (UPDATE hearth.outbox o SET lease = NULL, attempts = o.attempts - $5::integer,"
    " due_time = least(now() + $4::bigint * interval '1 microsecond', m.expire_time) FROM hearth.mails m"
    " WHERE o.directory_id = $1 AND o.mail_id = $2::uuid AND o.lease = $3::uuid AND m.directory_id = o.directory_id"
    " AND m.mail_id = o.mail_id RETURNING o.directory_id, o.mail_id, o.mailbox, o.due_time),"
    " followers AS (UPDATE hearth.outbox f SET due_time = greatest(f.due_time, head.due_time) FROM head"
    " WHERE f.directory_id = head.directory_id AND f.mailbox = head.mailbox AND f.mail_id <> head.mail_id"
    " AND f.lease IS NULL)"
    " UPDATE hearth.mails SET note = $6 WHERE directory_id = $1 AND mail_id = $2::uuid AND EXISTS (SELECT 1 FROM "
    "head)"};
constexpr Statement kMeasure{
    "outbox_measure",
    "SELECT count(*), coalesce(greatest(0, hearth.micros(now()) - hearth.micros(min(due_time))), 0)"
    " FROM hearth.outbox"};
constexpr Statement kExpire{
    "outbox_expire",
    "WITH gone AS (DELETE FROM hearth.outbox o USING hearth.mails m WHERE o.directory_id = ANY (hearth.served())"
    " AND m.directory_id = o.directory_id AND m.mail_id = o.mail_id AND m.expire_time < now()"
    " AND (o.lease IS NULL OR o.due_time < now()) RETURNING o.directory_id, o.mail_id)"
    " UPDATE hearth.mails m SET state = 3, sealed = NULL, end_time = now() FROM gone"
    " WHERE m.directory_id = gone.directory_id AND m.mail_id = gone.mail_id"};
constexpr Statement kWipe{"outbox_wipe",
                          "UPDATE hearth.mails SET sealed = NULL WHERE directory_id = ANY (hearth.served())"
                          " AND state = 4 AND sealed IS NOT NULL AND expire_time < now()"};
constexpr Statement kForget{"outbox_forget",
                            "DELETE FROM hearth.mails WHERE directory_id = ANY (hearth.served()) AND state <> 1"
                            " AND end_time < now() - interval '30 days'"};

MailBrand BrandOf(const pqxx::row& row) {
  MailBrand brand;
  brand.directory_name = row["directory_name"].c_str();
  brand.sender_name = row["sender_name"].c_str();
  brand.color = row["color"].c_str();
  brand.support_uri = row["support_uri"].c_str();
  brand.language = row["language"].c_str();
  brand.time_zone = row["time_zone"].c_str();
  return brand;
}

int Defer(Tx& tx, const MailOutcome& outcome) {
  const ClaimedMail& mail = *outcome.mail;
  return static_cast<int>(tx.Exec(kDefer, mail.directory, mail.id, mail.lease, absl::ToInt64Microseconds(outcome.delay),
                                  outcome.counts ? 0 : 1, outcome.note)
                              .affected_rows());
}

}  // namespace

void InsertMail(Tx& tx, const OutboxRow& row) {
  tx.Exec(kInsert, row.directory, row.id, row.to, row.person, static_cast<int>(row.kind), row.languages, row.key_id,
          Bytea(row.sealed), absl::ToInt64Microseconds(row.lifetime), Bytea(row.mailbox));
}

std::vector<ClaimedMail> ClaimMails(Tx& tx, const std::string& last, int most, const std::string& lease,
                                    absl::Duration duration) {
  std::vector<ClaimedMail> mails;
  for (const auto& row : tx.Exec(kClaim, last, most, lease, static_cast<int>(absl::ToInt64Seconds(duration)))) {
    ClaimedMail& mail = mails.emplace_back();
    mail.lease = lease;
    mail.directory = row["directory_id"].c_str();
    mail.id = row["mail_id"].c_str();
    mail.attempts = row["attempts"].as<int>();
    mail.to = row["recipient"].c_str();
    mail.kind = static_cast<v1::MailTemplate>(row["template"].as<int>());
    mail.languages = row["languages"].c_str();
    mail.message_id = row["message_id"].c_str();
    mail.key_id = row["key_id"].c_str();
    mail.sealed = FromBytea(row["sealed"]);
    mail.create_time = ToTime(row["create_time"]);
    mail.expire_time = ToTime(row["expire_time"]);
    mail.remaining = absl::Microseconds(row["remaining"].as<int64_t>());
    mail.brand = BrandOf(row);
  }
  return mails;
}

int SettleMails(Tx& tx, const std::vector<MailOutcome>& outcomes) {
  int settled = 0;
  std::vector<std::string> directories, ids, leases, states, notes;
  for (const MailOutcome& outcome : outcomes) {
    if (!outcome.end.has_value()) {
      settled += Defer(tx, outcome);
      continue;
    }
    directories.push_back(outcome.mail->directory);
    ids.push_back(outcome.mail->id);
    leases.push_back(outcome.mail->lease);
    states.push_back(std::to_string(static_cast<int>(*outcome.end)));
    notes.push_back(outcome.note);
  }
  if (ids.empty()) return settled;
  return settled + static_cast<int>(tx.Exec(kEnd, TextArray(directories), TextArray(ids), TextArray(leases),
                                            TextArray(states), TextArray(notes))
                                        .affected_rows());
}

OutboxDepth MeasureOutbox(Tx& tx) {
  const auto row = tx.Exec(kMeasure)[0];
  return {row[0].as<int64_t>(), absl::Microseconds(row[1].as<int64_t>())};
}

int SweepMails(Tx& tx) {
  const int expired = static_cast<int>(tx.Exec(kExpire).affected_rows());
  tx.Exec(kWipe);
  tx.Exec(kForget);
  return expired;
}

}  // namespace hearth
