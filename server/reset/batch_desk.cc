#include "server/reset/batch_desk.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/audit/audit_store.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/secret.h"
#include "server/base/status_macros.h"
#include "server/base/text.h"

namespace hearth {
namespace {

// What one reset of a run may take; the policy of ResetPassword says the same.
constexpr absl::Duration kPatience = absl::Seconds(15);

// Request ids for the resets of a run. They follow from the run's request_id, so that a run that is asked for again finds what was done.
class ItemIds {
 public:
  ItemIds(const Keyring& keyring, std::string run)
      : key_(keyring.Derive(keyring.eldest(), "batchids")), run_(run.empty() ? NewUuid4() : std::move(run)) {}

  // A UUID of version 4 in form (RFC 9562), its bits from a keyed digest of the run and the index.
  std::string Of(int index) const {
    const std::string digest = KeyedDigest(key_, {run_, absl::StrCat(index)});
    std::string hex = absl::BytesToHexString(ToAbsl(digest)).substr(0, 32);
    hex[12] = '4';
    hex[16] = 'a';
    return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-", hex.substr(16, 4), "-",
                        hex.substr(20));
  }

 private:
  const Secret key_;
  const std::string run_;
};

// Failures that the next reset would meet too: the run ends with them, and can be asked for again.
bool EndsTheRun(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  return !reason.has_value() || absl::IsUnavailable(status) || absl::IsInternal(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status) ||
         *reason == v1::ERROR_REASON_CALLER_NOT_ACTIVE || *reason == v1::ERROR_REASON_PERMISSION_MISSING;
}

absl::Status AwaitTurn(const Call& call, const HashTurn& turn) {
  for (absl::Duration wait = turn(call.principal); wait > absl::ZeroDuration(); wait = turn(call.principal)) {
    if (absl::Now() + wait >= call.deadline) return Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
    absl::SleepFor(wait);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BatchDesk::BatchResetPasswords(const Call& call, const v1::BatchResetPasswordsRequest& request,
                                            const Sink<v1::BatchResetPasswordsResponse>& sink) {
  const ItemIds ids(keyring_, request.request_id());
  for (int i = 0; i < request.requests_size(); ++i) {
    if (absl::Now() >= call.deadline) return Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
    RETURN_IF_ERROR(AwaitTurn(call, turn_));
    AuditNote note;
    Call one = call;
    one.id = NewUuid4();  // Each reset has its own audit events.
    one.note = &note;
    one.deadline = std::min(call.deadline, absl::Now() + kPatience);
    v1::ResetPasswordRequest reset = request.requests(i);
    if (reset.request_id().empty()) reset.set_request_id(ids.Of(i));

    v1::BatchResetPasswordsResponse response;
    auto outcome = reset_.ResetPassword(one, reset);
    if (reset.has_given()) WipeString(*reset.mutable_given());
    if (outcome.ok()) {
      response.mutable_reset()->Swap(&*outcome);
    } else {
      if (EndsTheRun(outcome.status())) return outcome.status();
      RETURN_IF_ERROR(RecordRefusal(database_, one, outcome.status()));
      *response.mutable_refusal() = ToRpcStatus(outcome.status());
    }
    response.set_index(i);
    const bool sent = sink(response);
    if (response.has_reset()) WipeString(*response.mutable_reset()->mutable_generated_password());
    if (!sent) return Refuse(v1::ERROR_REASON_CALL_CANCELLED);
  }
  return absl::OkStatus();
}

}  // namespace hearth
