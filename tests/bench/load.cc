#include "tests/bench/load.h"

#include <grpcpp/alarm.h>
#include <grpcpp/generic/generic_stub.h>
#if __has_include(<grpcpp/impl/proto_utils.h>)
#include <grpcpp/impl/proto_utils.h>
#else  // gRPC before 1.55
#include <grpcpp/impl/codegen/proto_utils.h>
#endif

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "tests/bench/generator.h"

namespace hearth::bench {
namespace {

using Clock = std::chrono::steady_clock;
using google::protobuf::Message;
using Stub = grpc::TemplatedGenericStub<Message, Message>;

// Longer than any call may take: a call that hangs is an error that is seen.
constexpr std::chrono::seconds kPatience{30};

// How long a refused caller is asked to stay away, as clients of gRPC heed it (gRFC A6); nullopt when it is not asked to.
std::optional<std::chrono::milliseconds> PushbackOf(const grpc::ClientContext& context) {
  const auto& trailer = context.GetServerTrailingMetadata();
  const auto entry = trailer.find("grpc-retry-pushback-ms");
  int64_t millis = 0;
  if (entry == trailer.end() ||
      !absl::SimpleAtoi(absl::string_view(entry->second.data(), entry->second.size()), &millis)) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(millis);
}

// What all calls share.
struct Shared {
  Shared(const Plan& plan, const Load& load) : plan(plan), most_calls(load.most_calls), running(load.in_flight) {}

  const Plan& plan;
  const uint64_t most_calls;
  std::atomic<bool> measuring = false, stopping = false;
  std::atomic<uint64_t> begun = 0;
  std::mutex mutex;
  std::condition_variable idle;
  int running;
};

// One of the calls in flight; begins the next when it ends.
class Slot {
 public:
  Slot(Shared* shared, const std::shared_ptr<grpc::Channel>& channel, const std::vector<std::string>* tokens,
       uint64_t number)
      : shared_(*shared), stub_(channel), tokens_(*tokens), random_(number), turn_(number) {
    request_.reset(shared_.plan.request->New());
    response_.reset(shared_.plan.response->New());
  }

  void Begin() {
    if (shared_.stopping || shared_.begun.fetch_add(1) >= shared_.most_calls) {
      const std::lock_guard lock(shared_.mutex);
      if (--shared_.running == 0) shared_.idle.notify_all();
      return;
    }
    request_->Clear();
    shared_.plan.fill(random_, *request_);
    const std::lock_guard lock(mutex_);
    context_.emplace();
    context_->set_deadline(std::chrono::system_clock::now() + kPatience);
    if (!tokens_.empty()) context_->AddMetadata("authorization", "Bearer " + tokens_[turn_++ % tokens_.size()]);
    start_ = Clock::now();
    stub_.UnaryCall(&*context_, shared_.plan.path, {}, request_.get(), response_.get(),
                    [this](const grpc::Status& status) { End(status); });
  }

  // Ends the call that is in flight, or the wait; after Shared::stopping is set.
  void Cancel() {
    const std::lock_guard lock(mutex_);
    if (context_.has_value()) context_->TryCancel();
    if (wait_ != nullptr) wait_->Cancel();
  }

  void CollectInto(Outcome& outcome) const {
    outcome.micros.insert(outcome.micros.end(), micros_.begin(), micros_.end());
    for (const auto& [error, count] : errors_) outcome.errors[error] += count;
    outcome.sent_away += sent_away_;
    outcome.last_answer = response_->SerializeAsString();
  }

 private:
  void End(const grpc::Status& status) {
    const auto time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_);
    if (status.error_code() == grpc::StatusCode::CANCELLED && shared_.stopping) {
      // By Cancel.
    } else if (ReasonOf(status) == "OVERLOADED" && PushbackOf(*context_).has_value()) {
      ++sent_away_;
      if (shared_.plan.refused != nullptr) shared_.plan.refused(*request_);
      return ComeBackIn(*PushbackOf(*context_));
    } else if (!status.ok()) {
      ++errors_[Describe(status)];
    } else if (!shared_.plan.makes_sense(*response_)) {
      ++errors_["an answer that makes no sense"];
    } else if (shared_.measuring) {
      micros_.push_back(static_cast<uint32_t>(time.count()));
    }
    Begin();
  }

  void ComeBackIn(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    if (shared_.stopping) time = {};
    wait_ = std::make_unique<grpc::Alarm>();
    wait_->Set(std::chrono::system_clock::now() + time, [this](bool) { Begin(); });
  }

  Shared& shared_;
  Stub stub_;
  const std::vector<std::string>& tokens_;
  Random random_;
  uint64_t turn_;
  std::unique_ptr<Message> request_, response_;
  std::mutex mutex_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::Alarm> wait_;
  int64_t sent_away_ = 0;
  Clock::time_point start_;
  std::vector<uint32_t> micros_;
  std::map<std::string, int64_t> errors_;
};

}  // namespace

Outcome Run(const Plan& plan, const Load& load, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
            const std::vector<std::string>& tokens, const std::function<void(Phase)>& enter) {
  Shared shared(plan, load);
  std::random_device seed;
  std::vector<std::unique_ptr<Slot>> slots;
  for (int i = 0; i < load.in_flight; ++i) {
    slots.push_back(
        std::make_unique<Slot>(&shared, channels[static_cast<size_t>(i) % channels.size()], &tokens, seed()));
  }
  for (const auto& slot : slots) slot->Begin();

  std::unique_lock lock(shared.mutex);
  const auto all_idle = [&shared] { return shared.running == 0; };
  shared.idle.wait_for(lock, std::chrono::duration<double>(load.warm_up_seconds), all_idle);
  enter(Phase::kMeasuring);
  Outcome outcome;
  const auto start = Clock::now();
  shared.measuring = true;
  shared.idle.wait_for(lock, std::chrono::duration<double>(load.seconds), all_idle);
  shared.measuring = false;
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  enter(Phase::kMeasured);
  shared.stopping = true;
  lock.unlock();
  for (const auto& slot : slots) slot->Cancel();
  lock.lock();
  shared.idle.wait(lock, all_idle);
  for (const auto& slot : slots) slot->CollectInto(outcome);
  return outcome;
}

}  // namespace hearth::bench
