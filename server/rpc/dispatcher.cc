#include "server/rpc/dispatcher.h"

#include <sodium.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/base/status_macros.h"
#include "server/rpc/request_validator.h"
#include "server/rpc/status_mapping.h"
#include "server/rpc/stream_outlet.h"
#include "server/rpc/unary_outlet.h"
#include "server/rpc/wire.h"

namespace hearth {
namespace {

// Calls of a fair class that pass the gate together: one look-up says who they all are.
constexpr size_t kAdmitTogether = 64;
// With every answer, good or bad: the id under which log and audit have the call. Not among the details of failures, which are the same bytes for what
// callers must not tell apart.
constexpr char kCallIdMetadata[] = "hearth-call-id";

std::string ToString(grpc::string_ref text) { return {text.data(), text.size()}; }

// The trace id of a W3C `traceparent`: 00-<32 hex digits>-…; empty when there is none.
std::string TraceIdOf(const grpc::CallbackServerContext& context) {
  const auto entry = context.client_metadata().find("traceparent");
  if (entry == context.client_metadata().end() || entry->second.size() < 36) return "";
  const std::string id = ToString(entry->second).substr(3, 32);
  return id.find_first_not_of("0123456789abcdef") == std::string::npos ? id : "";
}

absl::Time DeadlineOf(const Work& work) {
  const absl::Time asked = absl::FromChrono(work.context->deadline());
  const bool none = asked > work.arrival + absl::Hours(24 * 365);
  return none ? work.arrival + work.rpc->default_deadline : std::min(asked, work.arrival + work.rpc->max_deadline);
}

void StartCall(Work& work) {
  work.call.policy = &work.rpc->policy;
  work.call.rpc = work.rpc->name;
  work.call.id = NewUuid4();
  work.context->AddTrailingMetadata(kCallIdMetadata, work.call.id);
  work.call.peer = work.context->peer();
  work.call.trace_id = TraceIdOf(*work.context);
  work.call.accept_language = AcceptLanguageOf(*work.context);
  work.call.deadline = DeadlineOf(work);
  work.call.note = &work.note;
  work.request.reset(work.rpc->request->New());
  work.response.reset(work.rpc->response->New());
}

// Calls that died while they waited are answered without work.
void CheckAlive(Work& work) {
  if (work.context->IsCancelled()) {
    work.status = Refuse(v1::ERROR_REASON_CALL_CANCELLED);
  } else if (absl::Now() >= work.call.deadline) {
    work.status = Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
  }
}

bool GoesOn(const Work& work) { return work.rpc->policy.work_class() == v1::WORK_CLASS_WATCH; }

// Where a streaming call's responses go; empty for others.
Sink<google::protobuf::Message> SinkOf(const Work& work) {
  if (work.stream == nullptr || GoesOn(work)) return nullptr;
  return [stream = work.stream, deadline = work.call.deadline](const google::protobuf::Message& response) {
    return stream->Write(response, deadline);
  };
}

// The same for a call that goes on after it was admitted.
std::unique_ptr<Outlet> OutletOf(const Work& work) {
  if (!GoesOn(work)) return nullptr;
  if (work.stream != nullptr) return std::make_unique<StreamOutlet>(work.stream, AcceptLanguageOf(*work.context));
  return std::make_unique<UnaryOutlet>(work.context, work.reactor, work.response_bytes);
}

// Where the requests of a call come from that streams them; empty for others. The first has been parsed and admitted.
std::function<absl::StatusOr<bool>()> AdvanceOf(Work& work, const Gate& gate, absl::Duration silence) {
  if (work.upload == nullptr) return nullptr;
  return [&work, &gate, silence, first = true]() mutable -> absl::StatusOr<bool> {
    if (std::exchange(first, false)) return true;
    const UploadReactor::Read read = work.upload->Next(std::min(work.call.deadline, absl::Now() + silence));
    if (work.context->IsCancelled()) return Refuse(v1::ERROR_REASON_CALL_CANCELLED);
    if (read == UploadReactor::Read::kLate) return Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
    if (read == UploadReactor::Read::kEnd) return false;
    WipeSecrets(work.rpc->request_plan, *work.request);
    work.request->Clear();
    RETURN_IF_ERROR(ParseMessage(work.upload->message(), *work.request));
    RETURN_IF_ERROR(gate.AdmitMore(work));
    return true;
  };
}

// A defect in one call must not fail the batch it came in: those that failed inside are served once more, each alone.
void ServeFailuresAlone(const Rpc& rpc, absl::Span<Served> calls) {
  for (size_t i = 0; i < calls.size(); ++i) {
    if (absl::IsInternal(calls[i].status)) rpc.serve(calls.subspan(i, 1));
  }
}

// For exceptions, which only the gate and desks that are defective throw.
void FailAll(const std::vector<Work*>& works, const std::exception& exception) {
  for (Work* work : works) {
    if (work->status.ok()) work->status = absl::InternalError(exception.what());
  }
}

absl::Status Overloaded(v1::WorkClass work_class) {
  // Spread over half a second to two, so that the refused do not all come back at once.
  return Refuse(v1::ERROR_REASON_OVERLOADED, {{"work_class", WorkClassName(work_class)}},
                absl::Milliseconds(500 + randombytes_uniform(1500)));
}

}  // namespace

Dispatcher::Dispatcher(Gate* gate, Settler* settler, Metrics* metrics, const DispatcherLimits& limits)
    : gate_(*gate), settler_(*settler), metrics_(*metrics) {
  for (const auto& [work_class, limit] : limits) AddLane(work_class, limit);
}

void Dispatcher::AddLane(v1::WorkClass work_class, const WorkClassLimits& limits) {
  auto owned = std::make_unique<Lane>();
  Lane& lane = *owned;
  lanes_[work_class] = std::move(owned);
  lane.work_class = work_class;
  lane.capacity = limits.queue;
  lane.silence = limits.silence;
  lane.waiting = &metrics_.Waiting(work_class);
  const bool fair = limits.fair_queue > 0;
  if (fair) {
    absl::MutexLock lock(&lane.mutex);
    lane.admitted = std::make_unique<FairQueue<std::unique_ptr<Work>>>(limits.fair_queue, limits.patience);
    lane.admitting = true;
  }
  if (fair) lane.workers.emplace_back([this, &lane] { RunAdmitter(lane); });
  for (int i = 0; i < limits.workers; ++i) {
    lane.workers.emplace_back([this, &lane, fair] { fair ? RunFairWorker(lane) : RunWorker(lane); });
  }
}

Dispatcher::~Dispatcher() {
  for (auto& [work_class, lane] : lanes_) {
    absl::MutexLock lock(&lane->mutex);
    lane->stopping = true;
  }
  for (auto& [work_class, lane] : lanes_) {
    for (std::thread& worker : lane->workers) worker.join();
  }
}

void Dispatcher::Submit(std::unique_ptr<Work> work) {
  Lane& lane = *lanes_.at(work->rpc->policy.work_class());
  {
    absl::MutexLock lock(&lane.mutex);
    if (lane.queue.size() < lane.capacity) {
      lane.queue.push_back(std::move(work));
      lane.CountWaiting();
      return;
    }
  }
  StartCall(*work);
  TurnAway(lane, std::move(work));
}

void Dispatcher::TurnAway(const Lane& lane, std::unique_ptr<Work> work) {
  work->status = Overloaded(lane.work_class);
  settler_.Settle(std::move(work));
}

Dispatcher::Batch Dispatcher::TakeBatch(Lane& lane) {
  Batch batch;
  absl::MutexLock lock(&lane.mutex);
  const auto ready = [&lane]()
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(lane.mutex) { return lane.stopping || !lane.queue.empty(); };
  lane.mutex.Await(absl::Condition(&ready));
  if (lane.queue.empty()) return batch;
  const Rpc* rpc = lane.queue.front()->rpc;
  const size_t most =
      lane.admitted != nullptr ? kAdmitTogether : static_cast<size_t>(std::max(1, rpc->policy.max_batch()));
  if (most == 1) {
    batch.push_back(std::move(lane.queue.front()));
    lane.queue.pop_front();
  } else {
    std::deque<std::unique_ptr<Work>> others;
    for (auto& work : lane.queue) {
      if (work->rpc == rpc && batch.size() < most) {
        batch.push_back(std::move(work));
      } else {
        others.push_back(std::move(work));
      }
    }
    lane.queue.swap(others);
  }
  lane.CountWaiting();
  return batch;
}

Dispatcher::Batch Dispatcher::Queue(Lane& lane, std::unique_ptr<Work> work) {
  const std::string directory = work->call.principal.directory;
  absl::MutexLock lock(&lane.mutex);
  Batch refused = lane.admitted->Push(directory, std::move(work), absl::Now());
  lane.CountWaiting();
  return refused;
}

std::unique_ptr<Work> Dispatcher::TakeAdmitted(Lane& lane) {
  absl::MutexLock lock(&lane.mutex);
  const auto ready = [&lane]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lane.mutex) {
    return !lane.admitted->empty() || !lane.admitting;
  };
  lane.mutex.Await(absl::Condition(&ready));
  auto work = lane.admitted->Pop(absl::Now());
  lane.CountWaiting();
  return work.has_value() ? *std::move(work) : nullptr;
}

