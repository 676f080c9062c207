#include "server/trail/log_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

using Response = v1::VerifyAuditResponse;

// Every policy keeps rows for 30 days. A day less: of older heads only the last of each hour stays, and clocks differ.
constexpr absl::Duration kLeastKept = absl::Hours(29 * 24);

LogFinding Bad(Response::Finding finding, int64_t sequence, const std::string& event_id, std::string detail) {
  return {.finding = finding, .first_bad = sequence, .event_id = event_id, .detail = std::move(detail)};
}

std::string TimeText(absl::Time time) {
  return time == absl::InfinitePast() ? "the beginning"
                                      : absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

LogCheck::LogCheck(const HeadSigner* signer, std::optional<KeptHead> kept, absl::Time now)
    : signer_(*signer), kept_(std::move(kept)), kept_since_(now - kLeastKept) {}

std::optional<LogFinding> LogCheck::CheckRow(const LogEntry& entry, int64_t hidden, int64_t removed) {
  if (!entry.row.has_value()) {
    if (entry.sequence < removed) {
      if (!gone_.has_value()) gone_ = {entry.sequence, entry.event_id};
      return std::nullopt;
    }
    return Bad(Response::FINDING_ROW_MISSING, entry.sequence, entry.event_id, "The row is gone before its time.");
  }
  if (entry.sequence < hidden) {
    return Bad(Response::FINDING_ROW_MISSING, entry.sequence, entry.event_id,
               "Lists do not show the row: the tree says that it was removed.");
  }
  if (entry.row->personal.has_value()) {
    if (PersonalDigest(*entry.row->personal) != entry.personal_digest) {
      return Bad(Response::FINDING_PERSONAL_CHANGED, entry.sequence, entry.event_id,
                 "What the row says of persons is not what was sealed.");
    }
  } else if (!entry.personal_is_due || entry.row->create_time > kept_since_) {
    return Bad(Response::FINDING_PERSONAL_CHANGED, entry.sequence, entry.event_id,
               "What the row says of persons is gone before its time.");
  }
  if (LeafHash(*entry.row, entry.personal_digest) != entry.leaf_hash) {
    return Bad(Response::FINDING_ROW_CHANGED, entry.sequence, entry.event_id, "The row is not what was sealed.");
  }
  return std::nullopt;
}

std::optional<LogFinding> LogCheck::CheckHead(const TreeHead& head) {
  if (!signer_.IsGood(head)) {
    return Bad(
        Response::FINDING_HEAD_FORGED, -1, "",
        absl::StrCat("The head of ", head.size, " rows is not signed by key ", head.key_id, " of this deployment."));
  }
  if (head.root_hash != tree_.Root()) {
    return Bad(Response::FINDING_ROOT_DIFFERS, proved_, next_id_,
               absl::StrCat("Of the rows ", proved_, " to ", head.size - 1, ", sealed from ", TimeText(proved_time_),
                            " to ", TimeText(head.seal_time),
                            ", some were rewritten together with their leaves, or put in another order."));
  }
  if (gone_.has_value() && head.seal_time > kept_since_) {
    return Bad(Response::FINDING_ROW_MISSING, gone_->first, gone_->second,
               absl::StrCat("The row is gone before its time: the head over it was signed at ",
                            TimeText(head.seal_time), "."));
  }
  gone_.reset();
  proved_ = head.size;
  proved_time_ = head.seal_time;
  return std::nullopt;
}

std::optional<LogFinding> LogCheck::Add(const std::vector<LogEntry>& entries, const std::vector<TreeHead>& heads,
                                        int64_t hidden, int64_t removed) {
  auto head = heads.begin();
  for (const LogEntry& entry : entries) {
    if (entry.sequence != tree_.size()) {
      return Bad(Response::FINDING_ROW_MISSING, tree_.size(), "", "The leaf of the row is gone.");
    }
    if (auto finding = CheckRow(entry, hidden, removed)) return finding;
    tree_.Append(entry.leaf_hash);
    if (entry.sequence == proved_) next_id_ = entry.event_id;
    const int64_t before = proved_;
    const absl::Time before_time = proved_time_;
    for (; head != heads.end() && head->size <= tree_.size(); ++head) {
      if (auto finding = CheckHead(*head)) return finding;
    }
    if (kept_.has_value() && kept_->size == tree_.size() && kept_->root_hash != tree_.Root()) {
      return Bad(Response::FINDING_FORKED, before, next_id_,
                 absl::StrCat("The checkpoint of ", kept_->size, " rows that was kept is of another log: from row ",
                              before, " on, sealed after ", TimeText(before_time), ", if not from an earlier one."));
    }
  }
  return std::nullopt;
}

LogFinding LogCheck::Finish(const TreeState& tree) const {
  const int64_t least = kept_.has_value() ? std::max(tree.size, kept_->size) : tree.size;
  if (tree_.size() < least) {
    return Bad(Response::FINDING_TAIL_CUT, tree_.size(), "",
               absl::StrCat("The log ends after ", tree_.size(), " rows; ", least, " were sealed."));
  }
  if (proved_ < tree_.size()) {
    return Bad(Response::FINDING_TAIL_CUT, proved_, next_id_,
               absl::StrCat("The heads over the rows from ", proved_, " on, sealed after ", TimeText(proved_time_),
                            ", are gone."));
  }
  // Pieces are read at once: the last may have been read before the one that it follows, when there were fewer rows.
  if (tree_.size() == tree.size && tree_.Bytes() != tree.frontier) {
    return Bad(Response::FINDING_ROOT_DIFFERS, -1, "",
               "The tree does not stand where its leaves end: heads over further rows would be wrong.");
  }
  return {.finding = Response::FINDING_INTACT, .first_bad = -1, .event_id = "", .detail = "Nothing is wrong."};
}

}  // namespace hearth
