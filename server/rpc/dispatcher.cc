#include "server/rpc/dispatcher.h"

#include <sodium.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/rpc/stream_outlet.h"
#include "server/rpc/unary_outlet.h"

namespace hearth {
namespace {

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
  work.call.peer = work.context->peer();
  work.call.trace_id = TraceIdOf(*work.context);
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
  if (work.stream != nullptr) return std::make_unique<StreamOutlet>(work.stream);
  return std::make_unique<UnaryOutlet>(work.context, work.reactor, work.response_bytes);
}

// A defect in one call must not fail the batch it came in: those that failed inside are served once more, each alone.
void ServeFailuresAlone(const Rpc& rpc, absl::Span<Served> calls) {
  for (size_t i = 0; i < calls.size(); ++i) {
    if (absl::IsInternal(calls[i].status)) rpc.serve(calls.subspan(i, 1));
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
  for (const auto& [work_class, limit] : limits) {
    auto& lane = lanes_[work_class] = std::make_unique<Lane>();
    lane->work_class = work_class;
    lane->capacity = limit.queue;
    lane->waiting = &metrics->Waiting(work_class);
    for (int i = 0; i < limit.workers; ++i) lane->workers.emplace_back([this, &lane = *lane] { RunWorker(lane); });
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
      lane.waiting->Set(static_cast<double>(lane.queue.size()));
      return;
    }
  }
  StartCall(*work);
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
  const size_t most = static_cast<size_t>(std::max(1, rpc->policy.max_batch()));
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
  lane.waiting->Set(static_cast<double>(lane.queue.size()));
  return batch;
}

void Dispatcher::RunWorker(Lane& lane) {
  while (true) {
    Batch batch = TakeBatch(lane);
    if (batch.empty()) return;
    Serve(std::move(batch));
  }
}

void Dispatcher::Serve(Batch batch) {
  std::vector<Work*> live;
  for (const auto& work : batch) {
    StartCall(*work);
    CheckAlive(*work);
    if (work->status.ok()) live.push_back(work.get());
  }
  // The only catch of the call path: what escapes from a desk is a defect, and ends this batch, not the server.
  try {
    if (!live.empty()) gate_.Admit(live);
    std::vector<Served> admitted;
    std::vector<Work*> works;
    for (Work* work : live) {
      if (!work->status.ok()) continue;
      works.push_back(work);
      admitted.push_back(
          {&work->call, work->request.get(), work->response.get(), SinkOf(*work), OutletOf(*work), absl::OkStatus()});
    }
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
    for (Work* work : live) {
      if (work->status.ok()) work->status = absl::InternalError(exception.what());
    }
  }
  for (auto& work : batch) settler_.Settle(std::move(work));
}

}  // namespace hearth
