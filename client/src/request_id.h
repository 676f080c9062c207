// The request_id of a request, whatever its type.
#ifndef HEARTH_CLIENT_SRC_REQUEST_ID_H_
#define HEARTH_CLIENT_SRC_REQUEST_ID_H_

#include <memory>
#include <string>

#include "google/protobuf/message.h"

namespace hearth::client {

// A UUID of version 4 from the system's random numbers, such as 3f1c…; thread-safe.
std::string NewRequestId();

// The request_id of `request`; empty if it has none, or no such field.
std::string RequestIdOf(const google::protobuf::Message& request);

// A copy of `request` with a new request_id; null if the type has no such field.
std::unique_ptr<google::protobuf::Message> WithNewRequestId(const google::protobuf::Message& request);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_REQUEST_ID_H_
