#include "server/rpc/unary_outlet.h"

#include "server/rpc/status_mapping.h"
#include "server/rpc/wire.h"

namespace hearth {

void UnaryOutlet::Send(const google::protobuf::Message& response) { response_ = SerializeMessage(response); }

void UnaryOutlet::End(const absl::Status& status) { reactor_.Finish(ToGrpc(status, AcceptLanguageOf(context_))); }

}  // namespace hearth
