// Lists, page by page.
#ifndef HEARTH_CLIENT_PAGING_H_
#define HEARTH_CLIENT_PAGING_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "hearth/client/client.h"

namespace hearth::client {

// Calls a list method until its last page, or until `page` returns false. Each page has the deadline of one
// call. Starts at `request`'s own page_token. Fails with INVALID_ARGUMENT for a method that has no pages, and
// with INTERNAL for a server that gives out the same token twice in a row, which would never end.
absl::Status EachPage(const Client& client, const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request,
                      const std::function<bool(google::protobuf::Message& page)>& page,
                      const CallOptions& options = {});

// The same for a known type: EachPage<v1::ListUsersResponse>(client, request, [](v1::ListUsersResponse& page)
// {...; return true;}).
template <class Response, class Request, class Page>
absl::Status EachPage(const Client& client, const Request& request, const Page& page, const CallOptions& options = {}) {
  const google::protobuf::MethodDescriptor* method = MethodOf(*Request::descriptor());
  if (method == nullptr || method->output_type() != Response::descriptor()) {
    return absl::InvalidArgumentError("The request and the response are not those of one method.");
  }
  return EachPage(
      client, *method, request,
      [&page](google::protobuf::Message& message) { return page(static_cast<Response&>(message)); }, options);
}

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_PAGING_H_
