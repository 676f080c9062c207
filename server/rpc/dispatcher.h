// From gRPC's threads to the workers: bounded queues, one for each work class.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/rpc/fair_queue.h"
#include "server/rpc/gate.h"
#include "server/rpc/metrics.h"
#include "server/rpc/settle.h"
#include "server/rpc/work.h"

namespace hearth {

// How much of a work class is done and may wait at once.
struct WorkClassLimits {
  int workers;
  size_t queue;
  // Of a class whose work is so scarce that directories must share it: this many calls may wait for it after they passed the gate, in a FairQueue by
  // the caller's directory. 0: calls pass the gate when their turn comes, in the order of arrival.
  size_t fair_queue = 0;
  absl::Duration patience = absl::Milliseconds(100);  // The FairQueue's.
  // How long a caller who streams requests may send nothing: the call holds a worker meanwhile.
  absl::Duration silence = absl::Seconds(30);
};
using DispatcherLimits = std::map<v1::WorkClass, WorkClassLimits>;

// Takes calls from gRPC and serves them on its workers. A full queue refuses at once, on gRPC's thread, before the request is parsed. A worker takes
// the longest waiting call, and with it, for batched methods, every other waiting call of the same method: at low load a batch is one call, under
// load it grows by itself; there is no timer. In a fair class, a thread of its own lets calls pass the gate first, which is cheap and says whose they are;
// they then wait for the workers by directory. Thread-safe.
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
    absl::Duration silence;
    prometheus::Gauge* waiting;
    absl::Mutex mutex;
    std::deque<std::unique_ptr<Work>> queue ABSL_GUARDED_BY(mutex);
    bool stopping ABSL_GUARDED_BY(mutex) = false;
    // Of a fair class; else null.
    std::unique_ptr<FairQueue<std::unique_ptr<Work>>> admitted ABSL_GUARDED_BY(mutex);
    bool admitting ABSL_GUARDED_BY(mutex) = false;  // The thread that admits runs.
    std::vector<std::thread> workers;

    void CountWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
      waiting->Set(static_cast<double>(queue.size() + (admitted == nullptr ? 0 : admitted->size())));
    }
  };
  using Batch = std::vector<std::unique_ptr<Work>>;

  void AddLane(v1::WorkClass work_class, const WorkClassLimits& limits);
  static Batch TakeBatch(Lane& lane);
  static std::unique_ptr<Work> TakeAdmitted(Lane& lane);
  // Lets what passed the gate, or was refused there and must be audited, wait for its directory's turn; gives back what must be refused for it.
  static Batch Queue(Lane& lane, std::unique_ptr<Work> work);
  // Refuses a call before anybody is looked up, if its turn could only refuse it.
  void ShedEarly(Lane& lane, Work& work);
  void RunWorker(Lane& lane);
  void RunAdmitter(Lane& lane);
  void RunFairWorker(Lane& lane);
  // Lets the calls of one method pass the gate; those that do not have a status that is not OK.
  void Admit(const Batch& batch);
  // Serves the calls that passed the gate, and settles all.
  void Serve(const Lane& lane, Batch batch);
  void TurnAway(const Lane& lane, std::unique_ptr<Work> work);

  Gate& gate_;
  Settler& settler_;
  Metrics& metrics_;
  std::map<v1::WorkClass, std::unique_ptr<Lane>> lanes_;
};

}  // namespace hearth
