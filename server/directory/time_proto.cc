#include "server/directory/time_proto.h"

#include <google/protobuf/util/time_util.h>

namespace hearth {

google::protobuf::Timestamp ToProto(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

}  // namespace hearth
