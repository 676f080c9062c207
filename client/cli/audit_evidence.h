// What people keep of audits outside: signed checkpoints, and the keys that they trust.
#ifndef HEARTH_CLIENT_CLI_AUDIT_EVIDENCE_H_
#define HEARTH_CLIENT_CLI_AUDIT_EVIDENCE_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/audit_service.pb.h"

namespace hearth::cli {

// Public keys by their ids, from a file as `hearthd keys show-audit` prints it. Fails with a usage error.
absl::StatusOr<std::map<std::string, std::string>> ReadAuditKeys(const std::string& path);

// Gives each checkpoint of a file to `each`, until that fails: JSON objects, on a line or on several, that are checkpoints or responses that have one, as
// `hearthd serve --audit-heads`, `hearth audit checkpoint -o json` and the event stream write them. What is no such object, such as a line that was torn
// when a machine stopped, is passed over with a warning, and counted in `skipped`. Fails with a usage error, or as `each` does, with the line.
absl::Status EachCheckpoint(const std::string& path,
                            const std::function<absl::Status(const v1::AuditCheckpoint&)>& each, int* skipped);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_AUDIT_EVIDENCE_H_
