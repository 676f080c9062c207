#include "server/rpc/settle.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/audit/audit_store.h"
#include "server/base/error.h"
#include "server/base/log.h"
#include "server/rpc/request_validator.h"
#include "server/rpc/status_mapping.h"
#include "server/rpc/wire.h"

namespace hearth {
namespace {

// A refusal after the deadline is still recorded, with this much time.
constexpr absl::Duration kAuditPatience = absl::Seconds(2);

// What the call ended with. A desk only sees that nothing more can be sent.
absl::Status OutcomeOf(const Work& work) {
  // Of a call that goes on the stream may be gone.
  const bool stalled = work.stream != nullptr && !work.goes_on && work.stream->stalled();
  return WithReason(stalled ? Refuse(v1::ERROR_REASON_READER_TOO_SLOW) : work.status);
}

// Reads that went well are not news.
LogLevel LevelOf(const Work& work) {
  if (absl::IsInternal(work.status)) return LogLevel::kError;
  const bool quiet = work.status.ok() && work.rpc->policy.audit_refusals_only();
  return quiet ? LogLevel::kDebug : LogLevel::kInfo;
}

void LogCall(const Work& work, absl::Duration time) {
  const LogLevel level = LevelOf(work);
  if (!LogEnabled(level)) return;
  const auto reason = ReasonOf(work.status);
  Log(level, "call",
      {{"rpc", work.rpc->name},
       {"call", work.call.id},
       {"status", absl::StatusCodeToString(work.status.code())},
       {"reason", reason.has_value() ? ReasonName(*reason) : std::string()},
       {"duration_ms", absl::ToDoubleMilliseconds(time)},
       {"caller",
        work.authenticated ? work.call.principal.directory + "/" + work.call.principal.subject : std::string()},
       {"through", work.call.through},
       {"target", work.note.target},
       {"peer", work.call.peer},
       {"trace_id", work.call.trace_id},
       {"detail", work.log_detail}});
}

}  // namespace

// Calls of known callers. Without a database there is nowhere to write, and nothing happened. A caller who calls too often, or when there is too
// much to do, is counted and logged: a row for each call would make the flood the database's. Of methods that only read, those that were refused
// for want of authority; the policy says why.
bool Settler::MustBeAudited(const Work& work) {
  if (work.status.ok() || !work.authenticated || absl::IsUnavailable(work.status)) return false;
  const auto reason = ReasonOf(work.status);
  const bool too_much = reason == v1::ERROR_REASON_RATE_LIMITED || reason == v1::ERROR_REASON_OVERLOADED ||
                        reason == v1::ERROR_REASON_RUN_IN_PROGRESS;
  return !too_much && (!work.rpc->policy.audit_refusals_only() || absl::IsPermissionDenied(work.status));
}

void Settler::Settle(std::unique_ptr<Work> work) {
  std::vector<std::unique_ptr<Work>> batch;
  batch.push_back(std::move(work));
  SettleAll(std::move(batch));
}

void Settler::SettleAll(std::vector<std::unique_ptr<Work>> batch) {
  std::vector<std::unique_ptr<Work>> refused;
  for (auto& work : batch) {
    work->status = OutcomeOf(*work);
    MustBeAudited(*work) ? refused.push_back(std::move(work)) : Finish(std::move(work));
  }
  if (!refused.empty()) Record(refused);
  for (auto& work : refused) Finish(std::move(work));
}

void Settler::Record(absl::Span<const std::unique_ptr<Work>> refused) {
  std::vector<RefusedCall> calls;
  for (const auto& work : refused) {
    work->call.deadline = std::max(work->call.deadline, absl::Now() + kAuditPatience);
    calls.push_back({&work->call, work->status});
  }
  const absl::Status recorded = RecordRefusals(database_, calls);
  if (recorded.ok()) return;
  // Without a database each would fail; else a row that cannot be written takes no other with it.
  const bool hopeless = refused.size() == 1 || absl::IsUnavailable(recorded) || absl::IsDeadlineExceeded(recorded);
  for (const auto& work : refused) {
    const absl::Status alone = hopeless ? recorded : RecordRefusal(database_, work->call, work->status);
    if (!alone.ok()) work->status = alone;
  }
}

void Settler::Finish(std::unique_ptr<Work> work) {
  const absl::Duration time = absl::Now() - work->arrival;
  metrics_.Finished(*work->rpc, work->status, time);
  if (const auto reason = ReasonOf(work->status)) metrics_.Refused(ReasonName(*reason));
  LogCall(*work, time);

  if (const auto wait = RetryAfter(work->status)) {
    // What gRPC's own retries heed (gRFC A6).
    work->context->AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(absl::ToInt64Milliseconds(*wait)));
  }
  // Of a call that goes on the context may be gone.
  const grpc::Status status = ToGrpc(work->status, work->status.ok() ? "" : AcceptLanguageOf(*work->context));
  if (status.ok() && work->stream == nullptr && !work->goes_on)
    *work->response_bytes = SerializeMessage(*work->response);
  WipeSecrets(work->rpc->request_plan, *work->request);
  WipeSecrets(work->rpc->response_plan, *work->response);
  grpc::ServerUnaryReactor* reactor = work->reactor;
  StreamReactor* stream = work->stream;
  UploadReactor* upload = work->upload;
  const absl::Time deadline = work->call.deadline;
  const bool goes_on = work->goes_on;
  auto run = std::move(work->run);
  work.reset();
  if (goes_on) return;
  if (stream != nullptr) stream->Drain(deadline);
  run.reset();  // Before the caller learns that it is over, and begins the next.
  if (stream != nullptr) {
    stream->End(status, deadline);
  } else if (upload != nullptr) {
    upload->End(status);
  } else {
    reactor->Finish(status);
  }
}

}  // namespace hearth
