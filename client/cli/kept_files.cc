#include "kept_files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "render.h"
#include "usage.h"

namespace hearth::cli {
namespace {

absl::Status CannotWrite(const std::string& path) {
  return UsageError(absl::StrCat("Cannot write the file ", path, ": ", std::strerror(errno), "."));
}

}  // namespace

std::string PlaceFile::Read() const {
  std::ifstream file(path_);
  std::string place;
  std::getline(file, place);
  return place;
}

absl::Status PlaceFile::Write(const std::string& place) const {
  if (path_.empty()) return absl::OkStatus();
  const std::string fresh = path_ + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << place << '\n';
  file.close();
  return file && std::rename(fresh.c_str(), path_.c_str()) == 0 ? absl::OkStatus() : CannotWrite(path_);
}

absl::Status CheckpointFile::Open() {
  if (path_.empty()) return absl::OkStatus();
  file_.open(path_, std::ios::app);
  return file_ ? absl::OkStatus() : CannotWrite(path_);
}

absl::Status CheckpointFile::Append(const v1::AuditCheckpoint& checkpoint) {
  if (path_.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> line = JsonLine(checkpoint);
  if (!line.ok()) return line.status();
  if (*line == last_) return absl::OkStatus();
  file_ << *line;
  file_.flush();
  if (!file_) return CannotWrite(path_);
  last_ = *line;
  return absl::OkStatus();
}

}  // namespace hearth::cli
