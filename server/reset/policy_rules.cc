#include "server/reset/policy_rules.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMostAttempts = 10;
constexpr int kMostInWindow = 1000;

void Set(v1::ResetPolicy::Limit& limit, int count, absl::Duration window, absl::Duration block) {
  limit.set_count(count);
  limit.mutable_window()->set_seconds(absl::ToInt64Seconds(window));
  limit.mutable_block()->set_seconds(absl::ToInt64Seconds(block));
}

v1::ResetPolicy MakeDefault() {
  v1::ResetPolicy policy;
  policy.set_self_service(v1::ResetPolicy::SELF_SERVICE_OFF);
  policy.set_channel(v1::ResetPolicy::CHANNEL_LINK_AND_CODE);
  policy.set_required_proofs(1);
  policy.mutable_code_lifetime()->set_seconds(10 * 60);
  policy.mutable_link_lifetime()->set_seconds(60 * 60);
  policy.set_max_attempts(5);
  // Entra, "Self-service password reset": the same account 5 times in an hour, identity not proved 5 times in a day; each then waits a day.
  Set(*policy.mutable_requests(), 5, absl::Hours(1), absl::Hours(24));
  Set(*policy.mutable_failed_proofs(), 5, absl::Hours(24), absl::Hours(24));
  // 10 mails in 10 minutes, as there; a day without news would be of no use to administrators.
  Set(*policy.mutable_notices(), 10, absl::Minutes(10), absl::Hours(1));
  policy.mutable_request_lifetime()->set_seconds(absl::ToInt64Seconds(absl::Hours(7 * 24)));
  return policy;
}

absl::Status CheckRange(const std::string& field, int value, int most) {
  if (value >= 1 && value <= most) return absl::OkStatus();
  return InvalidField(absl::StrCat("reset_policy.", field), absl::StrCat("must be between 1 and ", most));
}

// What can be changed; the parts of limits only where a mask names them.
std::vector<std::string> Changeable(bool with_parts) {
  std::vector<std::string> fields = {"self_service",           "channel",
                                     "required_proofs",        "code_lifetime",
                                     "link_lifetime",          "max_attempts",
                                     "link_base_uri",          "requests",
                                     "failed_proofs",          "notices",
                                     "request_lifetime",       "accept_from_elsewhere",
                                     "allow_password_by_mail", "allow_other_recipients",
                                     "self_service_group"};
  if (!with_parts) return fields;
  for (const char* limit : {"requests", "failed_proofs", "notices"}) {
    for (const char* part : {"count", "window", "block"}) fields.push_back(absl::StrCat(limit, ".", part));
  }
  return fields;
}

}  // namespace

absl::Duration SpanOf(const google::protobuf::Duration& duration) {
  return absl::Microseconds(TimeUtil::DurationToMicroseconds(duration));
}

const v1::ResetPolicy& DefaultResetPolicy() {
  static const auto* const policy = new v1::ResetPolicy(MakeDefault());
  return *policy;
}

absl::Status CheckResetPolicy(const v1::ResetPolicy& policy) {
  RETURN_IF_ERROR(CheckRange("required_proofs", policy.required_proofs(), 2));
  RETURN_IF_ERROR(CheckRange("max_attempts", policy.max_attempts(), kMostAttempts));
  RETURN_IF_ERROR(CheckRange("requests.count", policy.requests().count(), kMostInWindow));
  RETURN_IF_ERROR(CheckRange("failed_proofs.count", policy.failed_proofs().count(), kMostInWindow));
  RETURN_IF_ERROR(CheckRange("notices.count", policy.notices().count(), kMostInWindow));
  for (const auto& [field, limit] : {std::pair{"requests", &policy.requests()},
                                     {"failed_proofs", &policy.failed_proofs()},
                                     {"notices", &policy.notices()}}) {
    if (!limit->has_window()) return InvalidField(absl::StrCat("reset_policy.", field, ".window"), "must be set");
    if (!limit->has_block()) return InvalidField(absl::StrCat("reset_policy.", field, ".block"), "must be set");
  }
  if (policy.self_service() == v1::ResetPolicy::SELF_SERVICE_SELECTED_GROUP && policy.self_service_group().empty()) {
    return InvalidField("reset_policy.self_service_group", "must name the group for SELECTED_GROUP");
  }
  if (policy.link_base_uri().find('`') != std::string::npos) {
    return InvalidField("reset_policy.link_base_uri", "must not have a grave accent, which mail readers end links at");
  }
  if (policy.allow_other_recipients() && !policy.allow_password_by_mail()) {
    return InvalidField("reset_policy.allow_other_recipients", "needs allow_password_by_mail");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ResetPolicy> UpdatedResetPolicy(const v1::ResetPolicy& current,
                                                   const v1::UpdateResetPolicyRequest& request) {
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(request.reset_policy(), request.update_mask(),
                                  Changeable(request.update_mask().paths_size() > 0)));
  v1::ResetPolicy updated = current;
  for (const std::string& path : fields) TakeField(path, request.reset_policy(), DefaultResetPolicy(), updated);
  RETURN_IF_ERROR(CheckResetPolicy(updated));
  return updated;
}

}  // namespace hearth
