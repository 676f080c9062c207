#include "token_source.h"

#include <cerrno>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "file.h"

namespace hearth::client {
namespace {

constexpr size_t kMaxBytes = 64 * 1024;

bool SameFile(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

absl::Status CheckToken(const std::string& token) {
  for (const char c : token) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError("The bearer token has characters that no token has.");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TokenSource::Get() {
  absl::MutexLock lock(&mutex_);
  if (!file_.empty()) {
    struct stat now = {};
    if (stat(file_.c_str(), &now) != 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("Cannot read the token file ", file_));
    }
    if (token_.empty() || !SameFile(now, seen_)) {
      if (absl::Status status = Reload(); !status.ok()) return status;
      seen_ = now;
    }
  }
  return token_;
}

absl::Status TokenSource::Reload() {
  absl::StatusOr<std::string> content = ReadFile(file_, kMaxBytes);
  if (!content.ok()) return content.status();
  std::string token(absl::StripAsciiWhitespace(*content));
  if (token.empty()) return absl::InvalidArgumentError(absl::StrCat("The token file ", file_, " is empty."));
  if (absl::Status status = CheckToken(token); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("The token file ", file_, " does not hold a bearer token."));
  }
  token_ = std::move(token);
  return absl::OkStatus();
}

}  // namespace hearth::client
