// A switch that ends calls early.
#ifndef HEARTH_CLIENT_CANCELLATION_H_
#define HEARTH_CLIENT_CANCELLATION_H_

#include <memory>

namespace hearth::client {

// Copies share one switch. Thread-safe. Calls that were given it end with CANCELLED soon after Cancel, in the
// middle of an attempt or of a wait between two; later calls end at once. A change may or may not have
// happened: repeat it with the same request_id to learn. Cancel takes locks, so it is not for signal
// handlers.
class Cancellation {
 public:
  Cancellation();

  void Cancel() const;
  bool cancelled() const;

  class State;  // Private to the library.
  State& state() const { return *state_; }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_CANCELLATION_H_
