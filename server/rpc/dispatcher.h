// From gRPC's threads to the workers: bounded queues, one for each work class.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/rpc/gate.h"
#include "server/rpc/metrics.h"
#include "server/rpc/settle.h"
#include "server/rpc/work.h"

namespace hearth {

// How much of a work class is done and may wait at once.
struct WorkClassLimits {
  int workers;
  size_t queue;
};
using DispatcherLimits = std::map<v1::WorkClass, WorkClassLimits>;

// Takes calls from gRPC and serves them on its workers. A full queue refuses at once, on gRPC's thread, before the request is parsed. A worker takes
// the longest waiting call, and with it, for batched methods, every other waiting call of the same method: at low load a batch is one call, under
// load it grows by itself; there is no timer. Thread-safe.
class Dispatcher {
 public:
  // What is passed in outlives the dispatcher. Starts the workers.
  Dispatcher(Gate* gate, Settler* settler, Metrics* metrics, const DispatcherLimits& limits);
  // Serves what waits, then ends the workers. No call may be submitted any more.
  ~Dispatcher();

  // Takes over a call; returns at once.
  void Submit(std::unique_ptr<Work> work);

 private:
  struct Lane {
    v1::WorkClass work_class;
    size_t capacity;
    prometheus::Gauge* waiting;
    absl::Mutex mutex;
    std::deque<std::unique_ptr<Work>> queue ABSL_GUARDED_BY(mutex);
    bool stopping ABSL_GUARDED_BY(mutex) = false;
    std::vector<std::thread> workers;
  };
  using Batch = std::vector<std::unique_ptr<Work>>;

  static Batch TakeBatch(Lane& lane);
  void RunWorker(Lane& lane);
  void Serve(Batch batch);

  Gate& gate_;
  Settler& settler_;
  Metrics& metrics_;
  std::map<v1::WorkClass, std::unique_ptr<Lane>> lanes_;
};

}  // namespace hearth
