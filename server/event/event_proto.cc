#include "server/event/event_proto.h"

#include "google/protobuf/util/time_util.h"
#include "server/base/resource_name.h"

namespace hearth {

v1::Event ToProto(const std::string& directory, const Event& event) {
  using google::protobuf::util::TimeUtil;
  v1::Event proto;
  proto.set_event_id(event.event_id);
  proto.set_sequence(event.sequence);
  proto.set_type(static_cast<v1::EventType>(event.type));
  proto.set_user(UserName(directory, event.user_id));
  proto.set_user_principal_name(event.user_principal_name);
  *proto.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(event.create_time));
  proto.set_txn(event.txn);
  proto.set_credential_version(event.credential_version);
  if (event.sessions_valid_after != absl::InfinitePast()) {
    *proto.mutable_sessions_valid_after_time() =
        TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(event.sessions_valid_after));
  }
  return proto;
}

}  // namespace hearth
