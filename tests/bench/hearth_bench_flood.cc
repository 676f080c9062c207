// The load generator of tests/bench/overload and memory: flows of calls that begin at random times (a Poisson process), whether others have ended or
// not, as those of many callers who know nothing of each other do; or waves of calls that all begin at once. Prints "measuring" when the lead-in is
// over, "measured" when the load ends, then the outcome as JSON.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#if __has_include(<grpcpp/impl/proto_utils.h>)
#include <grpcpp/impl/proto_utils.h>
#else  // gRPC before 1.55
#include <grpcpp/impl/codegen/proto_utils.h>
#endif

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "tests/bench/generator.h"
#include "tests/bench/plans.h"

namespace hearth::bench {
namespace {

using Clock = std::chrono::steady_clock;
using google::protobuf::Message;
using Json = nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;

// The way back to normal is over when so many calls in a row were answered in time: one alone may have been lucky.
constexpr int kInARow = 5;

// What became of the calls of one phase, in microseconds.
struct Tally {
  uint64_t begun = 0, ended = 0;
  uint64_t late = 0;  // The deadline passed before an answer came.
  std::vector<uint32_t> answered, refused;
  std::vector<uint32_t> behind;  // How much later than they were due the calls began: the generator's own fault.
};

// Calls of one method, so many a second.
class Flow {
 public:
  Flow(std::string name, Plan plan, double rate, std::vector<std::string> tokens,
       std::vector<std::shared_ptr<grpc::Channel>> channels, Seconds deadline)
      : name_(std::move(name)), plan_(std::move(plan)), rate_(rate), tokens_(std::move(tokens)), deadline_(deadline) {
    for (const auto& channel : channels) stubs_.push_back(std::make_unique<Stub>(channel));
  }

  // Begins calls from `begin` to `end`; those from `measure` on are measured.
  void Run(Clock::time_point begin, Clock::time_point measure, Clock::time_point end) {
    Random random(std::random_device{}());
    std::exponential_distribution<double> gap(rate_);
    for (auto due = begin;;) {
      due += std::chrono::duration_cast<Clock::duration>(Seconds(gap(random)));
      if (due >= end) return;
      std::this_thread::sleep_until(due);
      Tally& tally = due >= measure ? measured_ : lead_in_;
      tally.behind.push_back(static_cast<uint32_t>(Micros(Clock::now() - due)));
      Begin(tally);
    }
  }

  // So many calls at once.
  void RunWave(int size) {
    for (int i = 0; i < size; ++i) Begin(measured_);
    Wait();
  }

  // One call, beside those that are open still: how many seconds it took; -1 when it was not answered.
  double Probe() {
    Tally alone;
    Begin(alone);
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&alone] { return alone.ended == 1; });
    return alone.answered.empty() ? -1 : alone.answered[0] / 1e6;
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return open_ == 0; });
  }

  // All times, so that whoever reads it can pool flows and rounds before it takes percentiles.
  Json ToJson() const {
    Json json = {{"name", name_}, {"offered_per_second", rate_}, {"errors", errors_}};
    for (const auto& [phase, tally] : {std::pair{"lead_in", &lead_in_}, std::pair{"measured", &measured_}}) {
      json[phase] = {{"begun", tally->begun},
                     {"late", tally->late},
                     {"answered_us", tally->answered},
                     {"refused_us", tally->refused},
                     {"behind_us", tally->behind}};
    }
    return json;
  }

 private:
  using Stub = grpc::TemplatedGenericStub<Message, Message>;

  static int64_t Micros(Clock::duration time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  }

  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<Message> request, response;
    Clock::time_point start;
  };

  void Begin(Tally& tally) {
    auto* call = new Call;
    call->request.reset(plan_.request->New());
    call->response.reset(plan_.response->New());
    size_t turn;
    {
      const std::lock_guard lock(mutex_);
      plan_.fill(random_, *call->request);
      turn = turn_++;
      ++open_;
      ++tally.begun;
    }
    call->context.set_deadline(std::chrono::system_clock::now() +
                               std::chrono::duration_cast<std::chrono::system_clock::duration>(deadline_));
    call->context.AddMetadata("authorization", "Bearer " + tokens_[turn % tokens_.size()]);
    call->start = Clock::now();
    stubs_[turn % stubs_.size()]->UnaryCall(&call->context, plan_.path, {}, call->request.get(), call->response.get(),
                                            [this, call, &tally](const grpc::Status& status) {
                                              End(*call, status, tally);
                                              delete call;
                                            });
  }

  void End(const Call& call, const grpc::Status& status, Tally& tally) {
    const int64_t time = Micros(Clock::now() - call.start);
    const bool sense = status.ok() && plan_.makes_sense(*call.response);
    const std::lock_guard lock(mutex_);
    if (sense) {
      tally.answered.push_back(static_cast<uint32_t>(time));
    } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED && ReasonOf(status) == "OVERLOADED") {
      tally.refused.push_back(static_cast<uint32_t>(time));
      if (!HasRetryInfo(status)) ++errors_["a refusal without RetryInfo"];
      if (plan_.refused != nullptr) plan_.refused(*call.request);
    } else if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      ++tally.late;
    } else {
      ++errors_[status.ok() ? "an answer that makes no sense" : Describe(status)];
    }
    ++tally.ended;
    --open_;
    idle_.notify_all();
  }

  const std::string name_;
  const Plan plan_;
  const double rate_;
  const std::vector<std::string> tokens_;
  const Seconds deadline_;
  std::vector<std::unique_ptr<Stub>> stubs_;
  std::mutex mutex_;
  std::condition_variable idle_;
  Random random_{std::random_device{}()};
  size_t turn_ = 0;
  int open_ = 0;
  Tally lead_in_, measured_;
  std::map<std::string, int64_t> errors_;
};

