// A stream that goes on after its call was admitted, over gRPC.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "server/authz/call.h"
#include "server/rpc/stream_reactor.h"

namespace hearth {

// Used by one thread at a time.
class StreamOutlet final : public Outlet {
 public:
  // `stream` lives until End. `accept_language` is that of the call, for what it ends with.
  StreamOutlet(StreamReactor* stream, std::string accept_language)
      : stream_(*stream), accept_language_(std::move(accept_language)) {}

  bool ready() const override { return stream_.idle() && !stream_.broken(); }
  bool gone() const override { return stream_.broken(); }
  void Send(const google::protobuf::Message& response) override;
  void End(const absl::Status& status) override;
  void OnChange(std::function<void()> wake) override { stream_.OnChange(std::move(wake)); }

 private:
  StreamReactor& stream_;
  const std::string accept_language_;
};

}  // namespace hearth
