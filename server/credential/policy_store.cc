#include "server/credential/policy_store.h"

#include <google/protobuf/util/json_util.h>

#include <stdexcept>

#include "server/credential/policy_rules.h"

namespace hearth {
namespace {

constexpr Statement kFind{
    "password_policy_find",
    "SELECT policy, hearth.micros(update_time) AS update_time, revision FROM hearth.password_policies"
    " WHERE directory_id = $1"};
constexpr Statement kLock{
    "password_policy_lock",
    "SELECT policy, hearth.micros(update_time) AS update_time, revision FROM hearth.password_policies"
    " WHERE directory_id = $1 FOR UPDATE"};
// Two first ones at once: the second violates the key, runs again, and finds the first.
constexpr Statement kInsert{
    "password_policy_insert",
    "INSERT INTO hearth.password_policies (directory_id, policy, history) VALUES ($1, $2::jsonb, $3)"};
constexpr Statement kUpdate{"password_policy_update",
                            "UPDATE hearth.password_policies SET policy = $2::jsonb, history = $3, update_time = now(),"
                            " revision = revision + 1 WHERE directory_id = $1"};
constexpr Statement kForget{
    "password_policy_forget",
    "DELETE FROM hearth.password_history h USING hearth.credentials c WHERE h.directory_id = $1 AND c.directory_id = $1"
    " AND c.user_id = h.user_id AND h.version <= c.version - $2"};
constexpr Statement kPast{
    "password_policy_past",
    "SELECT version, phc, pepper_key_id FROM hearth.credentials WHERE directory_id = $1 AND user_id = $2"
    " UNION ALL SELECT version, phc, pepper_key_id FROM hearth.password_history WHERE directory_id = $1 AND user_id = "
    "$2"
    " ORDER BY version DESC LIMIT $3"};
// The policy as JSON has spans such as 86400s, which are intervals.
constexpr Statement kOutdated{
    "password_policy_outdated",
    "SELECT 1 FROM hearth.credentials c JOIN hearth.password_policies p ON p.directory_id = c.directory_id"
    " WHERE c.directory_id = $1 AND c.user_id = $2 AND c.change_time + (p.policy->>'max_age')::interval <= now()"};
constexpr Statement kYounger{
    "password_policy_younger",
    "SELECT 1 FROM hearth.credentials WHERE directory_id = $1 AND user_id = $2 AND NOT must_change"
    " AND change_time + $3 * interval '1 microsecond' > now()"};

std::string ToJson(v1::PasswordPolicy policy) {
  policy.clear_effective_min_length();
  policy.clear_version();
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(policy, &json, options).ok()) {
    throw std::runtime_error("a password policy cannot be written");
  }
  return json;
}

v1::PasswordPolicy FromJson(const char* json) {
  v1::PasswordPolicy stored;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // Of a newer server.
  if (!google::protobuf::util::JsonStringToMessage(json, &stored, options).ok()) {
    throw std::runtime_error("a stored password policy cannot be read");
  }
  v1::PasswordPolicy policy = DefaultPasswordPolicy();
  policy.MergeFrom(stored);
  policy.set_effective_min_length(EffectiveMinLength(policy));
  return policy;
}

}  // namespace

StoredPasswordPolicy FindPasswordPolicy(Tx& tx, std::string_view directory, bool lock) {
  const pqxx::result rows = tx.Exec(lock ? kLock : kFind, std::string(directory));
  if (rows.empty()) return {.policy = DefaultPasswordPolicy()};
  StoredPasswordPolicy stored;
  stored.policy = FromJson(rows[0]["policy"].c_str());
  stored.policy.set_version(rows[0]["revision"].as<int64_t>());
  stored.update_time = ToTime(rows[0]["update_time"]);
  return stored;
}

void WritePasswordPolicy(Tx& tx, std::string_view directory, const v1::PasswordPolicy& policy) {
  const std::string json = ToJson(policy);
  const int history = policy.history();
  if (tx.Exec(kUpdate, std::string(directory), json, history).affected_rows() == 0) {
    tx.Exec(kInsert, std::string(directory), json, history);
  }
}

void ForgetPasswords(Tx& tx, std::string_view directory, int history) {
  tx.Exec(kForget, std::string(directory), history);
}

std::vector<PastPassword> ListPastPasswords(Tx& tx, std::string_view directory, std::string_view user, int most) {
  std::vector<PastPassword> past;
  for (const auto& row : tx.Exec(kPast, std::string(directory), std::string(user), most)) {
    past.push_back({{std::string(directory), std::string(user), row["version"].as<int64_t>()},
                    {row["phc"].c_str(), row["pepper_key_id"].c_str()}});
  }
  return past;
}

bool IsPasswordOutdated(Tx& tx, std::string_view directory, std::string_view user) {
  return !tx.Exec(kOutdated, std::string(directory), std::string(user)).empty();
}

bool IsPasswordYounger(Tx& tx, std::string_view directory, std::string_view user, absl::Duration min_age) {
  return !tx.Exec(kYounger, std::string(directory), std::string(user), absl::ToInt64Microseconds(min_age)).empty();
}

}  // namespace hearth
