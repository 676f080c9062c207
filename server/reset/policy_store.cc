#include "server/reset/policy_store.h"

#include <google/protobuf/util/json_util.h>

#include <stdexcept>

#include "server/reset/policy_rules.h"

namespace hearth {
namespace {

constexpr Statement kFind{
    "reset_policy_find",
    "SELECT policy, hearth.micros(update_time) AS update_time, revision FROM hearth.reset_policies"
    " WHERE directory_id = $1"};
constexpr Statement kLock{
    "reset_policy_lock",
    "SELECT policy, hearth.micros(update_time) AS update_time, revision FROM hearth.reset_policies"
    " WHERE directory_id = $1 FOR UPDATE"};
// Two first ones at once: the second violates the key, runs again, and finds the first.
constexpr Statement kInsert{"reset_policy_insert",
                            "INSERT INTO hearth.reset_policies (directory_id, policy) VALUES ($1, $2::jsonb)"};
constexpr Statement kUpdate{"reset_policy_update",
                            "UPDATE hearth.reset_policies SET policy = $2::jsonb, update_time = now(),"
                            " revision = revision + 1 WHERE directory_id = $1"};

std::string ToJson(const v1::ResetPolicy& policy) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(policy, &json, options).ok()) {
    throw std::runtime_error("a reset policy cannot be written");
  }
  return json;
}

v1::ResetPolicy FromJson(const char* json) {
  v1::ResetPolicy stored;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // Of a newer server.
  if (!google::protobuf::util::JsonStringToMessage(json, &stored, options).ok()) {
    throw std::runtime_error("a stored reset policy cannot be read");
  }
  v1::ResetPolicy policy = DefaultResetPolicy();
  policy.MergeFrom(stored);
  return policy;
}

}  // namespace

StoredResetPolicy FindResetPolicy(Tx& tx, std::string_view directory, bool lock) {
  const pqxx::result rows = tx.Exec(lock ? kLock : kFind, std::string(directory));
  if (rows.empty()) return {.policy = DefaultResetPolicy()};
  return {.policy = FromJson(rows[0]["policy"].c_str()),
          .update_time = ToTime(rows[0]["update_time"]),
          .revision = rows[0]["revision"].as<int64_t>()};
}

void WriteResetPolicy(Tx& tx, std::string_view directory, const v1::ResetPolicy& policy) {
  const std::string json = ToJson(policy);
  if (tx.Exec(kUpdate, std::string(directory), json).affected_rows() == 1) return;
  tx.Exec(kInsert, std::string(directory), json);
}

}  // namespace hearth
