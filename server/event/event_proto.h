// Events as messages of the contract.
#pragma once

#include <string>

#include "hearth/v1/audit_service.pb.h"
#include "server/event/event_store.h"

namespace hearth {

v1::Event ToProto(const std::string& directory, const Event& event);

}  // namespace hearth
