// Times as the contract shows them.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/directory/retention.h"

namespace hearth {

// A point in time with microseconds.
google::protobuf::Timestamp ToProto(absl::Time time);

// Fills create_time, update_time and etag of a resource from its row; and, of what can be restored, delete_time and purge_time.
template <class Row, class Resource>
void FillLifetime(const Row& row, Resource& resource) {
  *resource.mutable_create_time() = ToProto(row.create_time);
  *resource.mutable_update_time() = ToProto(row.update_time);
  if constexpr (requires { row.deleted(); }) {
    if (row.deleted()) {
      *resource.mutable_delete_time() = ToProto(row.delete_time);
      *resource.mutable_purge_time() = ToProto(row.delete_time + kRetention);
    }
  }
  resource.set_etag(std::to_string(row.revision));
}

}  // namespace hearth
