// What the tests of the desks of this folder share.
#pragma once

#include <string>

#include "gmock/gmock.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/base/ids.h"
#include "server/base/resource_name.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {

// A request that names a resource: the target of Get, Delete, Undelete, Disable and Enable.
template <class Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}

// A list request of one page.
template <class Request>
Request PageOf(const std::string& parent, int size, const std::string& token = "") {
  Request request;
  if constexpr (requires { request.set_parent(parent); }) request.set_parent(parent);
  request.set_page_size(size);
  request.set_page_token(token);
  return request;
}

// The etags, times and counts below are told apart by tests; this is what a deleted thing that can no longer be restored looks like.
inline constexpr char kLongAgo[] = "now() - interval '31 days'";

}  // namespace hearth::test
