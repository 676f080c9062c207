#include "hearth/client/audit_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "merkle.h"

namespace hearth::client {
namespace {

// 30 days, less one: clocks differ, and the newest checkpoint may be somewhat older than the export.
constexpr absl::Duration kLeastKept = absl::Hours(29 * 24);

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixMicros(time.seconds() * 1'000'000 + time.nanos() / 1000);
}

std::string Text(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

// Row 7 (directories/…/auditEvents/…, of 2026-11-01T00:00:00Z)
std::string Text(const v1::AuditEvent& row) {
  return absl::StrCat("Row ", row.sequence(), " (", row.name(),
                      row.has_create_time() ? absl::StrCat(", of ", Text(TimeOf(row.create_time()))) : "", ")");
}

// directories/{directory} of a row's name that is well formed.
std::string DirectoryOf(const std::string& name) { return name.substr(0, name.find('/', name.find('/') + 1)); }

std::string ForkText(const std::string& directory, int64_t size, absl::Time first, absl::Time second) {
  return absl::StrCat("two checkpoints of ", size, " rows of ", directory, " differ, signed at ", Text(first), " and ",
                      Text(second), ": the log was forked.");
}

}  // namespace

absl::Status AuditLogVerifier::AddCheckpoint(const v1::AuditCheckpoint& checkpoint) {
  if (absl::Status status = VerifyCheckpoint(checkpoint, public_keys_); !status.ok()) return status;
  const Signed head{HashFromHex(checkpoint.root_hash()), TimeOf(checkpoint.seal_time())};
  std::vector<Signed>& same = heads_[checkpoint.directory()][checkpoint.size()];
  const bool known =
      std::any_of(same.begin(), same.end(), [&](const Signed& other) { return other.root == head.root; });
  if (!known) same.push_back(head);
  if (head.time <= exported_) {
    absl::Time& newest = newest_.emplace(checkpoint.directory(), absl::InfinitePast()).first->second;
    newest = std::max(newest, head.time);
  }
  return absl::OkStatus();
}

// What is gone was there from some time after `after` until `until`. Fails when it cannot have been old enough, and notes when it may not have been.
absl::Status AuditLogVerifier::CheckGone(absl::Time after, absl::Time until, const std::string& what) {
  const auto newest = newest_.find(directory_);
  if (newest != newest_.end() && until <= newest->second - kLeastKept) return absl::OkStatus();
  if (after > exported_ - kLeastKept) return absl::DataLossError(absl::StrCat(what, " before its time."));
  if (unshown_.empty()) unshown_ = what;
  return absl::OkStatus();
}

absl::Status AuditLogVerifier::CheckRow(const v1::AuditEvent& row) {
  const auto wrong = [&](const std::string& what) { return absl::DataLossError(absl::StrCat(Text(row), what)); };
  absl::Status status = VerifyRow(row);
  if (absl::IsInvalidArgument(status)) {
    return absl::InvalidArgumentError(absl::StrCat("Row ", size_, " is not a row of the audit."));
  }
  if (directory_.empty()) directory_ = DirectoryOf(row.name());
  if (directory_ != DirectoryOf(row.name())) return wrong(absl::StrCat(" is not of ", directory_, "."));
  if (row.sequence() != size_) return wrong(absl::StrCat(" is not row ", size_, ", which is missing."));
  if (!status.ok()) return wrong(absl::StrCat(": ", std::string(status.message())));
  if (!row.has_create_time()) {
    if (removed_ != size_) return wrong(" is gone, and rows before it are there: no policy removes it so.");
    ++removed_;
  } else if (!row.has_personal()) {
    ++erased_;
    const absl::Time time = TimeOf(row.create_time());
    return CheckGone(time, time, absl::StrCat("What ", Text(row), " says of persons was erased"));
  }
  return absl::OkStatus();
}

// Where the log that was signed at this time for so many rows went another way: after the last checkpoint of fewer rows that is not younger. One that is
// was signed for the other log.
std::string AuditLogVerifier::BeginOfOther(absl::Time signed_at) const {
  const Heads& heads = heads_.at(directory_);
  auto before = std::make_reverse_iterator(heads.find(size_));
  while (before != heads.rend() && before->second[0].time > signed_at) ++before;
  const int64_t size = before == heads.rend() ? 0 : before->first;
  return size == proved_ ? next_ : absl::StrCat("Row ", size);
}

// Checks the tree as it is now against what was signed for its size.
absl::Status AuditLogVerifier::CheckHead(const std::vector<Signed>& heads) {
  std::string root = subtrees_.back();
  for (size_t i = subtrees_.size() - 1; i-- > 0;) root = HashNode(subtrees_[i], root);
  if (heads.size() > 1) {
    return absl::DataLossError(absl::StrCat("From ", BeginOfOther(std::min(heads[0].time, heads[1].time)), " on ",
                                            ForkText(directory_, size_, heads[0].time, heads[1].time)));
  }
  if (root != heads[0].root) {
    return absl::DataLossError(absl::StrCat("From ", BeginOfOther(heads[0].time), " to row ", size_ - 1, " of ",
                                            directory_, " some are not those of the checkpoint of ", size_,
                                            " rows, signed at ", Text(heads[0].time), "."));
  }
  if (removed_ > proved_) {
    absl::Status status = CheckGone(proved_time_, heads[0].time, absl::StrCat(next_, " was removed"));
    if (!status.ok()) return status;
  }
  proved_ = size_;
  proved_time_ = heads[0].time;
  return absl::OkStatus();
}

absl::Status AuditLogVerifier::AddRow(const v1::AuditEvent& row) {
  if (absl::Status status = CheckRow(row); !status.ok()) return status;
  if (size_ == proved_) next_ = Text(row);
  std::string hash = HashFromHex(row.leaf_hash());
  for (int64_t rest = size_++; (rest & 1) != 0; rest >>= 1) {
    hash = HashNode(subtrees_.back(), hash);
    subtrees_.pop_back();
  }
  subtrees_.push_back(std::move(hash));
  const Heads& heads = heads_[directory_];
  const auto kept = heads.find(size_);
  return kept == heads.end() ? absl::OkStatus() : CheckHead(kept->second);
}

absl::Status AuditLogVerifier::Finish() const {
  for (const auto& of_directory : heads_) {
    for (const auto& kept : of_directory.second) {
      const std::vector<Signed>& heads = kept.second;
      if (heads.size() > 1) {
        return absl::DataLossError(
            absl::StrCat("Among them ", ForkText(of_directory.first, kept.first, heads[0].time, heads[1].time)));
      }
      if (of_directory.first == directory_ && kept.first > size_ && heads[0].time <= exported_) {
        return absl::DataLossError(absl::StrCat("The log of ", directory_, " ends after ", size_,
                                                " rows; there is a checkpoint of ", kept.first, ", signed at ",
                                                Text(heads[0].time), ", before the rows were exported."));
      }
    }
  }
  if (!unshown_.empty() || removed_ > proved_) {
    return absl::FailedPreconditionError(absl::StrCat(
        unshown_.empty() ? absl::StrCat(next_, " was removed") : unshown_,
        "; the checkpoints do not show that it was 30 days old by then, before which no policy lets anything go."));
  }
  return absl::OkStatus();
}

}  // namespace hearth::client