void Dispatcher::RunWorker(Lane& lane) {
  while (true) {
    Batch batch = TakeBatch(lane);
    if (batch.empty()) return;
    for (const auto& work : batch) {
      StartCall(*work);
      CheckAlive(*work);
    }
    Admit(batch);
    Serve(lane, std::move(batch));
  }
}

void Dispatcher::ShedEarly(Lane& lane, Work& work) {
  if (!work.status.ok()) return;
  const std::string directory = gate_.RememberedDirectory(work);
  {
    absl::MutexLock lock(&lane.mutex);
    if (directory.empty() || !lane.admitted->Refuses(directory, absl::Now())) return;
  }
  work.log_detail = absl::StrCat("of ", directory, ", shed before it was looked up");
  work.status = Overloaded(lane.work_class);
  metrics_.ShedEarly();
}

void Dispatcher::RunAdmitter(Lane& lane) {
  while (true) {
    Batch batch = TakeBatch(lane);
    if (batch.empty()) break;
    for (const auto& work : batch) {
      StartCall(*work);
      CheckAlive(*work);
      ShedEarly(lane, *work);
    }
    Admit(batch);
    for (auto& work : batch) {
      // A refusal of the gate that has to be written to the audit waits for its directory's turn too, and nobody else for it.
      if (!work->status.ok() && !Settler::MustBeAudited(*work)) continue;
      for (auto& refused : Queue(lane, std::move(work))) TurnAway(lane, std::move(refused));
    }
    std::erase(batch, nullptr);
    settler_.SettleAll(std::move(batch));
  }
  absl::MutexLock lock(&lane.mutex);
  lane.admitting = false;
}

