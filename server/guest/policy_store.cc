#include "server/guest/policy_store.h"

#include "absl/strings/str_split.h"

namespace hearth {
namespace {

// Neither domains nor addresses of the web have a space.
#define HEARTH_SELECT_POLICY                                                                                          \
  "SELECT invite_from, inbound_rule, array_to_string(inbound_domains, ' ') AS inbound_domains, outbound_rule,"        \
  " array_to_string(outbound_domains, ' ') AS outbound_domains, redeem_uri,"                                          \
  " array_to_string(redirect_uris, ' ') AS redirect_uris, invitation_lifetime, restrict_guests, tell_refused_resets," \
  " hearth.micros(update_time) AS update_time, revision FROM hearth.guest_policies WHERE directory_id = $1"

constexpr Statement kFind{"guest_policy_find", HEARTH_SELECT_POLICY};
constexpr Statement kLock{"guest_policy_lock", HEARTH_SELECT_POLICY " FOR NO KEY UPDATE"};
constexpr Statement kInsert{
    "guest_policy_insert",
    "INSERT INTO hearth.guest_policies (directory_id, invite_from, inbound_rule, inbound_domains, outbound_rule,"
    " outbound_domains, redeem_uri, redirect_uris, invitation_lifetime, restrict_guests, tell_refused_resets, revision)"
    " VALUES ($1, $2, $3, $4::text[], $5, $6::text[], $7, $8::text[], $9, $10, $11, 0) ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{
    "guest_policy_update",
    "UPDATE hearth.guest_policies SET invite_from = $2, inbound_rule = $3, inbound_domains = $4::text[],"
    " outbound_rule = $5, outbound_domains = $6::text[], redeem_uri = $7, redirect_uris = $8::text[],"
    " invitation_lifetime = $9, restrict_guests = $10, tell_refused_resets = $11, update_time = now(),"
    " revision = revision + 1 WHERE directory_id = $1"};
constexpr Statement kDomains{"guest_policy_domains",
                             "SELECT domain FROM hearth.domains WHERE directory_id = $1 AND delete_time IS NULL"
                             " ORDER BY is_primary DESC, domain"};

std::vector<std::string> Words(const pqxx::field& field) {
  return absl::StrSplit(field.c_str(), ' ', absl::SkipEmpty());
}

GuestPolicy PolicyOf(const pqxx::row& row) {
  GuestPolicy policy;
  policy.invite_from = static_cast<v1::InviteFrom>(row["invite_from"].as<int>());
  policy.inbound_rule = static_cast<v1::DomainRule>(row["inbound_rule"].as<int>());
  policy.inbound_domains = Words(row["inbound_domains"]);
  policy.outbound_rule = static_cast<v1::DomainRule>(row["outbound_rule"].as<int>());
  policy.outbound_domains = Words(row["outbound_domains"]);
  policy.redeem_uri = row["redeem_uri"].c_str();
  policy.redirect_uris = Words(row["redirect_uris"]);
  policy.invitation_lifetime = absl::Seconds(row["invitation_lifetime"].as<int64_t>());
  policy.restrict_guests = row["restrict_guests"].as<bool>();
  policy.tell_refused_resets = row["tell_refused_resets"].as<bool>();
  policy.revision = row["revision"].as<int64_t>();
  if (policy.revision > 0) policy.update_time = ToTime(row["update_time"]);
  return policy;
}

pqxx::result Write(Tx& tx, const Statement& statement, std::string_view directory, const GuestPolicy& policy) {
  return tx.Exec(statement, std::string(directory), static_cast<int>(policy.invite_from),
                 static_cast<int>(policy.inbound_rule), TextArray(policy.inbound_domains),
                 static_cast<int>(policy.outbound_rule), TextArray(policy.outbound_domains), policy.redeem_uri,
                 TextArray(policy.redirect_uris), absl::ToInt64Seconds(policy.invitation_lifetime),
                 policy.restrict_guests, policy.tell_refused_resets);
}

}  // namespace

GuestPolicy FindGuestPolicy(Tx& tx, std::string_view directory) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory));
  return rows.empty() ? GuestPolicy{} : PolicyOf(rows[0]);
}

GuestPolicy LockGuestPolicy(Tx& tx, std::string_view directory) {
  Write(tx, kInsert, directory, GuestPolicy{});
  return PolicyOf(tx.Exec(kLock, std::string(directory))[0]);
}

void UpdateGuestPolicy(Tx& tx, std::string_view directory, const GuestPolicy& policy) {
  Write(tx, kUpdate, directory, policy);
}

Domains DomainsOf(Tx& tx, std::string_view directory) {
  Domains domains;
  for (const auto& row : tx.Exec(kDomains, std::string(directory))) domains.emplace_back(row[0].c_str());
  return domains;
}

}  // namespace hearth
