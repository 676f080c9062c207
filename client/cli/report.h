// How a command ends: its exit code, and what it says about a failure.
#ifndef HEARTH_CLIENT_CLI_REPORT_H_
#define HEARTH_CLIENT_CLI_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace hearth::cli {

// 0 ok, 1 unexpected, 2 usage, 3 invalid argument, 4 unauthenticated, 5 permission denied, 6 not found, 7
// conflict, 8 unavailable, overloaded or too late, 130 interrupted. The promise to scripts; client/README.md
// says the same.
int ExitCode(const absl::Status& status);
extern const char kExitCodesHelp[];

// A failure as lines for people, or as one JSON object for programs. `server`: whom was called; may be empty.
std::string FailureText(const absl::Status& status, const std::string& server);
std::string FailureJson(const absl::Status& status);

// What the failure of a single row says in a detail of this type; an empty message if nothing.
template <class Detail>
Detail DetailOf(const google::rpc::Status& failure) {
  Detail found;
  for (const auto& detail : failure.details()) {
    if (detail.UnpackTo(&found)) break;
  }
  return found;
}

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_REPORT_H_