// Seconds from now until the first of kInARow calls is answered that were all answered within `normal`; -1: not within ten.
double Recovery(Flow& flow, double normal) {
  const auto begin = Clock::now();
  double first = 0;
  for (int in_a_row = 0; Seconds(Clock::now() - begin).count() < 10;) {
    const double took = flow.Probe();
    in_a_row = took >= 0 && took <= normal ? in_a_row + 1 : 0;
    if (in_a_row == 1) first = Seconds(Clock::now() - begin).count();
    if (in_a_row == kInARow) return first;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return -1;
}

struct Options {
  std::string target, ca, reset_token_file;
  std::vector<std::string> flows;
  double lead_in = 2, seconds = 8, deadline = 5, normal_ms = 0;
  int channels = 2, waves = 0, at_once = 1000;
  World world;
};

// "name:method:rate:file with tokens"
std::unique_ptr<Flow> FlowOf(const std::string& text, const Options& options) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 3));
  double rate = 0;
  if (parts.size() != 4 || !absl::SimpleAtod(parts[2], &rate) || rate <= 0) return nullptr;
  auto plan = PlanOf(parts[1], options.world);
  auto channels = Connect(options.target, options.ca, options.channels);
  if (!plan.has_value() || channels.empty()) return nullptr;
  return std::make_unique<Flow>(parts[0], *std::move(plan), rate, Lines(parts[3]), std::move(channels),
                                Seconds(options.deadline));
}

void Say(const char* what) {
  std::puts(what);
  std::fflush(stdout);
}

using Flows = std::vector<std::unique_ptr<Flow>>;

// All flows, side by side.
Json Offer(const Flows& flows, const Options& options) {
  const auto begin = Clock::now();
  const auto measure = begin + std::chrono::duration_cast<Clock::duration>(Seconds(options.lead_in));
  const auto end = measure + std::chrono::duration_cast<Clock::duration>(Seconds(options.seconds));
  std::vector<std::thread> threads;
  for (const auto& flow : flows) threads.emplace_back([&, flow = flow.get()] { flow->Run(begin, measure, end); });
  std::this_thread::sleep_until(measure);
  Say("measuring");
  const double before = CpuSeconds();
  for (std::thread& thread : threads) thread.join();
  Json json = {{"seconds", options.seconds}, {"client_cpu_seconds", CpuSeconds() - before}};
  Say("measured");
  if (options.normal_ms > 0) json["recovery_seconds"] = Recovery(*flows[0], options.normal_ms / 1e3);
  return json;
}

// Waves of the first flow, each when the one before has ended.
Json Surge(const Flows& flows, const Options& options) {
  Say("measuring");
  const auto begin = Clock::now();
  for (int i = 0; i < options.waves; ++i) flows[0]->RunWave(options.at_once);
  Json json = {{"seconds", Seconds(Clock::now() - begin).count()}};
  Say("measured");
  return json;
}

int Main(const Options& options) {
  Flows flows;
  for (const std::string& text : options.flows) {
    flows.push_back(FlowOf(text, options));
    if (flows.back() == nullptr) return std::fprintf(stderr, "no such flow, or no connection: %s\n", text.c_str()), 1;
  }
  Json json = options.waves > 0 ? Surge(flows, options) : Offer(flows, options);
  for (const auto& flow : flows) {
    flow->Wait();
    json["flows"].push_back(flow->ToJson());
  }
  std::printf("%s\n", json.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace hearth::bench

int main(int argc, char** argv) {
  hearth::bench::Options options;
  CLI::App app("Open-loop load on hearthd.");
  app.add_option("--target", options.target, "host:port")->required();
  app.add_option("--ca", options.ca, "PEM file of the certificate to trust")->required();
  app.add_option("--flow", options.flows, "NAME:METHOD:CALLS-A-SECOND:TOKENS-FILE; may be repeated")->required();
  app.add_option("--lead-in", options.lead_in, "Seconds before it is measured");
  app.add_option("--seconds", options.seconds, "Seconds that are measured");
  app.add_option("--deadline", options.deadline, "Seconds that a call may take");
  app.add_option("--recovery", options.normal_ms,
                 "After the load: how long until a call of the first flow is answered in so many ms");
  app.add_option("--channels", options.channels, "Connections of each flow")->check(CLI::Range(1, 64));
  app.add_option("--waves", options.waves, "In place of flows: so many waves of calls of the first one");
  app.add_option("--at-once", options.at_once, "Calls of a wave, which begin together");
  app.add_option("--people", options.world.people);
  app.add_option("--passwords", options.world.passwords);
  app.add_option("--reset-tokens", options.reset_token_file, "File with a reset token a line, for complete");
  CLI11_PARSE(app, argc, argv);
  if (!options.reset_token_file.empty()) options.world.reset_tokens = hearth::bench::Lines(options.reset_token_file);
  return hearth::bench::Main(options);
}
