// Reads a sealed log from its beginning, ahead of whoever works on it.
#pragma once

#include <cstdint>
#include <deque>
#include <future>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/audit/log_store.h"
#include "server/storage/database.h"

namespace hearth {

// What was read of a log in one transaction.
struct LogPiece {
  TreeState tree;  // As it was before the entries were read.
  std::vector<LogEntry> entries;
  std::vector<TreeHead> heads;  // Over these rows.
  int64_t removed = 0;          // As it was after: old rows may be removed between two statements.
  bool last = false;            // There were no more rows.
};

// While one piece is worked on the next two are read, each on a connection of its own: reading costs the database more than checking costs its caller.
// Used by one thread; what is passed in outlives it.
class LogReader {
 public:
  LogReader(Database* database, std::string directory, absl::Time deadline);
  // Ends once what is being read has been.
  ~LogReader() = default;

  // The next piece; none after the last. Fails as Database::Read does.
  absl::StatusOr<LogPiece> Next();

 private:
  absl::StatusOr<LogPiece> Read(int64_t first) const;
  void ReadAhead();

  Database& database_;
  const std::string directory_;
  const absl::Time deadline_;
  int64_t next_ = 0;  // The first row that nobody reads yet.
  std::deque<std::future<absl::StatusOr<LogPiece>>> ahead_;
};

}  // namespace hearth
