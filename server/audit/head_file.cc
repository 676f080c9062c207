#include "server/audit/head_file.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/audit/audit_proto.h"
#include "server/base/log.h"

namespace hearth {
namespace {

int OpenToAppend(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

// A file that cannot be read counts as whole.
bool IsCutOff(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char last = '\n';
  return file.seekg(-1, std::ios::end) && file.get(last) && last != '\n';
}

}  // namespace

absl::StatusOr<std::unique_ptr<HeadFile>> HeadFile::Open(const std::string& path) {
  const int fd = OpenToAppend(path);
  if (fd < 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot append to ", path, ": ", std::strerror(errno)));
  }
  return std::unique_ptr<HeadFile>(new HeadFile(path, fd));
}

HeadFile::HeadFile(std::string path, int fd) : path_(std::move(path)), fd_(fd), cut_off_(IsCutOff(path_)) {}

HeadFile::~HeadFile() { close(fd_); }

void HeadFile::Follow() {
  struct stat ours{};
  struct stat named{};
  const bool same = fstat(fd_, &ours) == 0 && stat(path_.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
                    ours.st_ino == named.st_ino;
  if (same) return;
  const int fd = OpenToAppend(path_);
  if (fd < 0) {
    Log(LogLevel::kError, "the file of audit heads was moved away, and no new one can be made",
        {{"detail", std::string(std::strerror(errno))}});
    return;
  }
  close(std::exchange(fd_, fd));
  cut_off_ = IsCutOff(path_);
}

void HeadFile::Append(const TreeHead& head) {
  Follow();
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string line;
  const bool made = google::protobuf::util::MessageToJsonString(ToProto(head), &line, options).ok();
  line = absl::StrCat(cut_off_ ? "\n" : "", line, "\n");
  // One write of O_APPEND: lines of several servers do not mix.
  const bool written =
      made && write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fdatasync(fd_) == 0;
  cut_off_ = !written;
  if (!written) {
    Log(LogLevel::kError, "an audit head was not written to its file",
        {{"directory", head.directory}, {"size", head.size}, {"detail", std::string(std::strerror(errno))}});
  }
}

}  // namespace hearth
