#include "server/trail/log_reader.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr int kRows = 5000;                              // Of a piece.
constexpr size_t kPieces = 2;                            // Read ahead.
constexpr absl::Duration kPatience = absl::Seconds(30);  // Of one transaction.

}  // namespace

LogReader::LogReader(Database* database, std::string directory, absl::Time deadline)
    : database_(*database), directory_(std::move(directory)), deadline_(deadline) {}

absl::StatusOr<LogPiece> LogReader::Next() {
  ReadAhead();
  std::future<absl::StatusOr<LogPiece>> first = std::move(ahead_.front());
  ahead_.pop_front();
  absl::StatusOr<LogPiece> piece = first.get();
  if (piece.ok() && !piece->last) ReadAhead();
  return piece;
}

void LogReader::ReadAhead() {
  for (; ahead_.size() < kPieces; next_ += kRows) {
    ahead_.push_back(std::async(std::launch::async, [this, from = next_] { return Read(from); }));
  }
}

absl::StatusOr<LogPiece> LogReader::Read(int64_t first) const {
  LogPiece piece;
  RETURN_IF_ERROR(database_.Read({directory_}, std::min(deadline_, absl::Now() + kPatience), [&](Tx& tx) {
    piece.tree = FindTree(tx, directory_);
    // What is sealed from here on is not of this piece.
    const int64_t rest = std::clamp<int64_t>(piece.tree.size - first, 0, kRows);
    piece.entries = ReadLog(tx, directory_, first, static_cast<int>(rest));
    piece.heads = ReadHeads(tx, directory_, first, first + rest);
    piece.removed = FindTree(tx, directory_).removed;
    piece.last = rest < kRows;
    return absl::OkStatus();
  }));
  return piece;
}

}  // namespace hearth
