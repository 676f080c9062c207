// Events that a receiver will never accept.
#pragma once

#include <string>

namespace hearth {

class Tx;

// An event that a delivery goes on without, since the receiver refused it.
struct PassedOver {
  std::string event_id;
  std::string audit_id;  // Names its row of the audit, fixed before: recording it twice adds nothing.
};

// Records in the audit of the directory that an event was passed over, since that hides it from the receiver: "event_receiver.pass_over", by "hearth.courier",
// which is no id of anybody. What was refused is in the log, beside the id of the row.
void RecordPassedOver(Tx& tx, const std::string& directory, const std::string& receiver_id,
                      const PassedOver& passed_over);

}  // namespace hearth
