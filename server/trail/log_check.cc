#include "server/trail/log_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

using Response = v1::VerifyAuditResponse;

LogFinding Bad(Response::Finding finding, int64_t sequence, const std::string& event_id, std::string detail) {
  return {.finding = finding, .first_bad = sequence, .event_id = event_id, .detail = std::move(detail)};
}

}  // namespace

std::optional<LogFinding> LogCheck::CheckRow(const LogEntry& entry, int64_t removed) const {
  if (!entry.row.has_value()) {
    if (entry.sequence < removed) return std::nullopt;
    return Bad(Response::FINDING_ROW_MISSING, entry.sequence, entry.event_id, "The row is gone before its time.");
  }
  if (entry.row->personal.has_value()) {
    if (PersonalDigest(*entry.row->personal) != entry.personal_digest) {
      return Bad(Response::FINDING_PERSONAL_CHANGED, entry.sequence, entry.event_id,
                 "What the row says of persons is not what was sealed.");
    }
  } else if (!entry.personal_is_due) {
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
    return Bad(Response::FINDING_ROOT_DIFFERS, proved_, "",
               absl::StrCat("Of the rows ", proved_, " to ", head.size - 1,
                            " some were rewritten together with their leaves, or put in another order."));
  }
  proved_ = head.size;
  return std::nullopt;
}

std::optional<LogFinding> LogCheck::Add(const std::vector<LogEntry>& entries, const std::vector<TreeHead>& heads,
                                        int64_t removed) {
  auto head = heads.begin();
  for (const LogEntry& entry : entries) {
    if (entry.sequence != tree_.size()) {
      return Bad(Response::FINDING_ROW_MISSING, tree_.size(), "", "The leaf of the row is gone.");
    }
    if (auto finding = CheckRow(entry, removed)) return finding;
    tree_.Append(entry.leaf_hash);
    for (; head != heads.end() && head->size <= tree_.size(); ++head) {
      if (auto finding = CheckHead(*head)) return finding;
    }
    if (kept_.has_value() && kept_->size == tree_.size() && kept_->root_hash != tree_.Root()) {
      return Bad(Response::FINDING_FORKED, -1, "",
                 absl::StrCat("The checkpoint of ", kept_->size, " rows that was kept is of another log."));
    }
  }
  return std::nullopt;
}

LogFinding LogCheck::Finish(int64_t size) const {
  const int64_t least = kept_.has_value() ? std::max(size, kept_->size) : size;
  if (tree_.size() < least) {
    return Bad(Response::FINDING_TAIL_CUT, tree_.size(), "",
               absl::StrCat("The log ends after ", tree_.size(), " rows; ", least, " were sealed."));
  }
  if (proved_ < tree_.size()) {
    return Bad(Response::FINDING_TAIL_CUT, proved_, "",
               absl::StrCat("The heads over the rows from ", proved_, " on are gone."));
  }
  return {.finding = Response::FINDING_INTACT, .first_bad = -1, .event_id = "", .detail = "Nothing is wrong."};
}

}  // namespace hearth
