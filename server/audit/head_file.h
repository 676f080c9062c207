// The file to which signed heads are appended, out of the database's reach.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/audit/tree_head.h"

namespace hearth {

// Appends heads, a line of JSON each (hearth.v1.AuditCheckpoint by its field names), and has each on the disk before it returns. When the file was moved
// away, the next head begins a new one of its name; what a line that was cut off leaves behind (a full disk, a lost machine) keeps a line to itself. Used
// by one thread; several servers may append to one file.
class HeadFile {
 public:
  // Opens the file, or makes it with mode 0640. Fails with a text for the operator.
  static absl::StatusOr<std::unique_ptr<HeadFile>> Open(const std::string& path);
  ~HeadFile();
  HeadFile(const HeadFile&) = delete;
  HeadFile& operator=(const HeadFile&) = delete;

  // Heads are in the database as well: what cannot be written is logged, and the next head covers it.
  void Append(const TreeHead& head);

 private:
  HeadFile(std::string path, int fd);
  // Opens the file anew when another, or none, has its name by now. When that cannot be done the old one goes on.
  void Follow();

  const std::string path_;
  int fd_;
  bool cut_off_;  // The file does not end with the end of a line.
};

}  // namespace hearth