void Dispatcher::RunFairWorker(Lane& lane) {
  while (true) {
    std::unique_ptr<Work> work = TakeAdmitted(lane);
    if (work == nullptr) return;
    if (work->status.ok()) CheckAlive(*work);
    Batch batch;
    batch.push_back(std::move(work));
    Serve(lane, std::move(batch));
  }
}

void Dispatcher::Admit(const Batch& batch) {
  std::vector<Work*> live;
  for (const auto& work : batch) {
    if (work->status.ok()) live.push_back(work.get());
  }
  if (live.empty()) return;
  try {
    gate_.Admit(live);
  } catch (const std::exception& exception) {
    FailAll(live, exception);
  }
}

void Dispatcher::Serve(const Lane& lane, Batch batch) {
  std::vector<Served> admitted;
  std::vector<Work*> works;
  for (const auto& work : batch) {
    if (!work->status.ok()) continue;
    works.push_back(work.get());
    admitted.push_back({&work->call, work->request.get(), work->response.get(), SinkOf(*work), OutletOf(*work),
                        AdvanceOf(*work, gate_, lane.silence), &work->rows, absl::OkStatus()});
  }
  // What escapes from a desk is a defect, and ends this batch, not the server.
  try {
    if (!admitted.empty()) {
      metrics_.Served(*works[0]->rpc, admitted.size());
      works[0]->rpc->serve(absl::MakeSpan(admitted));
      if (admitted.size() > 1) ServeFailuresAlone(*works[0]->rpc, absl::MakeSpan(admitted));
      for (size_t i = 0; i < works.size(); ++i) {
        works[i]->status = std::move(admitted[i].status);
        works[i]->goes_on = GoesOn(*works[i]) && works[i]->status.ok();
      }
    }
  } catch (const std::exception& exception) {
    FailAll(works, exception);
  }
  settler_.SettleAll(std::move(batch));
}

}  // namespace hearth
