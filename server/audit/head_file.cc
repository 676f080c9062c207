#include "server/audit/head_file.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "server/audit/audit_proto.h"
#include "server/base/log.h"

namespace hearth {

absl::StatusOr<std::unique_ptr<HeadFile>> HeadFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot append to ", path, ": ", std::strerror(errno)));
  }
  return std::unique_ptr<HeadFile>(new HeadFile(fd));
}

HeadFile::~HeadFile() { close(fd_); }

void HeadFile::Append(const TreeHead& head) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string line;
  const bool made = google::protobuf::util::MessageToJsonString(ToProto(head), &line, options).ok();
  line += '\n';
  // One write of O_APPEND: lines of several servers do not mix.
  const bool written =
      made && write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fdatasync(fd_) == 0;
  if (!written) {
    Log(LogLevel::kError, "an audit head was not written to its file",
        {{"directory", head.directory}, {"size", head.size}, {"detail", std::string(std::strerror(errno))}});
  }
}

}  // namespace hearth
