// What every call passes before a desk sees it.
#pragma once

#include "absl/types/span.h"
#include "server/rpc/authenticator.h"
#include "server/rpc/work.h"

namespace hearth {

// Admits calls or decides their status. The order is fixed: who calls, the directory fence, permission, form of the fields (AIP-211: permission
// before the rest). Thread-safe.
class Gate {
 public:
  // `authenticator` outlives the gate.
  explicit Gate(Authenticator* authenticator) : authenticator_(*authenticator) {}

  // Admits a batch of calls of one method. Work whose status is set already is left alone.
  void Admit(absl::Span<Work* const> batch);

 private:
  Authenticator& authenticator_;
};

}  // namespace hearth
