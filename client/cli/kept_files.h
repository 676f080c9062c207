// Files in which `hearth events listen` keeps what must outlive it.
#ifndef HEARTH_CLIENT_CLI_KEPT_FILES_H_
#define HEARTH_CLIENT_CLI_KEPT_FILES_H_

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "hearth/v1/audit_service.pb.h"

namespace hearth::cli {

// Where a stream goes on. Without a path it keeps nothing. Failures name the file, and why.
class PlaceFile {
 public:
  explicit PlaceFile(std::string path) : path_(std::move(path)) {}

  // The resume token; empty when there is none yet.
  std::string Read() const;
  // Replaces the file at once, so that it is never seen half written.
  absl::Status Write(const std::string& place) const;

 private:
  const std::string path_;
};

// Signed heads of the audit, a line of JSON each, as `hearth audit verify --checkpoints` reads them. Without a path it keeps nothing.
class CheckpointFile {
 public:
  explicit CheckpointFile(std::string path) : path_(std::move(path)) {}

  // Opens the file, or makes it. Call once, first.
  absl::Status Open();
  // Appends a head, unless it is the one before.
  absl::Status Append(const v1::AuditCheckpoint& checkpoint);

 private:
  const std::string path_;
  std::ofstream file_;
  std::string last_;  // What was appended last.
};

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_KEPT_FILES_H_
